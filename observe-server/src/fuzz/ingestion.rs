//! Ingestion batches and scores, right, partly right and damaged.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::shapes::text;
use super::{fuzz, harmed, harms, stored};
use crate::ingest;
use crate::store::scratch;

/// JSON that is nothing in particular.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        Just(json!(TIME)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![proptest::sample::select(KEYS.to_vec()).prop_map(str::to_owned), text()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

const TIME: &str = "2026-11-25T10:00:00.000Z";

/// An event, and whether it must be taken.
#[derive(Clone, Debug)]
struct Sent {
    event: Value,
    is_right: bool,
    /// The trace and observation it names.
    names: Option<(String, String)>,
}

/// Observations with all that may be said of them, said right.
fn right() -> impl Strategy<Value = Sent> {
    let payloads =
        proptest::collection::vec((proptest::sample::select(vec!["input", "output", "metadata"]), any_json()), 0..3);
    let texts = proptest::collection::vec(
        (proptest::sample::select(vec!["name", "statusMessage", "version", "environment"]), text()),
        0..3,
    );
    let counts = proptest::collection::vec((text(), prop_oneof![any::<u64>().prop_map(Value::from), any_json()]), 0..4);
    let place = (0..2_u8, 0..6_u8, proptest::option::of(0..8_u8), proptest::sample::select(RIGHT.to_vec()));
    (place, payloads, texts, counts).prop_map(|((trace, id, parent, kind), payloads, texts, counts)| {
        let mut body = Map::new();
        body.extend(payloads.into_iter().map(|(key, value)| (key.to_owned(), value)));
        body.extend(texts.into_iter().map(|(key, text)| (key.to_owned(), text.into())));
        let (trace, id) = (format!("trace {trace}"), format!("observation {id}"));
        body.insert("id".to_owned(), id.clone().into());
        body.insert("traceId".to_owned(), trace.clone().into());
        if let Some(parent) = parent {
            body.insert("parentObservationId".to_owned(), format!("observation {parent}").into());
        }
        body.insert("startTime".to_owned(), TIME.into());
        if kind.starts_with("generation") {
            let counts: Map<String, Value> = counts.into_iter().collect();
            body.insert("usageDetails".to_owned(), counts.clone().into());
            body.insert("costDetails".to_owned(), counts.into());
        }
        Sent {
            event: json!({"id": "", "type": kind, "timestamp": TIME, "body": body}),
            is_right: true,
            names: Some((trace, id)),
        }
    })
}

const RIGHT: &[&str] = &[
    "span-create",
    "span-update",
    "generation-create",
    "generation-update",
    "event-create",
    "tool-create",
    "agent-create",
    "retriever-create",
];

/// What no server would take.
fn wrong() -> impl Strategy<Value = Sent> {
    let wrong = [
        json!({"type": "nonsense", "timestamp": TIME, "body": {}}),
        json!({"type": "span-create", "timestamp": "yesterday", "body": {"id": "x"}}),
        json!({"type": "span-create", "timestamp": TIME, "body": {"id": ""}}),
        json!({"type": "span-create", "timestamp": TIME, "body": {"id": "a\rb"}}),
        json!({"type": "span-create", "timestamp": TIME, "body": {"id": "x", "level": "LOUD"}}),
        json!({"type": "span-create", "timestamp": TIME, "body": [1]}),
        json!({"type": "span-create", "timestamp": TIME}),
        json!({"type": "generation-create", "timestamp": TIME, "body": {"id": "x", "usageDetails": 3}}),
        json!({"type": "score-create", "timestamp": TIME, "body": {"name": "s", "value": {}, "traceId": "t"}}),
        json!({"type": "trace-create", "timestamp": TIME, "body": {"id": "t", "tags": "a"}}),
        json!({"type": 3, "timestamp": TIME, "body": {}}),
    ];
    proptest::sample::select(wrong.to_vec()).prop_map(|event| Sent { event, is_right: false, names: None })
}

fn batches() -> impl Strategy<Value = Vec<Sent>> {
    proptest::collection::vec(prop_oneof![3 => right(), 1 => wrong()], 0..8).prop_map(|mut batch| {
        for (place, sent) in batch.iter_mut().enumerate() {
            sent.event["id"] = format!("event {place}").into();
        }
        batch
    })
}

