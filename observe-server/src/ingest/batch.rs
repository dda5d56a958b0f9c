//! Langfuse's ingestion batch: events of every type, each accepted or refused by itself.

use serde_json::{Map, Value, json};

use super::issue::{Issue, text};
use super::observation::{observation, trace};
use super::scores::score;
use crate::model::{Change, Kind};
use crate::time;

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) changes: Vec<Change>,
    accepted: Vec<String>,
    refused: Vec<Value>,
}

impl Taken {
    /// The answer's body.
    pub(crate) fn answer(&self) -> Value {
        let accepted: Vec<Value> = self.accepted.iter().map(|id| json!({"id": id, "status": 201})).collect();
        json!({"successes": accepted, "errors": self.refused})
    }

    fn refuse(&mut self, id: &str, issues: &[Issue]) {
        let id = if id.is_empty() { "unknown" } else { id };
        let details = serde_json::to_string(issues).unwrap_or_default();
        self.refused.push(json!({"id": id, "status": 400, "message": "Invalid request data", "error": details}));
    }

    fn deny(&mut self, id: &str) {
        let error = "Access Scope Denied";
        self.refused.push(json!({"id": id, "status": 401, "message": "Authentication error", "error": error}));
    }
}

/// An event whose envelope is right.
struct Event<'a> {
    id: &'a str,
    kind: &'a str,
    time: i64,
    body: &'a Value,
}

/// Takes a batch apart. Creations come before updates, each in the order of their times. With the flag, whoever sent it may only
/// give scores.
///
/// # Errors
///
/// What is wrong with the request as a whole.
pub(crate) fn batch(request: &Value, only_scores: bool) -> Result<Taken, Vec<Issue>> {
    let Some(list) = request.get("batch") else { return Err(vec![Issue::kind(&["batch"], "array", &Value::Null)]) };
    let Some(list) = list.as_array() else { return Err(vec![Issue::kind(&["batch"], "array", list)]) };
    let mut taken = Taken::default();
    let mut events = Vec::with_capacity(list.len());
    for value in list {
        match envelope(value) {
            Ok(event) => events.push(event),
            Err(issues) => taken.refuse(value.get("id").and_then(Value::as_str).unwrap_or(""), &issues),
        }
    }
    events.sort_by_key(|event| (event.kind.ends_with("-update"), event.time));
    for event in events {
        if only_scores && !matches!(event.kind, "score-create" | "sdk-log") {
            taken.deny(event.id);
            continue;
        }
        match changes(&event) {
            Ok(None) => {}
            Ok(Some(change)) => {
                taken.changes.push(change);
                taken.accepted.push(event.id.to_owned());
            }
            Err(issues) => taken.refuse(event.id, &issues),
        }
    }
    Ok(taken)
}

fn envelope(value: &Value) -> Result<Event<'_>, Vec<Issue>> {
    let Some(map) = value.as_object() else { return Err(vec![Issue::kind(&[], "object", value)]) };
    let mut issues = Vec::new();
    let field = |key: &str, issues: &mut Vec<Issue>| match map.get(key) {
        Some(Value::String(text)) => text.as_str(),
        other => {
            issues.push(Issue::kind(&[key], "string", other.unwrap_or(&Value::Null)));
            ""
        }
    };
    let id = field("id", &mut issues);
    if issues.is_empty() {
        issues.extend(id_issue("id", id));
    }
    let kind = field("type", &mut issues);
    let stated = field("timestamp", &mut issues);
    let parsed = stated.parse::<jiff::Timestamp>().ok().map(|time| time.as_microsecond());
    if parsed.is_none() && !stated.is_empty() {
        issues.push(Issue::new("invalid_format", &["timestamp"], "Invalid ISO datetime"));
    }
    match (parsed, issues.is_empty()) {
        (Some(parsed), true) => {
            Ok(Event { id, kind, time: time::sane(parsed), body: map.get("body").unwrap_or(&Value::Null) })
        }
        _ => Err(issues),
    }
}

