//! A query to SQL with bound parameters.
//!
//! A condition has two forms. A *probe* is true of the row at hand, `t` or `o`. A *drive* selects the traces that meet it, by
//! an index. The most selective drive leads when it selects few; else the newest traces are looked at one after another, which
//! ends soon because what is not rare is met soon.

use rusqlite::types::Value;

use super::ast::{Expr, Query};
use super::drive::{bound, drive, is_exact};
use super::fields::{Field, Kind, Scope};
use super::probe::probe;

/// What is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Observations,
    Traces,
}

/// A piece of SQL and what is bound in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

/// A query's conditions, translated.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) target: Target,
    /// Each must hold.
    pub(crate) probes: Vec<Sql>,
    /// Each alone may lead; together they are fewer than the probes.
    pub(crate) drives: Vec<Drive>,
}

/// A way to begin: `SELECT .. AS trace`.
#[derive(Clone, Debug)]
pub(crate) struct Drive {
    pub(crate) sql: Sql,
    /// What is counted to know how many it selects; the same, or something quicker.
    pub(crate) count: Sql,
    /// For words: only the newest hits, when there are many.
    pub(crate) newest: Option<Sql>,
    /// Which condition it stands for, where what it selects need not be looked at again.
    pub(crate) instead: Option<usize>,
}

impl Drive {
    pub(super) fn simple(sql: Sql) -> Self {
        Self { count: sql.clone(), sql, newest: None, instead: None }
    }
}

impl Sql {
    pub(crate) fn new(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { text: text.into(), values: values.into_iter().collect() }
    }
}

impl Selection {
    pub(crate) fn of(query: &Query, target: Target) -> Self {
        let conditions: Vec<&Expr> = match &query.expr {
            None => Vec::new(),
            Some(Expr::And(parts)) => parts.iter().collect(),
            Some(one) => vec![one],
        };
        Self {
            target,
            probes: conditions.iter().map(|condition| probe(condition, target)).collect(),
            drives: conditions
                .iter()
                .enumerate()
                .filter_map(|(place, condition)| {
                    let drive = drive(condition).or_else(|| bound(condition, target))?;
                    // Of observations it only says in which traces they are.
                    let is_instead = target == Target::Traces && is_exact(condition);
                    Some(Drive { instead: is_instead.then_some(place), ..drive })
                })
                .collect(),
        }
    }

    /// All probes, but for the one that a drive stands for, as one condition behind `WHERE`.
    pub(crate) fn condition(&self, without: Option<usize>) -> Sql {
        let probes =
            || self.probes.iter().enumerate().filter(|(place, _)| Some(*place) != without).map(|(_, probe)| probe);
        let text: Vec<String> =
            std::iter::once("1".to_owned()).chain(probes().map(|probe| format!("({})", probe.text))).collect();
        Sql::new(text.join(" AND "), probes().flat_map(|probe| probe.values.clone()))
    }
}

/// What to sort by: an expression over `t` or `o` that is never null, and whether its bound value comes along.
pub(crate) fn sort_expression(field: &Field, target: Target) -> Sql {
    match field {
        Field::Known(known) => {
            let sql = match (known.scope, target) {
                (Scope::Either(trace), Target::Traces) => trace.to_owned(),
                (Scope::Observation, Target::Traces) => {
                    format!("(SELECT max({}) FROM obs o WHERE o.trace = t.rid)", known.sql)
                }
                _ => known.sql.to_owned(),
            };
            let nothing = if known.kind == Kind::Text { "''" } else { "-1e300" };
            Sql::new(format!("coalesce({sql}, {nothing})"), [])
        }
        Field::Metadata(key) | Field::Score(key) => Sql::new(
            "coalesce((SELECT avg(s.value) FROM score s WHERE s.trace = t.id AND s.name = ?), -1e300)",
            [key.clone().into()],
        ),
    }
}
