//! One trace: its row, its tree, what was said of it; and payloads one at a time.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Comment, Observation, Score, TraceRow, comments, observations, path, rid_of, scores, trace_rows};
use crate::price::Prices;

/// Everything about a trace but its payloads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TraceView {
    pub(crate) trace: Whole,
    pub(crate) observations: Vec<Observation>,
    pub(crate) scores: Vec<Score>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) critical_path: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    pub(crate) row: TraceRow,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) public: bool,
    pub(crate) bookmarked: bool,
    pub(crate) url: String,
    #[serde(flatten)]
    pub(crate) payload: Payload,
}

/// An input and an output: JSON where they are JSON, else texts.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Payload {
    pub(crate) input: Option<Value>,
    pub(crate) output: Option<Value>,
}

/// A trace by its id.
pub(crate) fn trace(db: &Connection, id: &str, prices: &Prices) -> rusqlite::Result<Option<TraceView>> {
    let Some(rid) = rid_of(db, id)? else { return Ok(None) };
    let Some(mut row) = trace_rows(db, &[rid])?.pop() else { return Ok(None) };
    let observations = observations(db, rid, prices)?;
    let costs: Vec<f64> = observations.iter().filter_map(|observation| observation.cost_total).collect();
    row.cost = (!costs.is_empty()).then(|| costs.iter().sum());
    let (metadata, public, bookmarked): (String, bool, bool) = db
        .prepare_cached(
            "SELECT metadata, public, bookmarked FROM trace t JOIN detail d ON d.rid = t.rid WHERE t.rid = ?",
        )?
        .query_row([rid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(Some(TraceView {
        critical_path: path::critical(&observations),
        scores: scores(db, id)?,
        comments: comments(db, id)?,
        observations,
        trace: Whole {
            url: format!("/trace/{id}"),
            row,
            metadata: serde_json::from_str(&metadata).unwrap_or_default(),
            public,
            bookmarked,
            payload: trace_payload(db, rid)?,
        },
    }))
}

/// A trace's own input and output, else its root's.
pub(crate) fn trace_payload(db: &Connection, rid: i64) -> rusqlite::Result<Payload> {
    let text = db
        .prepare_cached(
            "SELECT coalesce(own.input, i.input), coalesce(own.output, i.output) FROM trace t
             LEFT JOIN io.trace_io own ON own.rid = t.rid LEFT JOIN io.io i ON i.rid = t.root WHERE t.rid = ?",
        )?
        .query_row([rid], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(text.map(parsed).unwrap_or_default())
}

/// An observation's input and output.
pub(crate) fn payload(db: &Connection, trace: &str, observation: &str) -> rusqlite::Result<Option<Payload>> {
    let text = db
        .prepare_cached(
            "SELECT i.input, i.output FROM trace t JOIN obs o ON o.trace = t.rid AND o.id = ?2 JOIN io.io i ON i.rid = o.rid
             WHERE t.id = ?1",
        )?
        .query_row((trace, observation), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(text.map(parsed))
}

/// The inputs and outputs of all observations of a trace, by observation.
pub(crate) fn payloads(db: &Connection, trace: &str) -> rusqlite::Result<HashMap<String, Payload>> {
    db.prepare_cached(
        "SELECT o.id, i.input, i.output FROM trace t JOIN obs o ON o.trace = t.rid JOIN io.io i ON i.rid = o.rid WHERE t.id = ?",
    )?
    .query_map([trace], |row| Ok((row.get(0)?, parsed((row.get(1)?, row.get(2)?)))))?
    .collect()
}

fn parsed((input, output): (Option<String>, Option<String>)) -> Payload {
    let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    Payload { input: input.map(value), output: output.map(value) }
}

/// Ids of the observations of a trace that contain a text, in whichever of their parts.
pub(crate) fn within(db: &Connection, trace: &str, text: &str) -> rusqlite::Result<Vec<String>> {
    let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    db.prepare_cached(
        "SELECT o.id FROM trace t JOIN obs o ON o.trace = t.rid LEFT JOIN io.io i ON i.rid = o.rid WHERE t.id = ?1 AND (
         o.name LIKE ?2 ESCAPE '\\' OR o.id LIKE ?2 ESCAPE '\\' OR o.model LIKE ?2 ESCAPE '\\' OR o.status_message LIKE ?2 ESCAPE '\\'
         OR i.input LIKE ?2 ESCAPE '\\' OR i.output LIKE ?2 ESCAPE '\\' OR i.metadata LIKE ?2 ESCAPE '\\') ORDER BY o.start, o.rid",
    )?
    .query_map((trace, like), |row| row.get(0))?
    .collect()
}
