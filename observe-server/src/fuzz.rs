//! Nothing that can be sent or typed makes the program panic or the database complain. `OBSERVE_FUZZ_SECONDS` makes it try
//! for longer.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::ingest::{self, otlp};
use crate::model::Change;
use crate::query::{self, Finder, Target};
use crate::store::scratch;

/// Tries cases until the time is over, a few hundred at least.
fn fuzz<S: Strategy>(strategy: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let seconds = std::env::var("OBSERVE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let until = Instant::now() + Duration::from_secs(seconds);
    loop {
        let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
        if let Err(error) = runner.run(strategy, &check) {
            panic!("{error}");
        }
        if Instant::now() >= until {
            return;
        }
    }
}

/// Pieces that queries are made of, right and wrong.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "name:",
        "user:ada",
        "tags:(a AND b)",
        "tag:(a OR",
        ")",
        "(",
        "-",
        "not ",
        "or",
        " and ",
        "\"a b\"",
        "\"",
        "latency:>2s",
        "cost:<$1",
        "level:(ERROR OR WARNING)",
        "metadata.k:v",
        "metadata.\"a b\":*x*",
        "scores.s:>0.5",
        "scores.v:good",
        "has:endTime",
        "has:metadata.x",
        "since:2h",
        "startTime:>2026-11-01",
        "sort:-cost",
        "sort:name",
        "refund",
        "*",
        ":",
        ":=",
        "!=",
        ">=",
        "<>",
        "input:*a%_*",
        "output:b*",
        "type:TOOL",
        "public:true",
        "ttft:>1",
        "\u{1F600}",
        "\\",
        "metadata.a.b:1",
        "metadata.attributes.x:1",
        "commentContent:x",
        "id:*0",
        "observationId:x",
        "tool:x",
        "startTime:2026-11-25",
    ];
    prop_oneof![4 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}", 2 => Just(" ".to_owned())]
}

#[test]
fn any_query_is_understood_or_pointed_at_and_runs() {
    let (_dir, db) = scratch();
    let queries = proptest::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat());
    fuzz(&queries, |text| {
        match query::parse(&text) {
            Ok(query) => {
                for target in [Target::Traces, Target::Observations] {
                    let finder = Finder::new(&query, target, None);
                    let found =
                        finder.page(&db, 10, None).and_then(|_| finder.total(&db)).and_then(|_| finder.all(&db));
                    let ran = found.and_then(|all| db.prepare(&all.text).map(|_| ()));
                    prop_assert!(ran.is_ok(), "{text:?}: {ran:?}");
                }
            }
            Err(error) => prop_assert!(error.at <= text.chars().count(), "{text:?}: {error}"),
        }
        Ok(())
    });
}

/// JSON that is nothing in particular.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        Just(json!("2026-11-25T10:00:00.000Z")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![proptest::sample::select(KEYS.to_vec()).prop_map(str::to_owned), "[a-z]{1,4}",];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

const KEYS: &[&str] = &[
    "id",
    "traceId",
    "name",
    "value",
    "type",
    "batch",
    "body",
    "timestamp",
    "resourceSpans",
    "scopeSpans",
    "spans",
    "spanId",
    "parentSpanId",
    "attributes",
    "key",
    "stringValue",
    "intValue",
    "arrayValue",
    "kvlistValue",
    "values",
    "events",
    "status",
    "code",
    "usage",
    "usageDetails",
    "costDetails",
    "input",
    "output",
    "metadata",
    "level",
    "startTime",
    "endTime",
    "tags",
    "startTimeUnixNano",
    "model",
    "promptName",
    "promptVersion",
    "dataType",
    "comment",
    "sessionId",
    "environment",
];

const TYPES: &[&str] = &[
    "trace-create",
    "span-create",
    "span-update",
    "generation-create",
    "generation-update",
    "event-create",
    "score-create",
    "tool-create",
    "observation-create",
    "sdk-log",
    "nonsense",
];

fn store(db: &mut Connection, changes: &[Change]) -> Result<(), TestCaseError> {
    let stored = crate::store::apply_all(db, changes);
    prop_assert!(stored.is_ok(), "{stored:?}: {changes:?}");
    Ok(())
}

