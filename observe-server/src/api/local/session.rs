//! One session: its traces in the order in which they began, with what went in and out.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::{App, Failure};
use crate::view::{self, Payload, TraceRow};

/// Turns that are shown: the latest, when there are more.
const MOST: usize = 500;

#[derive(Debug, Serialize)]
struct Turn {
    #[serde(flatten)]
    row: TraceRow,
    #[serde(flatten)]
    payload: Payload,
}

pub(crate) async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>, Failure> {
    let wanted = id.clone();
    let turns = app.store.read(move |db| {
        let rids: Vec<i64> = db
            .prepare_cached(&format!(
                "SELECT rid FROM trace WHERE session = ? ORDER BY start DESC, rid DESC LIMIT {MOST}"
            ))?
            .query_map([&wanted], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut turns = Vec::with_capacity(rids.len());
        for rid in rids.into_iter().rev() {
            if let Some(row) = view::trace_rows(db, &[rid])?.pop() {
                turns.push(Turn { row, payload: view::trace_payload(db, rid)? });
            }
        }
        Ok(turns)
    });
    let turns = turns.await?;
    let (Some(first), Some(last)) = (turns.first(), turns.last()) else { return Err(Failure::missing("session", &id)) };
    let mut users: Vec<&str> = turns.iter().filter_map(|turn| turn.row.user.as_deref()).collect();
    users.sort_unstable();
    users.dedup();
    let costs: Vec<f64> = turns.iter().filter_map(|turn| turn.row.cost).collect();
    let session = json!({
        "id": id, "traces": turns.len(), "first": first.row.start, "last": last.row.start, "users": users,
        "latency": turns.iter().map(|turn| turn.row.latency).sum::<f64>(),
        "tokens": turns.iter().map(|turn| turn.row.tokens.total).sum::<i64>(),
        "cost": (!costs.is_empty()).then(|| costs.iter().sum::<f64>()),
        "environment": last.row.environment,
    });
    Ok(Json(json!({"session": session, "traces": turns})))
}
