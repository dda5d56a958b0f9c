//! What files of traces hold: OTLP, ingestion batches, and what Langfuse's API answers and its page exports.

use serde_json::{Map, Value, json};

use crate::ingest::{self, otlp};
use crate::model::Change;
use crate::time;

/// What a value of a file holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) changes: Vec<Change>,
    pub(crate) observations: i64,
    pub(crate) traces: i64,
    pub(crate) scores: i64,
    /// What could not be understood, and why.
    pub(crate) problems: Vec<String>,
}

impl Found {
    pub(crate) fn problem(text: String) -> Self {
        Self { problems: vec![text], ..Self::default() }
    }

    fn add(&mut self, changes: Vec<Change>) {
        for change in &changes {
            match change {
                Change::Observation(_) => self.observations += 1,
                Change::Score(_) => self.scores += 1,
                Change::Trace(_) => self.traces += 1,
            }
        }
        self.changes.extend(changes);
    }

    fn take(&mut self, value: Value) {
        match value {
            Value::Array(list) => list.into_iter().for_each(|value| self.take(value)),
            Value::Object(map) => self.object(map),
            other => self.problems.push(format!("{other} is no trace, observation or score")),
        }
    }

    fn object(&mut self, mut map: Map<String, Value>) {
        if map.contains_key("resourceSpans") {
            return match otlp::from_value(&Value::Object(map)) {
                Ok(export) => {
                    self.add(ingest::changes(&export));
                    self.problems.extend(export.refused);
                }
                Err(refused) => self.problems.push(refused.message),
            };
        }
        if map.contains_key("batch") {
            return self.batch(&Value::Object(map));
        }
        if let Some(Value::Array(page)) = map.remove("data") {
            return page.into_iter().for_each(|value| self.take(value));
        }
        let mut events = Vec::new();
        if is_score(&map) {
            events.push(event("score-create", &score(map)));
        } else if map.contains_key("traceId") && (map.contains_key("startTime") || map.contains_key("type")) {
            events.push(observation(&map));
        } else if map.contains_key("id") && (map.contains_key("timestamp") || map.contains_key("observations")) {
            // Lists hold ids in their place.
            let mut inner = |key: &str| match map.remove(key) {
                Some(Value::Array(list)) => list.into_iter().filter_map(object).collect(),
                _ => Vec::new(),
            };
            let (observations, scores): (Vec<Map<_, _>>, Vec<Map<_, _>>) = (inner("observations"), inner("scores"));
            events.push(event("trace-create", &map));
            events.extend(observations.iter().map(observation));
            events.extend(scores.into_iter().map(|map| event("score-create", &score(map))));
        } else {
            let keys: Vec<&str> = map.keys().take(6).map(String::as_str).collect();
            self.problems.push(format!("an object with {} is no trace, observation or score", keys.join(", ")));
            return;
        }
        self.batch(&json!({"batch": events}));
    }

    fn batch(&mut self, request: &Value) {
        match ingest::batch(request, false) {
            Ok(taken) => {
                for refused in taken.answer()["errors"].as_array().into_iter().flatten() {
                    self.problems.push(format!("{}: {}", text(&refused["id"]), text(&refused["error"])));
                }
                self.add(taken.changes);
            }
            Err(issues) => self.problems.push(json!(issues).to_string()),
        }
    }
}

/// What a value of a file holds.
pub(crate) fn value(value: Value) -> Found {
    let mut found = Found::default();
    found.take(value);
    found
}

fn is_score(map: &Map<String, Value>) -> bool {
    let subjects = ["traceId", "sessionId", "datasetRunId"];
    map.contains_key("name") && map.contains_key("value") && subjects.iter().any(|key| map.contains_key(*key))
}

/// Scores are answered with a number and a text; they are taken with one of them.
fn score(mut map: Map<String, Value>) -> Map<String, Value> {
    let kind = map.get("dataType").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind == "CATEGORICAL"
        && let Some(Value::String(word)) = map.get("stringValue")
    {
        map.insert("value".to_owned(), word.clone().into());
    }
    if let Some(Value::Bool(truth)) = map.get("value") {
        map.insert("value".to_owned(), i32::from(*truth).into());
    }
    // Of a trace and a session the trace is meant, which has the session.
    if map.get("traceId").is_some_and(|id| !id.is_null()) {
        map.remove("sessionId");
    }
    map
}

fn observation(map: &Map<String, Value>) -> Value {
    let kind = map.get("type").and_then(Value::as_str).unwrap_or("SPAN").to_ascii_lowercase();
    event(&format!("{kind}-create"), map)
}

fn event(kind: &str, body: &Map<String, Value>) -> Value {
    let id = body.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()).unwrap_or("unnamed");
    let said = ["updatedAt", "endTime", "startTime", "timestamp"].iter().find_map(|key| body.get(*key)?.as_str());
    let said = said.and_then(time::parse).unwrap_or_else(time::now);
    json!({"id": id, "type": kind, "timestamp": time::iso(said), "body": body})
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