#[test]
fn any_ingestion_batch_is_answered_and_stored() {
    let (_dir, db) = scratch();
    let db = std::cell::RefCell::new(db);
    let event = (
        proptest::sample::select(TYPES.to_vec()),
        any_json(),
        proptest::collection::vec((proptest::sample::select(KEYS.to_vec()), any_json()), 0..8),
    );
    let event = event.prop_map(|(kind, whole, fields)| {
        let mut body: Value = json!({"id": "x", "traceId": "t"});
        for (key, value) in fields {
            body[key] = value;
        }
        if whole.is_array() {
            whole
        } else {
            json!({"id": "1", "type": kind, "timestamp": "2026-11-25T10:00:00Z", "body": body})
        }
    });
    let batches =
        prop_oneof![proptest::collection::vec(event, 0..5).prop_map(|events| json!({"batch": events})), any_json()];
    fuzz(&batches, |request| {
        if let Ok(taken) = ingest::batch(&request) {
            let _ = taken.answer();
            store(&mut db.borrow_mut(), &taken.changes)?;
        }
        let _ = ingest::score(&request);
        Ok(())
    });
}

#[test]
fn any_otlp_request_is_read_or_refused() {
    let (_dir, db) = scratch();
    let db = std::cell::RefCell::new(db);
    let attribute = (proptest::sample::select(ATTRIBUTES.to_vec()), any_json(), "\\PC{0,12}");
    let attribute = attribute.prop_map(|(key, value, text)| {
        let value = if value.is_object() { value } else { json!({"stringValue": text}) };
        json!({"key": key, "value": value})
    });
    let span = (proptest::collection::vec(attribute, 0..8), any_json()).prop_map(|(attributes, odd)| {
        json!({"traceId": "t", "spanId": "s", "parentSpanId": odd, "name": odd, "startTimeUnixNano": odd, "attributes": attributes,
               "events": [{"name": "gen_ai.user.message", "attributes": attributes}], "status": odd})
    });
    let requests = proptest::collection::vec(span, 0..4)
        .prop_map(|spans| json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}));
    let requests = prop_oneof![3 => requests, 1 => any_json()];
    fuzz(&requests, |request| {
        if let Ok(export) = otlp::from_value(&request) {
            store(&mut db.borrow_mut(), &ingest::changes(&export))?;
        }
        Ok(())
    });
    // A valid request with some of its bytes changed.
    let valid = b"\x0a\x4d\x12\x4b\x12\x49\x0a\x10aaaaaaaaaaaaaaaa\x12\x08bbbbbbbb\x2a\x04name\x39\0\0\0\0\0\0\0\x01\x41\0\0\0\0\0\0\0\x02\x4a\x15\x0a\x0auser.id.id\x12\x07\x0a\x05hello".to_vec();
    let changes = proptest::collection::vec((0..valid.len(), any::<u8>()), 0..6);
    let mutated = (changes, 0..valid.len()).prop_map(move |(changes, cut)| {
        let mut bytes = valid.clone();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        bytes.truncate(valid.len() - cut / 8);
        bytes
    });
    fuzz(&mutated, |bytes| {
        if let Ok(export) = otlp::protobuf(bytes.into()) {
            store(&mut db.borrow_mut(), &ingest::changes(&export))?;
        }
        Ok(())
    });
}

const ATTRIBUTES: &[&str] = &[
    "langfuse.observation.type",
    "langfuse.observation.input",
    "langfuse.observation.usage_details",
    "langfuse.trace.tags",
    "langfuse.observation.cost_details",
    "langfuse.observation.metadata",
    "langfuse.observation.metadata.k",
    "gen_ai.prompt.0.role",
    "gen_ai.prompt.9999999.x",
    "gen_ai.usage.input_tokens",
    "llm.token_count.prompt",
    "langfuse.environment",
    "user.id",
    "langfuse.observation.completion_start_time",
    "langfuse.observation.prompt.name",
    "langfuse.observation.prompt.version",
    "gen_ai.input.messages",
    "gen_ai.system_instructions",
    "ai.response.msToFirstChunk",
    "openinference.span.kind",
];