/// What an id must be: 1 to 800 characters, no carriage return.
pub(super) fn id_issue(key: &str, id: &str) -> Option<Issue> {
    let length = id.chars().count();
    if length == 0 {
        return Some(Issue::new("too_small", &[key], "Too small: expected string to have >=1 characters"));
    }
    if length > 800 {
        return Some(Issue::new("too_big", &[key], "Too big: expected string to have <=800 characters"));
    }
    id.contains('\r').then(|| Issue::new("custom", &[key], "ID cannot contain carriage return characters"))
}

/// What an event changes; nothing, if it is only a log.
fn changes(event: &Event<'_>) -> Result<Option<Change>, Vec<Issue>> {
    let Some(body) = event.body.as_object() else {
        if event.kind == "sdk-log" {
            return Ok(None);
        }
        return Err(vec![Issue::kind(&["body"], "object", event.body)]);
    };
    let (name, is_update) = match event.kind.rsplit_once('-') {
        Some((name, "create")) => (name, false),
        Some((name, "update")) => (name, true),
        _ => (event.kind, false),
    };
    match (name, is_update) {
        ("trace", false) => trace(body, event.time).map(|trace| Some(Change::Trace(Box::new(trace)))),
        ("score", false) => {
            let mut score = score(event.body)?;
            if body.get("timestamp").is_none() {
                score.time = event.time;
            }
            Ok(Some(Change::Score(Box::new(score))))
        }
        ("sdk-log", _) => Ok(None),
        ("observation", _) => {
            let kind = older_kind(body)?;
            observation(body, kind, is_update, event.time).map(|change| Some(Change::Observation(Box::new(change))))
        }
        ("span" | "generation", _)
        | ("event" | "agent" | "tool" | "chain" | "retriever" | "evaluator" | "embedding" | "guardrail", false) => {
            let kind = Kind::parse(name).unwrap_or(Kind::Span);
            observation(body, kind, is_update, event.time).map(|change| Some(Change::Observation(Box::new(change))))
        }
        _ => Err(vec![Issue::new("invalid_union", &["type"], format!("Invalid event type {}", event.kind))]),
    }
}

/// The type that the older events name in their bodies.
fn older_kind(body: &Map<String, Value>) -> Result<Kind, Vec<Issue>> {
    let mut issues = Vec::new();
    let stated = text(body, "type", &mut issues);
    match stated.as_deref() {
        Some("GENERATION") => Ok(Kind::Generation),
        Some("SPAN") => Ok(Kind::Span),
        Some("EVENT") => Ok(Kind::Event),
        _ => {
            let message = "Invalid option: expected one of \"GENERATION\"|\"SPAN\"|\"EVENT\"";
            Err(vec![Issue::new("invalid_value", &["type"], message)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_is_taken_or_refused_by_itself() {
        let at = "2026-11-25T10:00:00.000Z";
        let taken = batch(
            &json!({"batch": [
                {"id": "1", "type": "span-update", "timestamp": at, "body": {"id": "s", "traceId": "t", "endTime": at}},
                {"id": "2", "type": "trace-create", "timestamp": at, "body": {"id": "t", "tags": ["a"]}},
                {"id": "3", "type": "nonsense", "timestamp": at, "body": {}},
                {"id": "4", "type": "span-create", "timestamp": "yesterday", "body": {"id": "s"}},
                {"id": "5", "type": "sdk-log", "timestamp": at, "body": {"log": "hello"}},
                {"id": "6", "type": "generation-create", "timestamp": at, "body": {"id": "g", "promptName": "p"}},
                {"type": "span-create", "timestamp": at, "body": {}},
            ]}),
            false,
        )
        .unwrap();
        let answer = taken.answer();
        let ids = |key: &str| {
            let list = answer[key].as_array().unwrap();
            list.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ids("successes"), ["2", "1"]);
        assert_eq!(ids("errors"), ["4", "unknown", "3", "6"]);
    }

    #[test]
    fn a_batch_is_a_list() {
        assert!(batch(&json!({}), false).is_err());
        assert!(batch(&json!({"batch": {}}), false).is_err());
        assert!(batch(&json!([]), false).is_err());
    }
}
