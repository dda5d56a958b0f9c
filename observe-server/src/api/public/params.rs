//! Parameters in an address, which may be repeated.

use axum::http::Uri;

use super::answer::Refusal;
use crate::query::{Compare, Conditions};
use crate::time;

/// The name of the one project that there is.
pub(super) const PROJECT: &str = "local";

#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        Self(pairs.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default())
    }

    /// The last value of a name.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// As [`Self::one`], unless it is empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.one(name).filter(|value| !value.is_empty())
    }

    /// Every value of a name, repeated or between commas.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(key, _)| key == name || key.strip_suffix("[]") == Some(name));
        let values = values.flat_map(|(_, value)| value.split(','));
        values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    pub(super) fn number(&self, name: &str, usual: usize, most: usize) -> Result<usize, Refusal> {
        match self.filled(name) {
            None => Ok(usual),
            Some(text) => match text.parse::<usize>() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                _ => Err(Refusal::parameter(format!("{name} is {text}: it must be a number from 1 to {most}"))),
            },
        }
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.filled(name) else { return Ok(None) };
        match time::parse(text) {
            Some(time) => Ok(Some(time::sane(time))),
            None => Err(Refusal::parameter(format!("{name} is {text}: it must be a time in ISO 8601"))),
        }
    }

    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        self.filled(name).map(|text| text == "true" || text == "1")
    }

    /// Conditions from parameters, each with the field it is about, and from `filter`.
    pub(super) fn conditions(&self, fields: &[(&str, &str)], times: (&str, &str)) -> Result<Conditions, Refusal> {
        let mut conditions = Conditions::default();
        for (name, field) in fields {
            let values = if *name == "tags" || *name == "environment" {
                self.all(name)
            } else {
                self.filled(name).map(str::to_owned).into_iter().collect()
            };
            if *name == "tags" {
                // Of tags all must be there.
                for tag in &values {
                    conditions.is(field, tag);
                }
            } else if !values.is_empty() {
                conditions.any_of(field, &values);
            }
        }
        if let Some(from) = self.time(times.0)? {
            conditions.time("startTime", Compare::GreaterOrEqual, from);
        }
        if let Some(to) = self.time(times.1)? {
            conditions.time("startTime", Compare::Less, to);
        }
        if let Some(filter) = self.filled("filter") {
            conditions.filter(filter).map_err(Refusal::parameter)?;
        }
        Ok(conditions)
    }
}
