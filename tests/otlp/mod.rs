//! Reads OTLP in OpenTelemetry's own types, as it came over the wire or from local files.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "for tests, each of which needs some of it")]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
pub(crate) use opentelemetry_proto::tonic::trace::v1::Span;

/// The lines of the files in `dir` whose names start with `prefix`, oldest file first.
pub(crate) fn lines(dir: &Path, prefix: &str) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)));
    files.sort();
    files
        .iter()
        .flat_map(|path| std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The requests that the trace files of a directory hold.
pub(crate) fn from_files(dir: &Path) -> Vec<ExportTraceServiceRequest> {
    lines(dir, "traces-").iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn spans(requests: &[ExportTraceServiceRequest]) -> Vec<Span> {
    let scopes = requests.iter().flat_map(|request| &request.resource_spans).flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| scope.spans.clone()).collect()
}

/// Attributes by name, as text: strings as they are, the rest as it is written.
pub(crate) fn attributes(list: &[KeyValue]) -> BTreeMap<String, String> {
    let read: BTreeMap<_, _> = list.iter().map(|pair| (pair.key.clone(), text(pair.value.as_ref()))).collect();
    assert_eq!(read.len(), list.len(), "no attribute stands twice");
    read
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(truth)) => format!("bool {truth}"),
        Some(Value::IntValue(number)) => format!("int {number}"),
        Some(Value::DoubleValue(number)) => format!("double {number}"),
        Some(Value::ArrayValue(array)) => {
            format!("[{}]", array.values.iter().map(|value| text(Some(value))).collect::<Vec<_>>().join(", "))
        }
        other => panic!("{other:?} is never sent"),
    }
}

/// Spans with their depth, parents before children; siblings in the order of `key`.
pub(crate) fn walk<K: Ord>(spans: &[Span], key: impl Fn(&Span) -> K) -> Vec<(usize, &Span)> {
    let ids: HashMap<&[u8], ()> = spans.iter().map(|span| (&*span.span_id, ())).collect();
    assert_eq!(ids.len(), spans.len(), "nothing is sent twice");
    let children = |parent: Option<&[u8]>| {
        let of = |span: &&Span| Some(&*span.parent_span_id).filter(|id| ids.contains_key(id)) == parent;
        let mut children: Vec<&Span> = spans.iter().filter(of).collect();
        children.sort_by_key(|span| key(span));
        children.reverse();
        children
    };
    let mut waiting: Vec<(usize, &Span)> = children(None).into_iter().map(|span| (0, span)).collect();
    let mut walked = Vec::new();
    while let Some((depth, span)) = waiting.pop() {
        walked.push((depth, span));
        waiting.extend(children(Some(&span.span_id)).into_iter().map(|span| (depth + 1, span)));
    }
    walked
}