fn ids(answer: &Value, key: &str) -> BTreeSet<String> {
    answer[key].as_array().into_iter().flatten().filter_map(|item| Some(item["id"].as_str()?.to_owned())).collect()
}

#[test]
fn no_event_is_lost_beside_wrong_ones() {
    let (_dir, db) = scratch();
    let db = RefCell::new(db);
    fuzz("ingestion, whole", &batches(), |batch| {
        let request: Value = json!({"batch": batch.iter().map(|sent| sent.event.clone()).collect::<Vec<_>>()});
        let taken = ingest::batch(&request, false).map_err(|issues| TestCaseError::fail(format!("{issues:?}")))?;
        let answer = taken.answer();
        let of = |is_right: bool| {
            let these = batch.iter().filter(|sent| sent.is_right == is_right);
            these.map(|sent| sent.event["id"].as_str().unwrap_or("").to_owned()).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(ids(&answer, "successes"), of(true), "{}", answer);
        prop_assert_eq!(ids(&answer, "errors"), of(false));
        let named: BTreeSet<_> = batch.iter().filter_map(|sent| sent.names.clone()).collect();
        let rows: BTreeSet<_> = stored(&mut db.borrow_mut(), &taken.changes)?.into_iter().collect();
        prop_assert_eq!(rows, named);
        Ok(())
    });
}

/// Events whose bodies are anything.
fn odd_events() -> impl Strategy<Value = Value> {
    let fields = proptest::collection::vec((proptest::sample::select(KEYS.to_vec()), any_json()), 0..8);
    (proptest::sample::select(TYPES.to_vec()), any_json(), fields).prop_map(|(kind, whole, fields)| {
        if whole.is_array() {
            return whole;
        }
        let mut body = json!({"id": "x", "traceId": "t"});
        for (key, value) in fields {
            body[key] = value;
        }
        json!({"id": "1", "type": kind, "timestamp": TIME, "body": body})
    })
}

#[test]
fn odd_and_damaged_batches_are_answered_and_stored() {
    let (_dir, db) = scratch();
    let db = RefCell::new(db);
    let odd = prop_oneof![
        3 => proptest::collection::vec(odd_events(), 0..5).prop_map(|events| json!({"batch": events})),
        1 => any_json(),
        2 => batches().prop_map(|batch| json!({"batch": batch.into_iter().map(|sent| sent.event).collect::<Vec<_>>()})),
    ];
    let harm = prop_oneof![2 => Just(Vec::new()), 3 => harms()];
    fuzz("ingestion, odd and damaged", &(odd, harm), |(request, harm)| {
        let bytes = harmed(request.to_string().into_bytes(), &harm);
        let Ok(request) = serde_json::from_slice::<Value>(&bytes) else { return Ok(()) };
        if let Ok(taken) = ingest::batch(&request, false) {
            let answer = taken.answer();
            let count = |key: &str| answer[key].as_array().map_or(0, Vec::len);
            let logs = request["batch"].as_array().into_iter().flatten();
            let most = logs.clone().count();
            let logs = logs.filter(|event| event["type"] == "sdk-log").count();
            // Logs are taken without a word, unless their envelope is wrong.
            prop_assert!((most - logs..=most).contains(&(count("successes") + count("errors"))), "{}", answer);
            stored(&mut db.borrow_mut(), &taken.changes)?;
        }
        if let Ok(score) = ingest::score(&request) {
            stored(&mut db.borrow_mut(), &[crate::model::Change::Score(Box::new(score))])?;
        }
        Ok(())
    });
}

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
    "observation-update",
    "sdk-log",
    "nonsense",
];

const KEYS: &[&str] = &[
    "id",
    "traceId",
    "parentObservationId",
    "observationId",
    "sessionId",
    "userId",
    "name",
    "value",
    "type",
    "batch",
    "body",
    "timestamp",
    "usage",
    "unit",
    "promptTokens",
    "usageDetails",
    "costDetails",
    "input",
    "output",
    "metadata",
    "level",
    "startTime",
    "endTime",
    "completionStartTime",
    "tags",
    "model",
    "modelParameters",
    "promptName",
    "promptVersion",
    "dataType",
    "comment",
    "environment",
    "release",
    "public",
    "events",
];
