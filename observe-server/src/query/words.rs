//! Words: what the index of words is asked, as a probe and as a drive.

use rusqlite::types::Value;

use super::ast::Pattern;
use super::fields::Known;
use super::probe::{escaped, matches};
use super::sql::{Drive, Sql, Target};

/// Text for the word index: each word of it quoted, so that nothing in it is syntax; side by side they are a phrase.
pub(super) fn match_words(words: &str, column: Option<&str>, is_prefix: bool) -> Option<String> {
    if !words.chars().any(char::is_alphanumeric) {
        return None;
    }
    let phrase = format!("\"{}\"{}", words.replace(['"', '\0'], " "), if is_prefix { "*" } else { "" });
    Some(match column {
        Some(column) => format!("{column} : {phrase}"),
        None => phrase,
    })
}

pub(super) fn words_match(words: &str) -> Option<String> {
    let (plain, is_prefix) = words.strip_suffix('*').map_or((words, false), |plain| (plain, true));
    match_words(plain, None, is_prefix)
}

/// Words anywhere: in the texts, or as somebody's id.
pub(super) fn words_probe(words: &str, target: Target) -> Sql {
    let Some(query) = words_match(words) else {
        // Signs only: nothing that the index knows.
        return contains_anywhere(words, target);
    };
    let id = Value::from(words.to_owned());
    match target {
        Target::Observations => Sql::new(
            "EXISTS (SELECT 1 FROM fts.words w WHERE w.words MATCH ? AND w.rowid = o.rid) OR t.id = ? OR o.id = ?",
            [query.into(), id.clone(), id],
        ),
        Target::Traces => Sql::new(
            "EXISTS (SELECT 1 FROM obs o WHERE o.trace = t.rid AND
             EXISTS (SELECT 1 FROM fts.words w WHERE w.words MATCH ? AND w.rowid = o.rid)) OR t.id = ?
             OR EXISTS (SELECT 1 FROM obs o WHERE o.id = ? AND o.trace = t.rid)",
            [query.into(), id.clone(), id],
        ),
    }
}

fn contains_anywhere(text: &str, target: Target) -> Sql {
    let like = Value::from(format!("%{}%", escaped(text)));
    let row = match target {
        Target::Observations => "i.rid = o.rid",
        Target::Traces => "i.rid IN (SELECT o.rid FROM obs o WHERE o.trace = t.rid)",
    };
    Sql::new(
        format!(
            "EXISTS (SELECT 1 FROM io.io i WHERE {row} AND (i.input LIKE ? ESCAPE '\\' OR i.output LIKE ? ESCAPE '\\'))"
        ),
        [like.clone(), like],
    )
}

/// `input:word` by the index, `input:*part*` by looking.
pub(super) fn payload(known: &Known, pattern: &Pattern, target: Target) -> Sql {
    let indexed = match pattern {
        Pattern::Is(text) => match_words(text, Some(known.sql), false),
        Pattern::Starts(text) => match_words(text, Some(known.sql), true),
        Pattern::Contains(_) | Pattern::Ends(_) => None,
    };
    let condition = match indexed {
        Some(query) => {
            Sql::new("EXISTS (SELECT 1 FROM fts.words w WHERE w.words MATCH ? AND w.rowid = o.rid)", [query.into()])
        }
        None => {
            let condition = matches(pattern, &format!("i.{}", known.sql), false);
            Sql::new(
                format!("EXISTS (SELECT 1 FROM io.io i WHERE i.rid = o.rid AND {})", condition.text),
                condition.values,
            )
        }
    };
    match target {
        Target::Observations => condition,
        Target::Traces => Sql::new(
            format!("EXISTS (SELECT 1 FROM obs o WHERE o.trace = t.rid AND {})", condition.text),
            condition.values,
        ),
    }
}

/// The newest hits that are looked at when there are more.
const NEWEST: i64 = 1_000;

pub(super) fn words_drive(query: &str) -> Drive {
    let hits = |rows: &str| {
        let text = format!("SELECT o.trace AS trace FROM ({rows}) w CROSS JOIN obs o ON o.rid = w.rowid");
        Sql::new(text, [query.to_owned().into()])
    };
    Drive {
        count: Sql::new("SELECT rowid FROM fts.words WHERE words MATCH ?", [query.to_owned().into()]),
        instead: None,
        sql: hits("SELECT rowid FROM fts.words WHERE words MATCH ?"),
        newest: Some(hits(&format!(
            "SELECT rowid FROM fts.words WHERE words MATCH ? ORDER BY rowid DESC LIMIT {NEWEST}"
        ))),
    }
}
