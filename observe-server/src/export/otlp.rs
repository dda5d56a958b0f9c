//! A trace as OTLP in JSON: what came from OpenTelemetry comes out as it was, the rest in Langfuse's attributes.

use std::collections::BTreeMap;

use hmac_sha256::Hash;
use serde_json::{Map, Value, json};

use super::Whole;
use crate::view::{Observation, Score};

/// How ids are written that are no hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Hashed, always in the same way: what every OpenTelemetry program takes.
    Hex,
    /// As they are: Langfuse takes any.
    Verbatim,
}

/// A file's lines for a trace: one export request, and a score each as the local files hold them.
pub(super) fn lines(whole: &Whole) -> Vec<Value> {
    let request = request(whole, Ids::Hex, |_| true);
    request.into_iter().chain(whole.trace.scores.iter().map(|of| score(of, Ids::Hex))).collect()
}

/// An export request with the observations that are wanted. None if there are none.
pub(crate) fn request(whole: &Whole, ids: Ids, is_wanted: impl Fn(&Observation) -> bool) -> Option<Value> {
    let mut groups: BTreeMap<String, (Surroundings, Vec<Value>)> = BTreeMap::new();
    for of in whole.trace.observations.iter().filter(|of| is_wanted(of)) {
        let (around, own) = Surroundings::of(&of.metadata);
        let span = span(whole, of, &own, &around.attributes, ids);
        groups.entry(around.key()).or_insert_with(|| (around, Vec::new())).1.push(span);
    }
    if groups.is_empty() {
        return None;
    }
    let resources = groups.into_values().map(|(around, spans)| {
        json!({
            "resource": {"attributes": pairs(&around.resource)},
            "scopeSpans": [{"scope": around.scope(), "spans": spans}],
        })
    });
    Some(json!({"resourceSpans": resources.collect::<Vec<_>>()}))
}

/// A score as the body of Langfuse's `score-create`.
pub(crate) fn score(score: &Score, ids: Ids) -> Value {
    let value = match &score.value {
        Value::Bool(truth) => json!(i32::from(*truth)),
        other => other.clone(),
    };
    json!({
        "id": score.id,
        "traceId": score.trace.as_ref().map(|id| trace_id(id, ids)),
        "observationId": score.observation.as_ref().map(|id| span_id(id, ids)),
        "sessionId": score.session,
        "name": score.name,
        "value": value,
        "dataType": score.data_type,
        "comment": score.comment,
        "environment": score.environment,
        "metadata": score.metadata,
        "timestamp": score.time,
    })
}

fn span(whole: &Whole, of: &Observation, own: &Map<String, Value>, unmapped: &Map<String, Value>, ids: Ids) -> Value {
    let (start, end) = of.times;
    let mut attributes = unmapped.clone();
    let mut put = |key: &str, value: Value| {
        let is_empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        if !is_empty {
            attributes.insert(key.to_owned(), value);
        }
    };
    about(whole, &mut put);
    put("langfuse.observation.type", of.kind.to_lowercase().into());
    if of.level != "DEFAULT" {
        put("langfuse.observation.level", of.level.into());
    }
    put("langfuse.observation.status_message", json!(of.status_message));
    put("langfuse.observation.model.name", json!(of.model));
    put("langfuse.observation.completion_start_time", json!(of.completion_start));
    put("langfuse.observation.prompt.name", json!(of.prompt_name));
    put("langfuse.observation.prompt.version", json!(of.prompt_version));
    put("langfuse.version", json!(of.version));
    put("langfuse.environment", json!(of.environment));
    if !of.model_parameters.is_empty() {
        put("langfuse.observation.model.parameters", text(&json!(of.model_parameters)).into());
    }
    if !of.usage.is_empty() {
        put("langfuse.observation.usage_details", text(&json!(of.usage)).into());
    }
    if let Some(cost) = of.cost.as_ref().filter(|_| of.cost_source.as_deref() == Some("provided")) {
        let total = of.cost_total.map(|total| ("total", total));
        let cost: BTreeMap<&str, f64> =
            cost.iter().map(|(bucket, paid)| (bucket.as_str(), *paid)).chain(total).collect();
        put("langfuse.observation.cost_details", text(&json!(cost)).into());
    }
    for (key, value) in own {
        put(&format!("langfuse.observation.metadata.{key}"), exact(value).into());
    }
    if let Some(payload) = whole.payloads.get(&of.id) {
        put("langfuse.observation.input", payload.input.as_ref().map(text).into());
        put("langfuse.observation.output", payload.output.as_ref().map(text).into());
    }
    let mut span = json!({
        "traceId": trace_id(&whole.trace.trace.row.id, ids),
        "spanId": span_id(&of.id, ids),
        "parentSpanId": of.parent.as_ref().map(|id| span_id(id, ids)).unwrap_or_default(),
        "name": of.name.as_deref().unwrap_or_default(),
        "kind": 1,
        "startTimeUnixNano": nanoseconds(start),
        "endTimeUnixNano": nanoseconds(end.unwrap_or(start)),
        "attributes": pairs(&attributes),
        "events": of.events.iter().map(event).collect::<Vec<_>>(),
        "status": {},
    });
    if of.level == "ERROR" {
        span["status"] = json!({"code": 2, "message": of.status_message.as_deref().unwrap_or_default()});
    }
    span
}

