//! Observations and scores to bytes: OTLP protobuf, OTLP JSON lines, and Langfuse's score batches.
//!
//! It knows no threads and no sockets. The attributes are listed once (`attributes.rs`), whatever the bytes.

mod attributes;
mod protobuf;
mod scores;
mod spans;
#[cfg(test)]
mod tests;
mod usage;

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use self::attributes::{Attribute, attributes, status};
pub(crate) use self::usage::{cost, unit, usage};
use crate::finished::Observed;
use crate::view::{ScoreView, View};

/// Whom the bytes are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Collector,
    Files,
    Langfuse,
}

/// An observation that has not been written yet.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    pub(crate) view: View<'a>,
    pub(crate) is_open: bool,
}

#[derive(Debug)]
pub(crate) struct Encoder {
    dialect: Dialect,
    resource: Vec<(String, String)>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Encoder {
    pub(crate) fn new(dialect: Dialect, mut resource: Vec<(String, String)>) -> Self {
        for (key, value) in [
            ("telemetry.sdk.language", "rust"),
            ("telemetry.sdk.name", "observe-llm"),
            ("telemetry.sdk.version", VERSION),
        ] {
            if !resource.iter().any(|(known, _)| known == key) {
                resource.push((key.to_owned(), value.to_owned()));
            }
        }
        Self { dialect, resource }
    }

    /// Attributes of this process.
    pub(crate) fn resource(&self) -> &[(String, String)] {
        &self.resource
    }

    /// An OTLP export request as protobuf, or as one JSON line for files: of a process with these attributes. It will have
    /// about `room` bytes, and is made in this empty buffer.
    pub(crate) fn traces<'a>(
        &self,
        observed: impl Iterator<Item = Observed<'a>>,
        resource: &[(String, String)],
        room: usize,
        buffer: Vec<u8>,
    ) -> Vec<u8> {
        match self.dialect {
            Dialect::Files => self.json_line(observed.filter_map(Observed::view), resource),
            Dialect::Collector | Dialect::Langfuse => {
                let write = |out: &mut Vec<u8>| {
                    out.reserve(room);
                    spans::put(out, observed, self.dialect);
                };
                protobuf::wrap(buffer, resource, self.scope(), VERSION, write)
            }
        }
    }

    /// Langfuse's ingestion batch, one JSON line a score for files, or spans for a collector.
    pub(crate) fn scores(&self, scores: &[ScoreView<'_>], resource: &[(String, String)]) -> Vec<u8> {
        match self.dialect {
            Dialect::Langfuse => scores::batch(scores),
            Dialect::Files => scores::lines(scores),
            Dialect::Collector => protobuf::scores(resource, self.scope(), VERSION, scores),
        }
    }

    /// How many bytes an observation takes, at most and roughly.
    pub(crate) fn size(view: &View<'_>) -> usize {
        let texts = [&view.input, &view.output, &view.status_message];
        let values = texts.into_iter().flatten().map(|text| text.len()).sum::<usize>();
        let pairs = view.metadata.iter().chain(&view.model_parameters).map(|(key, value)| key.len() + value.len() + 60);
        let trace = view.trace.metadata.iter().map(|(key, value)| key.len() + value.len() + 60);
        values + pairs.sum::<usize>() + trace.sum::<usize>() + view.name.len() + 2048
    }

    /// Langfuse drops what it does not know when the scope starts with `langfuse-sdk`; others want to see it.
    fn scope(&self) -> &'static str {
        if self.dialect == Dialect::Langfuse { "langfuse-sdk-observe-llm" } else { "observe-llm" }
    }

    /// A live snapshot: an export request as JSON, whose open spans have no end, and what it is a snapshot of.
    pub(crate) fn live(&self, observations: &[Running<'_>], omitted: usize, now: u64) -> Vec<u8> {
        let span = |running: &Running<'_>| {
            let mut span = self.json_span(&running.view);
            if running.is_open {
                span.remove("endTimeUnixNano");
            }
            span.into()
        };
        let mut request = self.json_request(observations.iter().map(span).collect(), &self.resource);
        let about = json!({"pid": std::process::id(), "timeUnixNano": now.to_string(), "omitted": omitted});
        request.insert("live".to_owned(), about);
        Value::Object(request).to_string().into_bytes()
    }

