//! What OTLP requests are made of, each written as JSON and as protobuf.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An attribute's value.
#[derive(Clone, Debug)]
pub(super) enum Any {
    Bool(bool),
    Bytes(Vec<u8>),
    Int(i64),
    List(Vec<Any>),
    Map(Vec<(String, Any)>),
    Nothing,
    Number(f64),
    Text(String),
}

#[derive(Clone, Debug)]
pub(super) struct Span {
    /// Of few, so that spans meet.
    trace: u8,
    id: u8,
    /// Itself, its child, one that is missing: whatever comes.
    parent: Option<u8>,
    name: String,
    start: u64,
    end: u64,
    attributes: Vec<(String, Any)>,
    events: Vec<Event>,
    status: (i32, String),
}

/// When, what, and its attributes.
type Event = (u64, String, Vec<(String, Any)>);

/// A text as people, programs and attackers write it, now and then a long one.
pub(super) fn text() -> impl Strategy<Value = String> {
    let known = [
        "",
        "null",
        "\0",
        "a\0b",
        "<script>alert(1)</script>",
        "{\"a\":1}",
        "{\"input\":1,\"total\":-3,\"x\":1e400}",
        "[\"a\",[\"b\"]]",
        "[{\"role\":\"user\",\"content\":\"hi\"}]",
        "{\"",
        "\u{202e}abc\u{feff}",
        "e\u{301}\u{1F469}\u{200D}\u{1F4BB}",
        "9223372036854775808",
        "-1",
        "NaN",
        "1e999",
        "true",
        "2026-11-25T10:00:00Z",
        "gpt-4o",
        "ERROR",
        "@@@langfuseMedia:type=image/png|id=x|source=bytes@@@",
        "data:image/png;base64,iVBORw0KGgo=",
        "%_\\\"'",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ];
    prop_oneof![
        100 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        100 => "\\PC{0,12}",
        1 => ("\\PC{1,3}", 1..20_000_usize).prop_map(|(part, times)| part.repeat(times)),
    ]
}

pub(super) fn any_value() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        4 => text().prop_map(Any::Text),
        1 => any::<bool>().prop_map(Any::Bool),
        1 => any::<i64>().prop_map(Any::Int),
        1 => (0..1000_i64).prop_map(Any::Int),
        1 => proptest::num::f64::NORMAL.prop_map(Any::Number),
        1 => proptest::collection::vec(any::<u8>(), 0..12).prop_map(Any::Bytes),
        1 => Just(Any::Nothing),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Any::List),
            proptest::collection::vec((key(), inner), 0..4).prop_map(Any::Map),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![8 => proptest::sample::select(KEYS.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

fn time() -> impl Strategy<Value = u64> {
    let usual = 1_764_064_800_000_000_000_u64;
    prop_oneof![4 => usual..usual + 10_000_000_000, 1 => Just(0), 1 => Just(u64::MAX), 1 => any::<u64>()]
}

pub(super) fn span() -> impl Strategy<Value = Span> {
    let attributes = || proptest::collection::vec((key(), any_value()), 0..6);
    let event = prop_oneof![Just("exception".to_owned()), Just("gen_ai.user.message".to_owned()), text()];
    let events = proptest::collection::vec((time(), event, attributes()), 0..2);
    let about = (0..3_u8, 0..12_u8, proptest::option::of(0..14_u8), text());
    let state = (prop_oneof![0..4_i32, any::<i32>()], text());
    (about, time(), time(), attributes(), events, state).prop_map(|(about, start, end, attributes, events, status)| {
        let (trace, id, parent, name) = about;
        Span { trace, id, parent, name, start, end, attributes, events, status }
    })
}

impl Span {
    fn trace_bytes(&self) -> [u8; 16] {
        [self.trace + 1; 16]
    }

    fn id_bytes(id: u8) -> [u8; 8] {
        [id + 1; 8]
    }

    /// Of its trace and its own, as they are shown.
    pub(super) fn ids(&self) -> (String, String) {
        (hex(&self.trace_bytes()), hex(&Self::id_bytes(self.id)))
    }

    pub(super) fn json(&self) -> Value {
        let (trace, id) = self.ids();
        let events = self.events.iter().map(|(time, name, attributes)| {
            json!({"timeUnixNano": time.to_string(), "name": name, "attributes": pairs_json(attributes)})
        });
        let mut span = json!({
            "traceId": trace, "spanId": id, "name": self.name, "attributes": pairs_json(&self.attributes),
            "startTimeUnixNano": self.start.to_string(), "endTimeUnixNano": self.end.to_string(),
            "events": events.collect::<Value>(), "status": {"code": self.status.0, "message": self.status.1},
        });
        if let Some(parent) = self.parent {
            span["parentSpanId"] = hex(&Self::id_bytes(parent)).into();
        }
        span
    }

    pub(super) fn protobuf(&self) -> Vec<u8> {
        let mut out = Vec::new();
        field(&mut out, 1, &self.trace_bytes());
        field(&mut out, 2, &Self::id_bytes(self.id));
        if let Some(parent) = self.parent {
            field(&mut out, 4, &Self::id_bytes(parent));
        }
        field(&mut out, 5, self.name.as_bytes());
        fixed(&mut out, 7, self.start);
        fixed(&mut out, 8, self.end);
        pairs(&mut out, 9, &self.attributes);
        for (time, name, attributes) in &self.events {
            let mut event = Vec::new();
            fixed(&mut event, 1, *time);
            field(&mut event, 2, name.as_bytes());
            pairs(&mut event, 3, attributes);
            field(&mut out, 11, &event);
        }
        let mut status = Vec::new();
        field(&mut status, 2, self.status.1.as_bytes());
        #[expect(clippy::cast_sign_loss, reason = "as protobuf writes an int32")]
        number(&mut status, 3, i64::from(self.status.0) as u64);
        field(&mut out, 15, &status);
        out
    }
}

/// A request with one resource and one scope around these spans, which are protobuf already.
pub(super) fn request(resource: &[(String, Any)], scope: &str, spans: &[Vec<u8>]) -> Vec<u8> {
    let (mut shared, mut scoped, mut about, mut whole, mut out) = (vec![], vec![], vec![], vec![], vec![]);
    pairs(&mut shared, 1, resource);
    field(&mut about, 1, scope.as_bytes());
    field(&mut scoped, 1, &about);
    for span in spans {
        field(&mut scoped, 2, span);
    }
    field(&mut whole, 1, &shared);
    field(&mut whole, 2, &scoped);
    field(&mut out, 1, &whole);
    out
}

/// The same in JSON.
pub(super) fn request_json(resource: &[(String, Any)], scope: &str, spans: &[Value]) -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": pairs_json(resource)}, "scopeSpans": [{"scope": {"name": scope}, "spans": spans}],
    }]})
}

