//! OTLP's export request, as protobuf or JSON, to spans. It is lenient where one span is concerned: what cannot be read of
//! it is counted, and the others are kept. Texts that are not UTF-8 are repaired.

use bytes::Bytes;
use prost::Message;
use serde_json::{Map, Value};

use super::Refused;
use super::wire;

/// What was read: spans with what they share, and why others are missing.
#[derive(Debug, Default)]
pub(crate) struct Export {
    pub(crate) groups: Vec<Group>,
    pub(crate) refused: Vec<String>,
}

/// Spans of one resource and one scope.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) resource: Vec<(String, Any)>,
    pub(crate) scope: String,
    pub(crate) scope_version: String,
    pub(crate) scope_attributes: Vec<(String, Any)>,
    pub(crate) spans: Vec<Span>,
}

#[derive(Debug, Default)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    /// Nanoseconds since 1970, 0 when missing.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: Vec<(String, Any)>,
    pub(crate) events: Vec<Event>,
    pub(crate) status_code: i64,
    pub(crate) status_message: String,
}

#[derive(Debug, Default)]
pub(crate) struct Event {
    pub(crate) time: u64,
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, Any)>,
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Any {
    Bool(bool),
    Int(i64),
    Json(Value),
    Number(f64),
    Text(String),
}

impl Any {
    /// Strings as they are, the rest as JSON.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => other.to_json().to_string(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Bool(truth) => (*truth).into(),
            Self::Int(number) => (*number).into(),
            Self::Json(value) => value.clone(),
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}

/// Reads a protobuf request.
pub(crate) fn protobuf(body: Bytes) -> Result<Export, Refused> {
    let request = wire::Request::decode(body)
        .map_err(|error| Refused::bad(format!("the body is no OTLP ExportTraceServiceRequest in protobuf: {error}")))?;
    let mut export = Export::default();
    for resource in request.resource_spans {
        let shared = resource.resource.map(|resource| wire::pairs(resource.attributes)).unwrap_or_default();
        for scoped in resource.scope_spans {
            let scope = scoped.scope.unwrap_or_default();
            let mut group = Group {
                resource: shared.clone(),
                scope: wire::text(&scope.name),
                scope_version: wire::text(&scope.version),
                scope_attributes: wire::pairs(scope.attributes),
                spans: Vec::with_capacity(scoped.spans.len()),
            };
            for bytes in scoped.spans {
                let span = wire::Span::decode(bytes).map_err(|error| format!("a span cannot be read: {error}"));
                match span.and_then(wire::Span::finish) {
                    Ok(span) => group.spans.push(span),
                    Err(reason) => export.refused.push(reason),
                }
            }
            export.groups.push(group);
        }
    }
    Ok(export)
}

/// Reads a JSON request.
pub(crate) fn json(body: &[u8]) -> Result<Export, Refused> {
    let request: Value =
        serde_json::from_slice(body).map_err(|error| Refused::bad(format!("the body is no JSON: {error}")))?;
    from_value(&request)
}

/// Reads a request that is JSON already.
pub(crate) fn from_value(request: &Value) -> Result<Export, Refused> {
    if !request.is_object() {
        return Err(Refused::bad("the body is no OTLP ExportTraceServiceRequest: it must be a JSON object"));
    }
    let mut export = Export::default();
    for resource in list(request, "resourceSpans", "resource_spans")? {
        let shared = resource.get("resource").map(attributes).unwrap_or_default();
        for scoped in list(resource, "scopeSpans", "scope_spans")? {
            let scope = scoped.get("scope").unwrap_or(&Value::Null);
            let mut group = Group {
                resource: shared.clone(),
                scope: text(scope.get("name")),
                scope_version: text(scope.get("version")),
                scope_attributes: attributes(scope),
                spans: Vec::new(),
            };
            for value in list(scoped, "spans", "spans")? {
                match span(value) {
                    Ok(span) => group.spans.push(span),
                    Err(reason) => export.refused.push(reason),
                }
            }
            export.groups.push(group);
        }
    }
    Ok(export)
}

