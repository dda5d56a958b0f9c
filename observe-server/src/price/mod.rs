//! What a call costs: a table of prices, and the rules that apply it.
//!
//! - A cost that came with the observation is never replaced or added to.
//! - A bucket of usage is priced if the model's table has exactly that bucket ([`bucket`]); the rest is named in a hint, not guessed.
//! - An unknown model has no cost, and a hint that says how to add one.
//! - Costs are computed where they are read, so that a corrected price corrects the past.

pub(crate) mod bucket;
mod cost;
mod live;
mod names;
pub(crate) mod own;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(crate) use self::cost::Used;
pub(crate) use self::live::Live;
pub(crate) use self::own::Tables;
pub(crate) use self::table::Model;

/// Prices of models: the built-in table, and before it the user's own.
#[derive(Debug, Default)]
pub(crate) struct Prices {
    models: Vec<Priced>,
    /// By folded name, the later of two winning.
    by_name: HashMap<String, usize>,
    /// Those with a pattern, in the order in which they are tried.
    patterns: Vec<usize>,
}

/// A model and where its figures are from.
#[derive(Debug)]
pub(crate) struct Priced {
    pub(crate) model: Model,
    pub(crate) source: String,
    pub(crate) is_own: bool,
}

impl Prices {
    /// The built-in table or a newer edition of it, and the user's own over it. Files that do not exist count as empty.
    ///
    /// # Errors
    ///
    /// A table that cannot be read or understood, with its path and line.
    pub(crate) fn load(tables: &Tables) -> Result<Self, String> {
        let mut prices = Self::default();
        prices.add(table::parse(BUILT_IN, Path::new("the built-in price table"))?, Origin::BuiltIn);
        let each = |paths: &[PathBuf]| paths.iter().rev().cloned().collect::<Vec<_>>();
        for path in each(&tables.updated) {
            if let Some(table) = table::read(&path)? {
                prices.add(table, Origin::Update);
            }
        }
        for path in each(&tables.own) {
            if let Some(table) = table::read(&path)? {
                prices.add(table, Origin::Own(&path));
            }
        }
        Ok(prices)
    }

    /// The model of this name, however it is spelled.
    pub(crate) fn find(&self, name: &str) -> Option<&Priced> {
        let forms = names::forms(name);
        // The user's own pattern is meant for exactly these names, and beats a guess from a part of the name.
        let written = forms.first().and_then(|form| self.by_name.get(form));
        let by_pattern = || {
            let fits = |index: &&usize| {
                self.models[**index].model.pattern.as_ref().is_some_and(|pattern| pattern.is_match(name))
            };
            self.patterns.iter().rev().find(fits)
        };
        let index = written.or_else(by_pattern).or_else(|| forms.iter().find_map(|form| self.by_name.get(form)))?;
        self.models.get(*index)
    }

    /// Every model that [`Self::find`] can answer with, own ones first, each in the order of its table.
    pub(crate) fn models(&self) -> impl Iterator<Item = &Priced> {
        let is_found = |index: usize, priced: &Priced| {
            priced.model.pattern.is_some() || self.by_name.get(&names::folded(&priced.model.name)) == Some(&index)
        };
        let all = move |own| {
            self.models
                .iter()
                .enumerate()
                .filter(move |(index, priced)| priced.is_own == own && is_found(*index, priced))
        };
        all(true).chain(all(false)).map(|(_, priced)| priced)
    }

    fn add(&mut self, table: table::Table, origin: Origin<'_>) {
        for model in table.model {
            let index = self.models.len();
            for name in std::iter::once(&model.name).chain(&model.aliases) {
                let name = names::folded(name);
                let known = self.by_name.get(&name).map(|known| &self.models[*known]);
                // An edition is older than the built-in table once the program is newer.
                let is_older =
                    matches!(origin, Origin::Update) && known.is_some_and(|known| known.model.date > model.date);
                if !is_older {
                    self.by_name.insert(name, index);
                }
            }
            if model.pattern.is_some() {
                self.patterns.push(index);
            }
            let provider = model.provider.as_ref().and_then(|provider| table.provider.get(provider));
            let stated = model.source.clone().or_else(|| provider.map(|provider| provider.source.clone()));
            let (is_own, file) = match origin {
                Origin::Own(path) => (true, Some(path.display().to_string())),
                Origin::BuiltIn | Origin::Update => (false, None),
            };
            let source = stated.or(file).unwrap_or_default();
            self.models.push(Priced { model, source, is_own });
        }
    }
}

/// Whose figures a table has.
#[derive(Clone, Copy)]
enum Origin<'a> {
    BuiltIn,
    Own(&'a Path),
    Update,
}

const BUILT_IN: &str = include_str!("../../prices.toml");
