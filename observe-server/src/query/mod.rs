//! The query language: one parser, one translation to SQL. The page, its address, the API and the terminal all use it.
//!
//! ```text
//! name:support-query user:user_123 tag:(support AND production) -env:dev (level:ERROR or latency:>2s) refund policy sort:-cost
//! ```

mod ast;
mod drive;
mod fields;
mod filter;
mod find;
mod lex;
mod parse;
mod probe;
mod sql;
mod values;
mod words;
#[cfg(test)]
pub(crate) mod written;

pub(crate) use self::ast::{Compare, Query};
pub(crate) use self::fields::quoted;
pub(crate) use self::filter::Conditions;
pub(crate) use self::find::Finder;
pub(crate) use self::parse::parse;
#[cfg(test)]
pub(crate) use self::parse::parse_at;
pub(crate) use self::sql::{Sql, Target};

/// A time with its unit, such as `30d`, in microseconds.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let has_unit = text.ends_with(|end: char| end.is_ascii_alphabetic());
    let length = values::duration(text).filter(|length| has_unit && (0.0..1e17).contains(length))?;
    #[expect(clippy::cast_possible_truncation, reason = "less than 1e17")]
    Some(length as i64)
}

/// What is wrong with a query, where, and what may have been meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryError {
    pub(crate) message: String,
    /// Characters before the mistake.
    pub(crate) at: usize,
    pub(crate) suggestion: Option<String>,
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (at character {})", self.message, self.at + 1)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, ": did you mean {suggestion}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for QueryError {}
