//! OTLP's messages in protobuf, as far as they are read. Spans stay bytes at first, and texts are bytes throughout, so that a
//! malformed one costs itself and not the request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::otlp::{Any, Event as ReadEvent, Span as ReadSpan};

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Request {
    #[prost(message, repeated, tag = "1")]
    pub(super) resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    pub(super) scope: Option<Scope>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(super) spans: Vec<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Scope {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) name: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) version: Bytes,
    #[prost(message, repeated, tag = "3")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Span {
    #[prost(bytes = "bytes", tag = "1")]
    trace: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    id: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    parent: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    name: Bytes,
    #[prost(fixed64, tag = "7")]
    start: u64,
    #[prost(fixed64, tag = "8")]
    end: u64,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "11")]
    events: Vec<Event>,
    #[prost(message, optional, tag = "15")]
    status: Option<Status>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Event {
    #[prost(fixed64, tag = "1")]
    time: u64,
    #[prost(bytes = "bytes", tag = "2")]
    name: Bytes,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(bytes = "bytes", tag = "2")]
    message: Bytes,
    #[prost(int32, tag = "3")]
    code: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct KeyValue {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AnyValue {
    #[prost(oneof = "Choice", tags = "1, 2, 3, 4, 5, 6, 7")]
    choice: Option<Choice>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Choice {
    #[prost(bytes = "bytes", tag = "1")]
    Text(Bytes),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Number(f64),
    #[prost(message, tag = "5")]
    Array(ArrayValue),
    #[prost(message, tag = "6")]
    Map(MapValue),
    #[prost(bytes = "bytes", tag = "7")]
    Bytes(Bytes),
}

#[derive(Clone, PartialEq, prost::Message)]
struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct MapValue {
    #[prost(message, repeated, tag = "1")]
    values: Vec<KeyValue>,
}

impl Span {
    pub(super) fn finish(self) -> Result<ReadSpan, String> {
        for (id, name) in [(&self.trace, "traceId"), (&self.id, "spanId")] {
            if id.is_empty() {
                return Err(format!("a span has no {name}"));
            }
        }
        let status = self.status.unwrap_or_default();
        let events = self.events.into_iter().map(|event| ReadEvent {
            time: event.time,
            name: text(&event.name),
            attributes: pairs(event.attributes),
        });
        Ok(ReadSpan {
            trace: hex(&self.trace),
            id: hex(&self.id),
            parent: Some(hex(&self.parent)).filter(|id| !is_nothing(id)),
            name: text(&self.name),
            start: self.start,
            end: self.end,
            attributes: pairs(self.attributes),
            events: events.collect(),
            status_code: status.code.into(),
            status_message: text(&status.message),
        })
    }
}

/// No id, or one of zeros only.
pub(super) fn is_nothing(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

pub(super) fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn pairs(attributes: Vec<KeyValue>) -> Vec<(String, Any)> {
    attributes.into_iter().filter_map(|pair| Some((text(&pair.key), any(pair.value?)?))).collect()
}

fn any(value: AnyValue) -> Option<Any> {
    Some(match value.choice? {
        Choice::Array(list) => {
            Any::Json(list.values.into_iter().filter_map(any).map(|value| value.to_json()).collect())
        }
        Choice::Bool(truth) => Any::Bool(truth),
        Choice::Bytes(bytes) => Any::Text(STANDARD.encode(&bytes)),
        Choice::Int(number) => Any::Int(number),
        Choice::Map(map) => {
            let pairs = pairs(map.values).into_iter().map(|(key, value)| (key, value.to_json()));
            Any::Json(Value::Object(pairs.collect::<Map<_, _>>()))
        }
        Choice::Number(number) => Any::Number(number),
        Choice::Text(bytes) => Any::Text(text(&bytes)),
    })
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}