/// What belongs to the trace stands on every span.
fn about(whole: &Whole, put: &mut impl FnMut(&str, Value)) {
    let about = &whole.trace.trace;
    put("langfuse.trace.name", json!(about.row.name));
    put("user.id", json!(about.row.user));
    put("session.id", json!(about.row.session));
    put("langfuse.release", json!(about.row.release));
    if !about.row.tags.is_empty() {
        put("langfuse.trace.tags", json!(about.row.tags));
    }
    if about.public {
        put("langfuse.trace.public", true.into());
    }
    let (_, own) = Surroundings::of(&about.metadata);
    for (key, value) in &own {
        put(&format!("langfuse.trace.metadata.{key}"), exact(value).into());
    }
}

fn event(event: &Value) -> Value {
    let time = event.get("time").and_then(Value::as_str).and_then(crate::time::parse).unwrap_or(0);
    json!({
        "timeUnixNano": nanoseconds(time),
        "name": event.get("name").cloned().unwrap_or_default(),
        "attributes": event.get("attributes").and_then(Value::as_object).map(pairs).unwrap_or_default(),
    })
}

/// Resource, scope and unmapped attributes, which the database keeps beside the metadata under these names.
#[derive(Debug, Default)]
struct Surroundings {
    resource: Map<String, Value>,
    scope_name: String,
    scope_version: String,
    scope_attributes: Map<String, Value>,
    attributes: Map<String, Value>,
}

impl Surroundings {
    /// What surrounds an observation, and the metadata that are its own.
    fn of(metadata: &Map<String, Value>) -> (Self, Map<String, Value>) {
        let (mut around, mut own) = (Self::default(), Map::new());
        for (key, value) in metadata {
            if let Some(key) = key.strip_prefix("resourceAttributes.") {
                around.resource.insert(key.to_owned(), value.clone());
            } else if let Some(key) = key.strip_prefix("scope.attributes.") {
                around.scope_attributes.insert(key.to_owned(), value.clone());
            } else if let Some(key) = key.strip_prefix("attributes.") {
                around.attributes.insert(key.to_owned(), value.clone());
            } else if key == "scope.name" {
                around.scope_name = text(value);
            } else if key == "scope.version" {
                around.scope_version = text(value);
            } else {
                own.insert(key.clone(), value.clone());
            }
        }
        (around, own)
    }

    fn scope(&self) -> Value {
        // Without a scope of this name, Langfuse takes its own attributes for metadata.
        let name = if self.scope_name.is_empty() { "langfuse-sdk-observe" } else { &self.scope_name };
        json!({"name": name, "version": self.scope_version, "attributes": pairs(&self.scope_attributes)})
    }

    fn key(&self) -> String {
        json!([self.resource, self.scope()]).to_string()
    }
}

fn trace_id(id: &str, ids: Ids) -> String {
    hexadecimal(id, 32, ids)
}

fn span_id(id: &str, ids: Ids) -> String {
    hexadecimal(id, 16, ids)
}

fn hexadecimal(id: &str, digits: usize, ids: Ids) -> String {
    let is_hex = id.len() == digits && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if is_hex || ids == Ids::Verbatim {
        return id.to_owned();
    }
    let hash: String = Hash::hash(id.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    hash[..digits].to_owned()
}

fn nanoseconds(microseconds: i64) -> String {
    (i128::from(microseconds.max(0)) * 1000).to_string()
}

/// Strings as they are, the rest as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// As [`text`], but a string that would be read as a number or an object is written as JSON.
fn exact(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}

fn pairs(map: &Map<String, Value>) -> Vec<Value> {
    map.iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

fn any(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(truth) => json!({"boolValue": truth}),
        Value::Number(number) if number.is_i64() => json!({"intValue": number.to_string()}),
        Value::Number(number) => json!({"doubleValue": number}),
        Value::String(text) => json!({"stringValue": text}),
        Value::Array(items) => json!({"arrayValue": {"values": items.iter().map(any).collect::<Vec<_>>()}}),
        Value::Object(map) => json!({"kvlistValue": {"values": pairs(map)}}),
    }
}
