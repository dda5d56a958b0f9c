//! Queries, right and wrong.

use proptest::prelude::*;
use rusqlite::{Connection, params_from_iter};

use super::{fuzz, shapes};
use crate::query::written::{names, written};
use crate::query::{self, Finder, Target};
use crate::store::{apply_all, index, scratch};
use crate::{ingest, time};

/// Pieces that queries are made of, right and wrong.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "(",
        ")",
        "-",
        "- ",
        "not ",
        "NOT",
        "or",
        " or ",
        " and ",
        "\"",
        "\"a b\"",
        ":",
        ":=",
        "!=",
        ">=",
        "<>",
        "*",
        "\\",
        "tags:(a AND b)",
        "tag:(a OR",
        "level:(ERROR OR WARNING)",
        "metadata.",
        "scores.",
        "sort:",
        "has:",
        "since:2h",
        "until:now",
        "refund",
        "\u{1F600}",
        "\u{a0}",
    ];
    prop_oneof![
        4 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        6 => condition(),
        1 => "\\PC{0,8}",
        1 => shapes::text(),
        3 => Just(" ".to_owned()),
    ]
}

/// A field, an operator and a value, which need not fit.
fn condition() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        8 => proptest::sample::select(names()).prop_map(str::to_owned),
        1 => proptest::sample::select(KEYS.to_vec()).prop_map(|key| format!("metadata.{key}")),
        1 => proptest::sample::select(KEYS.to_vec()).prop_map(|key| format!("scores.{key}")),
    ];
    let operator = proptest::sample::select(vec![":", ":", ":", ":>", ":>=", ":<", ":<=", ":=", "=", ">", "!=", ":!="]);
    let value = prop_oneof![
        6 => proptest::sample::select(VALUES.to_vec()).prop_map(str::to_owned),
        1 => shapes::text().prop_map(|text| query::quoted(&text)),
        1 => any::<f64>().prop_map(|number| number.to_string()),
    ];
    (field, operator, value).prop_map(|(field, operator, value)| format!("{field}{operator}{value}"))
}

const KEYS: &[&str] = &[
    "k",
    "a.b",
    "\"a b\"",
    "\"a\\\"b\"",
    "\"\"",
    "\"[0]\"",
    "\"$\"",
    "\"a\\\\\"",
    "attributes.x",
    "scope.name",
    "\u{e9}",
    "-k",
];

const VALUES: &[&str] = &[
    "a",
    "*",
    "**",
    "a*",
    "*a",
    "*a*",
    "*%_\\*",
    "-a",
    "\"\"",
    "\"*a*\"",
    "\"a \\\" b\"",
    "2",
    "-2",
    "2s",
    "500ms",
    "1.5h",
    "$0.01",
    "2k",
    "1e308",
    "1e308y",
    "true",
    "no",
    "ERROR",
    "default",
    "TOOL",
    "span",
    "now",
    "today",
    "2026-11",
    "2026-11-25",
    "2026-11-25T10:00:00Z",
    "9999-12-31",
    "0001-01-01",
    "2h",
    "3mo",
    "(a or b)",
    "(a AND \"b c\")",
    "(>1 AND <5)",
    "(",
    "()",
    "",
];

fn queries() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat()),
        2 => proptest::collection::vec(condition(), 0..5).prop_map(|conditions| conditions.join(" ")),
        1 => (condition(), prop_oneof![Just(" "), Just(" or "), Just("")], 1..300_usize)
            .prop_map(|(condition, joint, times)| vec![condition; times].join(joint)),
        1 => (proptest::collection::vec(condition(), 1..5), 0..60_usize).prop_map(|(conditions, depth)| {
            format!("{}{}{}", "-(".repeat(depth), conditions.join(" or "), ")".repeat(depth))
        }),
    ]
}

/// A database with a little of everything.
fn filled() -> (impl Sized, Connection) {
    let (dir, mut db) = scratch();
    let event = |kind: &str, body: serde_json::Value| serde_json::json!({"id": "e", "type": kind, "timestamp": "2026-11-25T10:00:00Z", "body": body});
    let batch = serde_json::json!({"batch": [
        event("trace-create", serde_json::json!({"id": "a", "name": "a", "userId": "a", "tags": ["a", "b"], "metadata": {"k": 1, "a": {"b": "x"}}, "public": true})),
        event("trace-create", serde_json::json!({"id": "b", "name": "b", "sessionId": "a", "environment": "dev", "metadata": {"k": "a b", "a\"b": "a"}})),
        event("generation-create", serde_json::json!({"id": "g", "traceId": "a", "model": "gpt-4o", "startTime": "2026-11-25T10:00:00Z",
            "completionStartTime": "2026-11-25T10:00:01Z", "endTime": "2026-11-25T10:00:03Z", "level": "ERROR", "statusMessage": "a timeout",
            "usageDetails": {"input": 100, "output": 20}, "input": "a refund", "output": "b", "promptName": "p", "promptVersion": 2})),
        event("tool-create", serde_json::json!({"id": "t", "traceId": "a", "parentObservationId": "g", "name": "a", "metadata": {"k": "a"}})),
        event("span-create", serde_json::json!({"id": "s", "traceId": "b", "startTime": "2026-11-24T10:00:00Z", "output": {"a": 1}})),
        event("score-create", serde_json::json!({"name": "k", "value": 0.4, "traceId": "a"})),
        event("score-create", serde_json::json!({"name": "k", "value": "a", "traceId": "b", "observationId": "s"})),
    ]});
    let taken = ingest::batch(&batch, false).unwrap();
    apply_all(&db, &taken.changes).unwrap();
    index(&mut db).unwrap();
    (dir, db)
}

#[test]
fn any_query_is_understood_or_pointed_at_and_runs() {
    let (_dir, db) = filled();
    let now = time::now();
    let count = |query: &query::Query, target| {
        let all = Finder::new(query, target, None).all(&db)?;
        let sql = format!("SELECT count(DISTINCT rid) FROM ({})", all.text);
        db.prepare(&sql)?.query_row(params_from_iter(all.values), |row| row.get::<_, i64>(0))
    };
    fuzz("query", &queries(), |text| {
        let query = match query::parse_at(&text, now) {
            Ok(query) => query,
            Err(error) => {
                prop_assert!(error.at <= text.chars().count(), "{text:?}: {error}");
                return Ok(());
            }
        };
        // What was understood can be written, and is understood as the same.
        let again = written(&query);
        match query::parse_at(&again, now) {
            Ok(read) => prop_assert_eq!(&read, &query, "{:?}, written as {:?}", text, again),
            // A list of values has no depth of its own, its parts have.
            Err(error) => {
                let is_large = ["inside each other", "at most"].iter().any(|limit| error.message.contains(limit));
                prop_assert!(is_large, "{text:?}, written as {again:?}: {error}");
            }
        }
        let opposite = query.opposite();
        for (target, rows) in [(Target::Traces, 2), (Target::Observations, 3)] {
            let found = Finder::new(&query, target, None).page(&db, 10, None);
            let (all, rest) =
                (count(&query, target), opposite.as_ref().map_or(Ok(0), |opposite| count(opposite, target)));
            prop_assert!(found.is_ok() && all.is_ok() && rest.is_ok(), "{text:?}: {found:?} {all:?} {rest:?}");
            let (Ok(found), Ok(all), Ok(rest)) = (found, all, rest) else { continue };
            prop_assert_eq!(i64::try_from(found.rids.len()).unwrap_or(-1), all, "{:?}", text);
            prop_assert_eq!(all + rest, rows, "{:?}: what is not selected is what the opposite selects", text);
        }
        Ok(())
    });
}
