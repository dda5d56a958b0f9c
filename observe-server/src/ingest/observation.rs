//! Bodies of ingestion events: observations and traces.

use serde_json::{Map, Value};

use super::batch::id_issue;
use super::issue::{Issue, text};
use super::usage;
use super::values::environment;
use crate::model::{Kind, Level, Observation, Trace};
use crate::time;

type Body = Map<String, Value>;

/// An observation as an event says it.
pub(super) fn observation(body: &Body, kind: Kind, is_update: bool, said: i64) -> Result<Observation, Vec<Issue>> {
    let mut issues = Vec::new();
    let id = required_id(body, "id", &mut issues);
    let trace = optional_id(body, "traceId", &mut issues).unwrap_or_default();
    let name = text(body, "name", &mut issues);
    let start = moment(body, "startTime", &mut issues);
    let stated_environment = text(body, "environment", &mut issues).map(|text| environment(&text));
    let level = match text(body, "level", &mut issues).as_deref().map(Level::parse) {
        Some(None) => {
            let message = "Invalid option: expected one of \"DEBUG\"|\"DEFAULT\"|\"WARNING\"|\"ERROR\"";
            issues.push(Issue::new("invalid_value", &["level"], message));
            None
        }
        Some(level) => level,
        None => None,
    };
    let version = text(body, "version", &mut issues);
    let mut observation = Observation {
        parent: optional_id(body, "parentObservationId", &mut issues),
        kind: Some(kind),
        is_update,
        name,
        start,
        level,
        status_message: text(body, "statusMessage", &mut issues),
        input: payload(body, "input"),
        output: payload(body, "output"),
        version: version.clone(),
        environment: stated_environment.clone(),
        metadata: metadata(body),
        events: events(body),
        said,
        about: Trace { id: trace.clone(), environment: stated_environment, ..Trace::default() },
        id,
        trace,
        ..Observation::default()
    };
    if kind == Kind::Event {
        observation.end = None;
    } else {
        observation.end = moment(body, "endTime", &mut issues);
    }
    // Langfuse knows these of no span, yet spans of OTLP have them, and exports tell them: what can be read is taken.
    let mut unread = Vec::new();
    let is_plain = matches!(kind, Kind::Event | Kind::Span);
    generation(body, &mut observation, if is_plain { &mut unread } else { &mut issues });
    if issues.is_empty() { Ok(observation) } else { Err(issues) }
}

fn generation(body: &Body, observation: &mut Observation, issues: &mut Vec<Issue>) {
    observation.completion_start = moment(body, "completionStartTime", issues);
    observation.model = text(body, "model", issues).filter(|model| !model.is_empty());
    observation.parameters = match body.get("modelParameters") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(other) => {
            issues.push(Issue::kind(&["modelParameters"], "record", other));
            Map::new()
        }
    };
    if let Some(Value::Object(map)) = body.get("usage") {
        (observation.usage, observation.cost) = usage::older(map);
    }
    match body.get("usageDetails") {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => observation.usage = usage::details(map),
        Some(other) => issues.push(Issue::kind(&["usageDetails"], "object", other)),
    }
    match body.get("costDetails") {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => observation.cost = usage::costs(map),
        Some(other) => issues.push(Issue::kind(&["costDetails"], "record", other)),
    }
    let prompt = text(body, "promptName", issues);
    let version = match body.get("promptVersion") {
        None | Some(Value::Null) => None,
        Some(Value::Number(number)) if number.is_i64() => number.as_i64(),
        Some(other) => {
            issues.push(Issue::kind(&["promptVersion"], "int", other));
            None
        }
    };
    match (prompt, version) {
        (Some(name), Some(version)) => observation.prompt = Some((name, version)),
        (None, None) => {}
        _ => issues.push(Issue::new("custom", &[], "promptName and promptVersion must be set or not set together")),
    }
}

/// Events within a span, which our own exports tell.
fn events(body: &Body) -> Vec<Value> {
    let list = body.get("events").and_then(Value::as_array).into_iter().flatten();
    list.filter(|event| event.get("name").is_some_and(Value::is_string)).cloned().collect()
}

/// A trace as an event says it.
pub(super) fn trace(body: &Body, said: i64) -> Result<Trace, Vec<Issue>> {
    let mut issues = Vec::new();
    let id = optional_id(body, "id", &mut issues).filter(|id| !id.is_empty());
    let name = text(body, "name", &mut issues);
    if name.as_ref().is_some_and(|name| name.chars().count() > 1000) {
        issues.push(Issue::new("too_big", &["name"], "Too big: expected string to have <=1000 characters"));
    }
    let tags = match body.get("tags") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
        }
        Some(other) => {
            issues.push(Issue::kind(&["tags"], "array", other));
            Vec::new()
        }
    };
    let public = match body.get("public") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(truth)) => Some(*truth),
        Some(other) => {
            issues.push(Issue::kind(&["public"], "boolean", other));
            None
        }
    };
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let trace = Trace {
        id: id.unwrap_or_else(super::random_id),
        time: Some(moment(body, "timestamp", &mut issues).unwrap_or(said)),
        name: filled(name),
        user: filled(text(body, "userId", &mut issues)),
        session: filled(text(body, "sessionId", &mut issues)),
        version: filled(text(body, "version", &mut issues)),
        release: filled(text(body, "release", &mut issues)),
        environment: text(body, "environment", &mut issues).map(|text| environment(&text)),
        tags,
        metadata: metadata(body),
        public,
        input: payload(body, "input"),
        output: payload(body, "output"),
    };
    if issues.is_empty() { Ok(trace) } else { Err(issues) }
}

fn required_id(body: &Body, key: &str, issues: &mut Vec<Issue>) -> String {
    match body.get(key) {
        Some(Value::String(id)) => {
            issues.extend(id_issue(key, id));
            id.clone()
        }
        other => {
            issues.push(Issue::kind(&[key], "string", other.unwrap_or(&Value::Null)));
            String::new()
        }
    }
}

fn optional_id(body: &Body, key: &str, issues: &mut Vec<Issue>) -> Option<String> {
    let id = text(body, key, issues).filter(|id| !id.is_empty())?;
    issues.extend(id_issue(key, &id));
    Some(id)
}

fn moment(body: &Body, key: &str, issues: &mut Vec<Issue>) -> Option<i64> {
    let stated = text(body, key, issues)?;
    match stated.parse::<jiff::Timestamp>() {
        Ok(parsed) => Some(time::sane(parsed.as_microsecond())),
        Err(_) => {
            issues.push(Issue::new("invalid_format", &[key], "Invalid ISO datetime"));
            None
        }
    }
}

/// Strings as they are, the rest as JSON. What is falsy says nothing.
fn payload(body: &Body, key: &str) -> Option<String> {
    match body.get(key)? {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

fn metadata(body: &Body) -> Map<String, Value> {
    match body.get("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(other) => Map::from_iter([("metadata".to_owned(), other.clone())]),
    }
}