    fn json_line<'a>(&self, views: impl Iterator<Item = View<'a>>, resource: &[(String, String)]) -> Vec<u8> {
        let spans = views.map(|view| self.json_span(&view).into()).collect();
        let mut bytes = Value::Object(self.json_request(spans, resource)).to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }

    fn json_request(&self, spans: Vec<Value>, resource: &[(String, String)]) -> Map<String, Value> {
        let resource: Vec<Value> =
            resource.iter().map(|(key, value)| key_value(key, &Attribute::from(&**value))).collect();
        let mut scope_spans = json!({"scope": {"name": self.scope(), "version": VERSION}});
        scope_spans["spans"] = Value::Array(spans);
        let mut resource_spans = json!({"resource": {"attributes": resource}});
        resource_spans["scopeSpans"] = Value::Array(vec![scope_spans]);
        Map::from_iter([("resourceSpans".to_owned(), Value::Array(vec![resource_spans]))])
    }

    fn json_span(&self, view: &View<'_>) -> Map<String, Value> {
        let mut listed = Vec::new();
        attributes(view, self.dialect, |key, value| listed.push(key_value(key, &value)));
        let mut span = Map::new();
        span.insert("traceId".to_owned(), view.trace_id.to_string().into());
        span.insert("spanId".to_owned(), view.id.to_string().into());
        if let Some(parent) = view.parent_id {
            span.insert("parentSpanId".to_owned(), parent.to_string().into());
        }
        span.insert("name".to_owned(), view.name.as_ref().into());
        span.insert("kind".to_owned(), 1.into());
        span.insert("startTimeUnixNano".to_owned(), view.start.to_string().into());
        span.insert("endTimeUnixNano".to_owned(), view.end.to_string().into());
        span.insert("attributes".to_owned(), listed.into());
        let (code, message) = status(view);
        span.insert(
            "status".to_owned(),
            message.map_or_else(|| json!({"code": code}), |text| json!({"code": code, "message": text})),
        );
        span
    }
}

fn key_value(key: &str, value: &Attribute<'_>) -> Value {
    let value = match value {
        Attribute::Text(text) => json!({"stringValue": text}),
        Attribute::Bool(truth) => json!({"boolValue": truth}),
        Attribute::Int(number) => json!({"intValue": number.to_string()}),
        Attribute::Double(number) => json!({"doubleValue": number}),
        Attribute::Texts(texts) => {
            let texts: Vec<Value> = texts.iter().map(|text| json!({"stringValue": text})).collect();
            json!({"arrayValue": {"values": texts}})
        }
    };
    json!({"key": key, "value": value})
}

/// Replaces the largest value by a marker that says how large it was, until the observation fits. Returns how many.
pub(crate) fn cut(view: &mut View<'_>, at_most: usize) -> usize {
    let mut cuts = 0;
    while Encoder::size(view) > at_most && cut_largest(view) {
        cuts += 1;
    }
    cuts
}

/// Its own values before those of its trace. False: nothing is left to cut.
fn cut_largest(view: &mut View<'_>) -> bool {
    let io = [&mut view.input, &mut view.output].into_iter().flatten();
    let pairs = view.metadata.iter_mut().chain(&mut view.model_parameters).map(|(_, value)| value);
    let json = io.chain(pairs).map(|text| (true, text));
    let status = view.status_message.as_mut().map(|text| (false, text));
    if let Some((is_json, text)) = json.chain(status).max_by_key(|(_, text)| text.len())
        && text.len() > MARKER
    {
        *text = Cow::Owned(marker(text.len(), is_json));
        return true;
    }
    let is_long = |(_, value): &(String, String)| value.len() > MARKER;
    if !view.trace.metadata.iter().any(is_long) {
        return false;
    }
    let largest = view.trace.to_mut().metadata.iter_mut().max_by_key(|(_, value)| value.len());
    if let Some((_, value)) = largest {
        *value = marker(value.len(), true);
    }
    true
}

fn marker(bytes: usize, is_json: bool) -> String {
    let quote = if is_json { "\"" } else { "" };
    format!("{quote}[{bytes} bytes: too large for the server]{quote}")
}

/// No marker is longer.
const MARKER: usize = 64;