fn pairs_json(pairs: &[(String, Any)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"key": key, "value": value.json()})).collect()
}

impl Any {
    fn json(&self) -> Value {
        match self {
            Self::Bool(truth) => json!({"boolValue": truth}),
            Self::Bytes(bytes) => json!({"bytesValue": STANDARD.encode(bytes)}),
            Self::Int(number) => json!({"intValue": number.to_string()}),
            Self::List(list) => json!({"arrayValue": {"values": list.iter().map(Self::json).collect::<Value>()}}),
            Self::Map(map) => json!({"kvlistValue": {"values": pairs_json(map)}}),
            Self::Nothing => json!({}),
            Self::Number(number) => json!({"doubleValue": number}),
            Self::Text(text) => json!({"stringValue": text}),
        }
    }

    fn protobuf(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Bool(truth) => number(&mut out, 2, u64::from(*truth)),
            Self::Bytes(bytes) => field(&mut out, 7, bytes),
            #[expect(clippy::cast_sign_loss, reason = "as protobuf writes an int64")]
            Self::Int(int) => number(&mut out, 3, *int as u64),
            Self::List(list) => {
                let mut inner = Vec::new();
                list.iter().for_each(|value| field(&mut inner, 1, &value.protobuf()));
                field(&mut out, 5, &inner);
            }
            Self::Map(map) => {
                let mut inner = Vec::new();
                pairs(&mut inner, 1, map);
                field(&mut out, 6, &inner);
            }
            Self::Nothing => {}
            Self::Number(number) => fixed(&mut out, 4, number.to_bits()),
            Self::Text(text) => field(&mut out, 1, text.as_bytes()),
        }
        out
    }
}

fn pairs(out: &mut Vec<u8>, tag: u64, pairs: &[(String, Any)]) {
    for (key, value) in pairs {
        let mut pair = Vec::new();
        field(&mut pair, 1, key.as_bytes());
        field(&mut pair, 2, &value.protobuf());
        field(out, tag, &pair);
    }
}

fn field(out: &mut Vec<u8>, tag: u64, bytes: &[u8]) {
    varint(out, tag << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn fixed(out: &mut Vec<u8>, tag: u64, value: u64) {
    varint(out, tag << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

fn number(out: &mut Vec<u8>, tag: u64, value: u64) {
    varint(out, tag << 3);
    varint(out, value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Attributes that mean something, and some that nearly do.
const KEYS: &[&str] = &[
    "langfuse.observation.type",
    "langfuse.observation.level",
    "langfuse.observation.status_message",
    "langfuse.observation.input",
    "langfuse.observation.output",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "langfuse.observation.metadata",
    "langfuse.observation.metadata.k",
    "langfuse.observation.metadata.",
    "langfuse.observation.model.name",
    "langfuse.observation.model.parameters",
    "langfuse.observation.completion_start_time",
    "langfuse.observation.prompt.name",
    "langfuse.observation.prompt.version",
    "langfuse.internal.is_app_root",
    "langfuse.trace.name",
    "langfuse.trace.tags",
    "langfuse.trace.metadata",
    "langfuse.trace.metadata.langfuse_tags",
    "langfuse.trace.public",
    "langfuse.environment",
    "langfuse.release",
    "langfuse.version",
    "user.id",
    "session.id",
    "deployment.environment.name",
    "service.version",
    "gen_ai.operation.name",
    "gen_ai.request.model",
    "gen_ai.request.temperature",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt.0.role",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.9999999.x",
    "gen_ai.completion.0.tool_calls.0.name",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.cost",
    "gen_ai.usage.details.reasoning",
    "gen_ai.tool.name",
    "llm.token_count.prompt",
    "llm.token_count.completion",
    "llm.input_messages.0.message.role",
    "llm.input_messages.0.message.contents.1.message_content.text",
    "llm.invocation_parameters",
    "openinference.span.kind",
    "input.value",
    "output.value",
    "ai.operationId",
    "ai.prompt.messages",
    "ai.response.msToFirstChunk",
    "ai.telemetry.metadata.userId",
    "traceloop.span.kind",
    "traceloop.entity.input",
    "exception.message",
    "tag.tags",
    "content",
    "role",
    "",
];
