//! The ingestion batch, and scores.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::super::App;
use super::super::body::whole;
use super::super::guard::Access;
use super::answer::{Answer, Refusal, ok};
use crate::ingest;
use crate::model::Change;

/// What Langfuse takes.
const LARGEST_BATCH: usize = 4_718_592;
const LARGEST_SCORES: usize = 1 << 20;

async fn json(app: &App, headers: &HeaderMap, body: Body, limit: usize) -> Result<Value, Refusal> {
    let whole = whole(headers, body, limit, &app.room).await?;
    serde_json::from_slice(&whole.bytes)
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, format!("Invalid JSON: {error}")))
}

/// `POST /api/public/ingestion`
pub(super) async fn batch(
    State(app): State<App>,
    Extension(access): Extension<Access>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let request = json(&app, &headers, body, LARGEST_BATCH).await?;
    let mut taken = match ingest::batch(&request, access == Access::Scores) {
        Ok(taken) => taken,
        Err(issues) => {
            let messages: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
            let body = json!({"message": "Invalid request data", "errors": messages});
            return Ok((StatusCode::BAD_REQUEST, Json(body)).into_response());
        }
    };
    let answer = taken.answer();
    let changes = std::mem::take(&mut taken.changes);
    if !changes.is_empty() {
        app.store.store(changes).await.map_err(Refusal::failed)?;
    }
    Ok((StatusCode::MULTI_STATUS, Json(answer)).into_response())
}

/// `POST /api/public/scores`: one, or a list of which each is taken by itself.
pub(super) async fn scores(State(app): State<App>, headers: HeaderMap, body: Body) -> Answer {
    let request = json(&app, &headers, body, LARGEST_SCORES).await?;
    let read = |value: &Value| match ingest::score(value) {
        Ok(score) if score.source == "EVAL" => Err(vec![ingest::Issue::new(
            "invalid_value",
            &["source"],
            "Invalid option: expected one of \"API\"|\"ANNOTATION\"",
        )]),
        other => other,
    };
    let Some(list) = request.as_array() else {
        let score = read(&request).map_err(|issues| Refusal::invalid(&issues))?;
        let id = score.id.clone();
        app.store.store(vec![Change::Score(Box::new(score))]).await.map_err(Refusal::failed)?;
        return ok(json!({"id": id}));
    };
    let (mut changes, mut errors) = (Vec::new(), Vec::new());
    for value in list {
        match read(value) {
            Ok(score) => changes.push(Change::Score(Box::new(score))),
            Err(issues) => {
                let messages: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
                errors.push(json!({"message": messages.join("; ")}));
            }
        }
    }
    let accepted = changes.len();
    if !changes.is_empty() {
        app.store.store(changes).await.map_err(Refusal::failed)?;
    }
    if errors.is_empty() {
        return Ok((StatusCode::ACCEPTED, Json(json!({"message": "Accepted"}))).into_response());
    }
    let body = json!({"accepted": accepted, "rejected": errors.len(), "errors": errors});
    Ok((StatusCode::MULTI_STATUS, Json(body)).into_response())
}
