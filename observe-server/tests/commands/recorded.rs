//! Local files as the runtime writes them.

use std::fs;

use serde_json::{Value, json};

use super::program::Scratch;

/// A span of a trace: name, type, parent, start and end in milliseconds, and attributes.
pub(crate) struct Span(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) Option<&'static str>,
    pub(crate) u64,
    pub(crate) u64,
    pub(crate) Value,
);

/// Noon of 2026-11-25.
pub(crate) const NOON: u64 = 1_795_608_000_000;

pub(crate) fn attributes(map: &Value) -> Value {
    let any = |value: &Value| match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        other => json!({"stringValue": other.to_string()}),
    };
    map.as_object().expect("attributes").iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

/// A line of a local file. Ids are made of the trace's number and the place of the span.
pub(crate) fn line(trace: u32, about: &Value, spans: &[Span]) -> String {
    let id = |name: &str| {
        let place = spans.iter().position(|span| span.0 == name).expect("a parent of this trace");
        format!("{trace:08x}{:08x}", place + 1)
    };
    let spans: Vec<Value> = spans
        .iter()
        .map(|Span(name, kind, parent, start, end, own)| {
            let mut all = about.clone();
            all["langfuse.observation.type"] = (*kind).into();
            all.as_object_mut().expect("attributes").extend(own.as_object().expect("attributes").clone());
            json!({
                "traceId": format!("{trace:08x}{:024x}", 0), "spanId": id(name), "parentSpanId": parent.map(id).unwrap_or_default(),
                "name": name, "kind": 1, "startTimeUnixNano": ((NOON + start) * 1_000_000).to_string(),
                "endTimeUnixNano": ((NOON + end) * 1_000_000).to_string(), "attributes": attributes(&all), "status": {},
            })
        })
        .collect();
    let request = json!({"resourceSpans": [{
        "resource": {"attributes": attributes(&json!({"service.name": "tests"}))},
        "scopeSpans": [{"scope": {"name": "langfuse-sdk-tests"}, "spans": spans}],
    }]});
    format!("{request}\n")
}

/// A directory with two traces in local files.
pub(crate) fn recorded(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let first = line(
        0xa1,
        &json!({"user.id": "user_123", "session.id": "session_abc", "langfuse.trace.tags": "[\"support\",\"production\"]"}),
        &[
            Span(
                "answer",
                "chain",
                None,
                0,
                2000,
                json!({"langfuse.observation.input": "{\"question\":\"refunds?\"}",
                "langfuse.observation.output": "see the handbook", "langfuse.observation.metadata.plan": "pro"}),
            ),
            Span(
                "retrieve",
                "retriever",
                Some("answer"),
                0,
                500,
                json!({"langfuse.observation.output": "[\"doc-1\",\"doc-2\"]"}),
            ),
            Span(
                "generate",
                "generation",
                Some("answer"),
                500,
                2000,
                json!({"langfuse.observation.model.name": "gpt-4o-mini",
                "langfuse.observation.usage_details": "{\"input\":1200,\"output\":250}", "langfuse.observation.output": "see the handbook"}),
            ),
            Span(
                "lookup",
                "tool",
                Some("generate"),
                1000,
                1250,
                json!({"langfuse.observation.level": "ERROR",
                "langfuse.observation.status_message": "no such tool"}),
            ),
        ],
    );
    let second = line(0xb2, &json!({"user.id": "user_456"}), &[Span("batch", "span", None, 60_000, 60_010, json!({}))]);
    let score = json!({"id": "s-1", "traceId": "000000a1000000000000000000000000", "name": "helpfulness", "value": 0.92, "comment": "at once"});
    fs::create_dir(scratch.path().join(".observe")).expect("a directory");
    fs::write(scratch.path().join(".observe/traces-1.jsonl"), first + &second).expect("a file");
    fs::write(scratch.path().join(".observe/scores-1.jsonl"), format!("{score}\n")).expect("a file");
    scratch
}
