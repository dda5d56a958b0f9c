//! From usage and prices to a cost.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use super::table::Tier;
use super::{Priced, Prices, bucket};

/// What a cost is computed from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used<'a> {
    pub(crate) model: Option<&'a str>,
    /// Buckets that exclude each other, and `total`.
    pub(crate) usage: &'a [(String, u64)],
    /// The cost that came along, if any.
    pub(crate) provided: &'a [(String, f64)],
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) metadata: &'a Map<String, Value>,
}

/// A cost in USD, by the buckets that were paid for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    /// In the order of the usage, without `total`.
    pub(crate) buckets: Vec<(String, f64)>,
    pub(crate) total: Option<f64>,
    pub(crate) source: Option<Source>,
    /// Why there is no cost, or what it leaves out, and what to do about it.
    pub(crate) hint: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// It came with the observation.
    Provided,
    /// It was computed from the prices of this model, in this tier if not the standard one.
    Table { model: String, tier: Option<String> },
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provided => formatter.write_str("provided"),
            Self::Table { model, tier: None } => write!(formatter, "price table: {model}"),
            Self::Table { model, tier: Some(tier) } => write!(formatter, "price table: {model} ({tier})"),
        }
    }
}

impl Prices {
    /// What was paid for this usage.
    pub(crate) fn cost(&self, used: &Used<'_>) -> Cost {
        if !used.provided.is_empty() {
            return provided(used.provided);
        }
        let is_empty = used.usage.iter().all(|(_, count)| *count == 0);
        let Some(name) = used.model.filter(|name| !name.trim().is_empty()) else {
            let hint = (!is_empty).then(|| "no model is named, so the usage has no price".to_owned());
            return Cost { hint, ..Cost::default() };
        };
        let Some(priced) = self.find(name) else {
            return Cost { hint: (!is_empty).then(|| unknown(name)), ..Cost::default() };
        };
        priced.cost(used)
    }
}

impl Priced {
    fn cost(&self, used: &Used<'_>) -> Cost {
        let tier = self.model.tiers.iter().find(|tier| applies(tier, used));
        let prices = &tier.map_or(&self.model.prices, |tier| &tier.prices).0;
        let mut cost = Cost {
            source: Some(Source::Table { model: self.model.name.clone(), tier: tier.map(|tier| tier.name.clone()) }),
            ..Cost::default()
        };
        let mut unpriced: Vec<&str> = Vec::new();
        let mut sum = None;
        for (spelling, count) in used.usage {
            match prices.get(bucket::canonical(spelling).as_ref()) {
                Some(price) => {
                    let paid = float(*count) * price / 1e6;
                    sum = Some(sum.unwrap_or(0.0) + paid);
                    cost.buckets.push((spelling.clone(), paid));
                }
                None if spelling != TOTAL && *count > 0 && !prices.contains_key(TOTAL) => unpriced.push(spelling),
                None => {}
            }
        }
        cost.total = sum;
        if cost.buckets.is_empty() {
            cost.source = None;
        }
        if !unpriced.is_empty() {
            let unpriced = unpriced.join("`, `");
            cost.hint =
                Some(format!("`{}` has no price for `{unpriced}`: `observe prices add` can add one", self.model.name));
        }
        cost
    }
}

/// `total` is what was said, else the sum of what input and output cost if nothing else is known.
fn provided(costs: &[(String, f64)]) -> Cost {
    let total = costs.iter().find(|(bucket, _)| bucket == TOTAL).map(|(_, cost)| *cost);
    let buckets: Vec<(String, f64)> = costs.iter().filter(|(bucket, _)| bucket != TOTAL).cloned().collect();
    let total = total.or_else(|| Some(buckets.iter().map(|(_, cost)| cost).sum()));
    Cost { buckets, total, source: Some(Source::Provided), hint: None }
}

fn applies(tier: &Tier, used: &Used<'_>) -> bool {
    let has = |(key, values): (&String, &Vec<String>)| {
        let given = used.parameters.get(key).or_else(|| used.metadata.get(key));
        let given = given.map(|value| value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed));
        given.is_some_and(|given| values.iter().any(|value| *value == given))
    };
    let inputs = used.usage.iter().filter(|(spelling, _)| bucket::is_input(&bucket::canonical(spelling)));
    let input = inputs.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    tier.when.iter().all(has) && tier.input_above.is_none_or(|limit| input > limit)
}

fn unknown(name: &str) -> String {
    format!(
        "no price is known for `{name}`: add one, `observe prices add {} --input 1.25 --output 10` (USD per million tokens)",
        quoted(name)
    )
}

/// A name as a shell takes it.
fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@".contains(letter);
    if !name.starts_with('-') && name.chars().all(is_plain) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("'{}'", name.replace('\'', "'\\''")))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

const TOTAL: &str = "total";
