//! The layout of a price table in TOML, and its checks. `prices.toml` and a user's own table have the same one.

use std::collections::BTreeMap;
use std::path::Path;

use regex_lite::{Regex, RegexBuilder};
use serde::Deserialize;

use super::bucket;

/// A table as it stands in a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(default)]
    pub(super) provider: BTreeMap<String, Provider>,
    #[serde(default)]
    pub(super) model: Vec<Model>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provider {
    pub(super) source: String,
    #[expect(dead_code, reason = "for readers of the file")]
    name: Option<String>,
}

/// One model: its names and what it costs, in USD per million units of each bucket.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    /// A regular expression for the whole name, in any case, tried where no name or alias fits.
    #[serde(default, deserialize_with = "pattern")]
    pub(crate) pattern: Option<Regex>,
    pub(crate) provider: Option<String>,
    /// Where the figures come from, if the provider's pages are not it.
    pub(crate) source: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) prices: Prices,
    #[serde(default)]
    pub(crate) tiers: Vec<Tier>,
}

/// Other prices under some conditions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tier {
    pub(crate) name: String,
    /// A model parameter, or metadata of that name, has one of these values.
    #[serde(default)]
    pub(crate) when: BTreeMap<String, Vec<String>>,
    /// More than so many units went in.
    pub(crate) input_above: Option<u64>,
    pub(crate) prices: Prices,
}

/// USD per million units, by canonical bucket.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prices(pub(crate) BTreeMap<String, f64>);

impl<'de> Deserialize<'de> for Prices {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = BTreeMap::<String, f64>::deserialize(deserializer)?;
        if written.is_empty() {
            return Err(serde::de::Error::custom("`prices` is empty: name at least one bucket, such as `input`"));
        }
        let mut prices = BTreeMap::new();
        for (spelling, price) in written {
            if !price.is_finite() || price < 0.0 {
                return Err(serde::de::Error::custom(format!(
                    "the price of `{spelling}` is {price}: it must be a number from 0"
                )));
            }
            let bucket = bucket::canonical(&spelling).into_owned();
            if prices.insert(bucket.clone(), price).is_some() {
                return Err(serde::de::Error::custom(format!("`{spelling}` prices `{bucket}` a second time")));
            }
        }
        Ok(Self(prices))
    }
}

/// Reads the table in a file, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<Table>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, path).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("the price table {} cannot be read: {error}", path.display())),
    }
}

/// Reads a table, or says where in it something is wrong.
pub(super) fn parse(text: &str, path: &Path) -> Result<Table, String> {
    let table: Table =
        toml::from_str(text).map_err(|error| format!("{}: {}", path.display(), error.to_string().trim_end()))?;
    for model in &table.model {
        let unconditional = model.tiers.iter().find(|tier| tier.when.is_empty() && tier.input_above.is_none());
        if let Some(tier) = unconditional {
            return Err(format!(
                "{}: the tier `{}` of `{}` has no condition: give it `when` or `input_above`",
                path.display(),
                tier.name,
                model.name
            ));
        }
    }
    Ok(table)
}

fn pattern<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let Some(written) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let whole = RegexBuilder::new(&format!("^(?:{written})$")).case_insensitive(true).build();
    whole
        .map(Some)
        .map_err(|error| serde::de::Error::custom(format!("the pattern `{written}` cannot be read: {error}")))
}
