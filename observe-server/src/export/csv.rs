//! A table for spreadsheets.

use crate::view::TraceView;

const COLUMNS: [&str; 21] = [
    "id",
    "time",
    "name",
    "user",
    "session",
    "environment",
    "version",
    "release",
    "tags",
    "level",
    "latency_ms",
    "observations",
    "errors",
    "warnings",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cost_usd",
    "scores",
    "input",
    "output",
];

pub(super) fn head() -> Vec<u8> {
    written(&COLUMNS.map(str::to_owned))
}

pub(super) fn row(trace: &TraceView) -> Vec<u8> {
    let row = &trace.trace.row;
    let payload = &trace.trace.payload;
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let json = |value: &Option<serde_json::Value>| match value {
        None => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let scores =
        trace.scores.iter().map(|score| (score.name.clone(), score.value.clone())).collect::<serde_json::Map<_, _>>();
    written(&[
        row.id.clone(),
        row.start.clone(),
        optional(&row.name),
        optional(&row.user),
        optional(&row.session),
        row.environment.clone(),
        optional(&row.version),
        optional(&row.release),
        row.tags.join(";"),
        row.level.to_owned(),
        row.latency.to_string(),
        row.observations.to_string(),
        row.errors.to_string(),
        row.warnings.to_string(),
        row.tokens.input.to_string(),
        row.tokens.output.to_string(),
        row.tokens.total.to_string(),
        row.cost.map(|cost| cost.to_string()).unwrap_or_default(),
        if scores.is_empty() { String::new() } else { serde_json::Value::Object(scores).to_string() },
        json(&payload.input),
        json(&payload.output),
    ])
}

fn written(cells: &[String; COLUMNS.len()]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Nothing fails that writes to memory.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}
