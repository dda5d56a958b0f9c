//! Spans to send, in JSON and in protobuf.

use serde_json::{Value, json};

/// A span of a second, with attributes that are strings.
pub(crate) fn span(trace: &str, id: &str, parent: Option<&str>, name: &str, attributes: &[(&str, &str)]) -> Value {
    let attributes: Vec<Value> =
        attributes.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    let mut span = json!({
        "traceId": trace, "spanId": id, "name": name,
        "startTimeUnixNano": "1795600000000000000", "endTimeUnixNano": "1795600001000000000",
        "attributes": attributes, "status": {},
    });
    if let Some(parent) = parent {
        span["parentSpanId"] = parent.into();
    }
    span
}

pub(crate) fn export(spans: &[Value]) -> Value {
    json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "langfuse-sdk"}, "spans": spans}]}]})
}

/// The id of the n-th trace or span, in hex.
pub(crate) fn trace_id(number: u64) -> String {
    format!("{number:032x}")
}

pub(crate) fn span_id(number: u64) -> String {
    format!("{number:016x}")
}

/// A protobuf field of bytes.
pub(crate) fn field(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// A span of a second in protobuf with one attribute.
pub(crate) fn encoded(trace: u64, id: u64, name: &[u8], key: &str, value: &[u8]) -> Vec<u8> {
    let times = (1_795_600_000_000_000_000, 1_795_600_001_000_000_000);
    encoded_with(trace, id, None, name, times, &[(key, value)])
}

/// A span in protobuf.
pub(crate) fn encoded_with(
    trace: u64,
    id: u64,
    parent: Option<u64>,
    name: &[u8],
    times: (u64, u64),
    attributes: &[(&str, &[u8])],
) -> Vec<u8> {
    let mut span = Vec::new();
    field(&mut span, 1, &u128::from(trace).to_be_bytes());
    field(&mut span, 2, &id.to_be_bytes());
    if let Some(parent) = parent {
        field(&mut span, 4, &parent.to_be_bytes());
    }
    field(&mut span, 5, name);
    for (number, time) in [(7, times.0), (8, times.1)] {
        varint(&mut span, number << 3 | 1);
        span.extend_from_slice(&time.to_le_bytes());
    }
    for (key, value) in attributes {
        attribute(&mut span, key, value);
    }
    span
}

fn attribute(span: &mut Vec<u8>, key: &str, value: &[u8]) {
    let mut any = Vec::new();
    field(&mut any, 1, value);
    let mut pair = Vec::new();
    field(&mut pair, 1, key.as_bytes());
    field(&mut pair, 2, &any);
    field(span, 9, &pair);
}

/// A request of encoded spans.
pub(crate) fn request(spans: &[Vec<u8>]) -> Vec<u8> {
    let mut scoped = Vec::new();
    for span in spans {
        field(&mut scoped, 2, span);
    }
    let mut resource = Vec::new();
    field(&mut resource, 2, &scoped);
    let mut request = Vec::new();
    field(&mut request, 1, &resource);
    request
}
