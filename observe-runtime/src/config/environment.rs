//! Reading settings: the builder's value first, then environment variables, each checked the same way.
//!
//! - An empty variable is an unset one; white space around a value does not count.
//! - What cannot be read or meant is an error that names where it came from.

use std::fmt::Debug;
use std::time::Duration;

use crate::error::Error;

/// Where variables come from: the process's environment, or a table in tests.
#[derive(Clone, Copy)]
pub(super) struct Environment<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

/// A value and the variable or method it was given by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Given<T> {
    pub(super) setting: &'static str,
    pub(super) value: T,
}

/// What is wrong with a value, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) reason: String,
    pub(super) help: String,
}

impl Problem {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into() }
    }

    pub(super) fn with(self, setting: &'static str, value: impl Into<Option<String>>) -> Error {
        Error::Invalid { setting, value: value.into(), reason: self.reason, help: self.help }
    }
}

impl Environment<'_> {
    pub(super) fn get(self, variable: &'static str) -> Option<Given<String>> {
        let value = (self.0)(variable)?;
        let value = value.trim();
        (!value.is_empty()).then(|| Given { setting: variable, value: value.to_owned() })
    }

    /// The first of these variables that is set.
    pub(super) fn first(self, variables: &[&'static str]) -> Option<Given<String>> {
        variables.iter().find_map(|variable| self.get(variable))
    }

    /// The explicit value, else that of the first variable which is set, parsed; `check` looks at either.
    pub(super) fn setting<T: Debug>(
        self,
        explicit: Option<T>,
        method: &'static str,
        variables: &[&'static str],
        parse: impl Fn(&str) -> Result<T, Problem>,
        check: impl Fn(&T) -> Result<(), Problem>,
    ) -> Result<Option<T>, Error> {
        if let Some(value) = explicit {
            return match check(&value) {
                Ok(()) => Ok(Some(value)),
                Err(problem) => Err(problem.with(method, format!("{value:?}"))),
            };
        }
        let Some(Given { setting, value: text }) = self.first(variables) else { return Ok(None) };
        let parsed = parse(&text).and_then(|value| check(&value).map(|()| value));
        parsed.map(Some).map_err(|problem| problem.with(setting, text))
    }

    pub(super) fn boolean(self, explicit: Option<bool>, variables: &[&'static str]) -> Result<Option<bool>, Error> {
        self.setting(explicit, "", variables, boolean, any)
    }

    pub(super) fn size(
        self,
        explicit: Option<usize>,
        method: &'static str,
        variables: &[&'static str],
    ) -> Result<Option<usize>, Error> {
        self.setting(explicit, method, variables, bytes, positive)
    }

    pub(super) fn duration(
        self,
        explicit: Option<Duration>,
        variables: &[&'static str],
    ) -> Result<Option<Duration>, Error> {
        Ok(self.setting(explicit, "", variables, seconds, any)?.map(bounded))
    }
}

/// Ten years: longer is as good as for ever, and still fits every clock.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

pub(super) fn bounded(duration: Duration) -> Duration {
    duration.min(FOREVER)
}

pub(super) fn any<T>(_: &T) -> Result<(), Problem> {
    Ok(())
}

pub(super) fn positive(value: &usize) -> Result<(), Problem> {
    if *value > 0 { Ok(()) } else { Err(Problem::new("is too small", "it must be at least 1")) }
}

pub(super) fn not_zero(value: &Duration) -> Result<(), Problem> {
    if value.is_zero() { Err(Problem::new("is no time at all", "it must be more than 0")) } else { Ok(()) }
}

pub(super) fn fraction(value: &f64) -> Result<(), Problem> {
    if (0.0..=1.0).contains(value) {
        Ok(())
    } else {
        Err(Problem::new("is outside 0 to 1", "give the share of traces to keep, such as 0.1 for every tenth"))
    }
}

pub(super) fn boolean(text: &str) -> Result<bool, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Problem::new("is neither true nor false", "write `true` or `false`")),
    }
}

pub(super) fn number(text: &str) -> Result<f64, Problem> {
    text.parse().map_err(|_| Problem::new("is no number", "write a number such as 0.5"))
}

pub(super) fn count(text: &str) -> Result<usize, Problem> {
    text.parse().map_err(|_| Problem::new("is no whole number", "write a number such as 512"))
}

/// A number of bytes: `3500000`, `64 MiB`, `10MB`.
pub(super) fn bytes(text: &str) -> Result<usize, Problem> {
    let problem = || Problem::new("is no number of bytes", "write a number such as 3500000, 512 KiB or 64 MiB");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "kib" | "k" => 1 << 10,
        "mb" => 1_000_000,
        "mib" | "m" => 1 << 20,
        "gb" => 1_000_000_000,
        "gib" | "g" => 1 << 30,
        _ => return Err(problem()),
    };
    number.parse::<usize>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(problem)
}

pub(super) fn seconds(text: &str) -> Result<Duration, Problem> {
    let problem = || Problem::new("is no time in seconds", "write a number of seconds such as 5 or 0.5");
    let seconds: f64 = text.parse().map_err(|_| problem())?;
    if seconds.is_nan() || seconds < 0.0 {
        return Err(problem());
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(FOREVER))
}

pub(super) fn milliseconds(text: &str) -> Result<Duration, Problem> {
    let problem = |_| Problem::new("is no time in milliseconds", "write a whole number such as 10000");
    text.parse().map(Duration::from_millis).map_err(problem)
}
