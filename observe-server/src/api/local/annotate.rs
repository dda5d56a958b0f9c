//! Scores and comments given by hand on the page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::given::Given;
use crate::ingest;
use crate::model::Change;
use crate::time;

/// Characters of a comment.
const LONGEST: usize = 20_000;

pub(crate) async fn score(State(app): State<App>, Given(mut body): Given<Value>) -> Result<Json<Value>, Failure> {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("source".to_owned(), "ANNOTATION".into());
        fields.retain(|_, value| !value.is_null());
        // As the API has them.
        if let Some(truth) = fields.get("value").and_then(Value::as_bool) {
            fields.insert("value".to_owned(), u8::from(truth).into());
            fields.insert("dataType".to_owned(), "BOOLEAN".into());
        }
    }
    let score = ingest::score(&body).map_err(|issues| {
        let issues: Vec<String> = issues.into_iter().map(|issue| issue.message).collect();
        Failure::bad(format!("the score is not taken: {}", issues.join("; ")))
    })?;
    let id = score.id.clone();
    app.store.store(vec![Change::Score(Box::new(score))]).await.map_err(Failure::internal)?;
    Ok(Json(json!({"id": id})))
}

pub(crate) async fn forget_score(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    forget(&app, "score", id).await
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comment {
    trace_id: String,
    observation_id: Option<String>,
    text: String,
}

pub(crate) async fn comment(State(app): State<App>, Given(comment): Given<Comment>) -> Result<Json<Value>, Failure> {
    let text = comment.text.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(Failure::bad(format!("a comment has 1 to {LONGEST} characters, not {}", text.chars().count())));
    }
    let (id, now) = (ingest::random_id(), time::now());
    let (row, trace) = (id.clone(), comment.trace_id.clone());
    let write = app.store.run(move |db| {
        db.execute(
            "INSERT INTO comment(id, trace, observation, text, time) VALUES (?, ?, ?, ?, ?)",
            (&row, &comment.trace_id, &comment.observation_id, &text, now),
        )?;
        Ok(())
    });
    write.await.map_err(Failure::internal)?;
    app.store.announce(Arc::from([trace]));
    Ok(Json(json!({"id": id})))
}

pub(crate) async fn forget_comment(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    forget(&app, "comment", id).await
}

/// Removes a row, and tells who shows its trace.
async fn forget(app: &App, table: &'static str, id: String) -> Result<StatusCode, Failure> {
    let wanted = id.clone();
    let find = move |db: &rusqlite::Connection| {
        use rusqlite::OptionalExtension;
        db.query_row(&format!("SELECT trace FROM {table} WHERE id = ?"), [wanted], |row| {
            row.get::<_, Option<String>>(0)
        })
        .optional()
    };
    let Some(trace) = app.store.read(find).await? else { return Err(Failure::missing(table, &id)) };
    let remove = app.store.run(move |db| db.execute(&format!("DELETE FROM {table} WHERE id = ?"), [&id]).map(|_| ()));
    remove.await.map_err(Failure::internal)?;
    app.store.announce(trace.into_iter().collect());
    Ok(StatusCode::NO_CONTENT)
}
