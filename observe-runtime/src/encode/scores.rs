//! Scores as JSON: Langfuse's `score-create` batch, and lines for files.

use serde_json::{Map, Value, json};

use super::attributes::{iso, object};
use crate::view::{ScoreView, ScoreViewValue};

/// The body of `POST /api/public/ingestion`.
pub(super) fn batch(scores: &[ScoreView<'_>]) -> Vec<u8> {
    let event = |score: &ScoreView<'_>| json!({"id": score.id, "timestamp": iso(score.time), "type": "score-create", "body": body(score)});
    json!({"batch": scores.iter().map(event).collect::<Vec<_>>()}).to_string().into_bytes()
}

/// One line a score.
pub(super) fn lines(scores: &[ScoreView<'_>]) -> Vec<u8> {
    let mut lines = Vec::new();
    for score in scores {
        let mut body = body(score);
        body.insert("timestamp".to_owned(), iso(score.time).into());
        lines.extend_from_slice(Value::Object(body).to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}

fn body(score: &ScoreView<'_>) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| body.insert(key.to_owned(), value);
    put("id", score.id.as_ref().into());
    put("name", score.name.as_ref().into());
    put(
        "value",
        match &score.value {
            ScoreViewValue::Number(number) => plain(*number),
            ScoreViewValue::Text(text) => text.as_ref().into(),
        },
    );
    put("dataType", score.data_type.as_str().into());
    match &score.session_id {
        Some(session) => put("sessionId", session.as_ref().into()),
        None => put("traceId", score.trace_id.to_string().into()),
    };
    if let Some(observation) = score.observation_id.filter(|_| score.session_id.is_none()) {
        put("observationId", observation.to_string().into());
    }
    for (key, text) in
        [("comment", &score.comment), ("configId", &score.config_id), ("environment", &score.environment)]
    {
        if let Some(text) = text {
            put(key, text.as_ref().into());
        }
    }
    if !score.metadata.is_empty() {
        put("metadata", serde_json::from_str(&object(&score.metadata)).unwrap_or_default());
    }
    body
}

/// A number without a fraction as an integer: `1` for true.
#[expect(clippy::cast_possible_truncation, reason = "it is small and has no fraction")]
fn plain(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { json!(number as i64) } else { json!(number) }
}