fn span(value: &Value) -> Result<Span, String> {
    let field = |camel: &str, snake: &str| value.get(camel).or_else(|| value.get(snake));
    let id = |camel, snake| match field(camel, snake) {
        Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
        Some(other) => Err(format!("a span's {camel} is {other}, not a hex string")),
        None => Err(format!("a span has no {camel}")),
    };
    for key in ["attributes", "events"] {
        if value.get(key).is_some_and(|value| !value.is_array() && !value.is_null()) {
            return Err(format!("a span's {key} are no array"));
        }
    }
    let status = value.get("status").unwrap_or(&Value::Null);
    let events = value.get("events").and_then(Value::as_array).into_iter().flatten().map(|event| Event {
        time: nanoseconds(event.get("timeUnixNano")),
        name: text(event.get("name")),
        attributes: attributes(event),
    });
    Ok(Span {
        trace: id("traceId", "trace_id")?,
        id: id("spanId", "span_id")?,
        parent: Some(text(field("parentSpanId", "parent_span_id"))).filter(|id| !wire::is_nothing(id)),
        name: text(value.get("name")),
        start: nanoseconds(field("startTimeUnixNano", "start_time_unix_nano")),
        end: nanoseconds(field("endTimeUnixNano", "end_time_unix_nano")),
        attributes: attributes(value),
        events: events.collect(),
        status_code: match status.get("code") {
            Some(Value::String(name)) if name == "STATUS_CODE_ERROR" => 2,
            Some(code) => code.as_i64().unwrap_or(0),
            None => 0,
        },
        status_message: text(status.get("message")),
    })
}

fn list<'a>(value: &'a Value, camel: &str, snake: &str) -> Result<&'a [Value], Refused> {
    match value.get(camel).or_else(|| value.get(snake)) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(Refused::bad(format!("{camel} must be an array"))),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn nanoseconds(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::String(digits)) => digits.parse().unwrap_or(0),
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        _ => 0,
    }
}

fn attributes(value: &Value) -> Vec<(String, Any)> {
    let pairs = value.get("attributes").and_then(Value::as_array).into_iter().flatten();
    pairs.filter_map(|pair| Some((pair.get("key")?.as_str()?.to_owned(), any(pair.get("value")?)?))).collect()
}

fn any(value: &Value) -> Option<Any> {
    let (kind, value) = value.as_object()?.iter().next()?;
    Some(match (kind.as_str(), value) {
        ("stringValue" | "string_value", Value::String(text)) => Any::Text(text.clone()),
        ("boolValue" | "bool_value", Value::Bool(truth)) => Any::Bool(*truth),
        ("intValue" | "int_value", Value::String(digits)) => Any::Int(digits.parse().ok()?),
        ("intValue" | "int_value", Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.as_f64().map(Any::Number), |number| Some(Any::Int(number)))?
        }
        ("doubleValue" | "double_value", Value::Number(number)) => Any::Number(number.as_f64()?),
        ("arrayValue" | "array_value", list) => {
            let list = list.get("values").and_then(Value::as_array).into_iter().flatten();
            Any::Json(list.filter_map(any).map(|item| item.to_json()).collect())
        }
        ("kvlistValue" | "kvlist_value", pairs) => {
            let pairs = pairs.get("values").and_then(Value::as_array).into_iter().flatten();
            let pairs =
                pairs.filter_map(|pair| Some((pair.get("key")?.as_str()?.to_owned(), any(pair.get("value")?)?)));
            Any::Json(Value::Object(pairs.map(|(key, value)| (key, value.to_json())).collect::<Map<_, _>>()))
        }
        (_, Value::String(text)) => Any::Text(text.clone()),
        (_, other) => Any::Json(other.clone()),
    })
}
