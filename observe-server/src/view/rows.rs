//! Traces as a list shows them.

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde::Serialize;
use serde_json::Value;

use crate::model::{Kind, Level};
use crate::store::RUNNING;
use crate::time;

/// A line of the list. Times are ISO 8601, durations milliseconds, costs US dollars.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TraceRow {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) start: String,
    pub(crate) latency: f64,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) environment: String,
    pub(crate) version: Option<String>,
    pub(crate) release: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) level: &'static str,
    pub(crate) input_preview: Option<String>,
    pub(crate) output_preview: Option<String>,
    pub(crate) observations: i64,
    pub(crate) errors: i64,
    pub(crate) warnings: i64,
    pub(crate) running: bool,
    pub(crate) tokens: Tokens,
    pub(crate) cost: Option<f64>,
    pub(crate) scores: Vec<ScoreMark>,
    pub(crate) models: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Tokens {
    pub(crate) input: i64,
    pub(crate) output: i64,
    pub(crate) total: i64,
}

/// A score as a list shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScoreMark {
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) data_type: String,
}

/// The row id of a trace.
pub(crate) fn rid_of(db: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT rid FROM trace WHERE id = ?")?.query_row([id], |row| row.get(0)).optional()
}

/// The traces with these row ids, in this order. What is gone is left out.
pub(crate) fn trace_rows(db: &Connection, rids: &[i64]) -> rusqlite::Result<Vec<TraceRow>> {
    let mut rows = Vec::with_capacity(rids.len());
    let mut find = db.prepare_cached(
        "SELECT t.id, t.name, t.start, t.latency, t.user, t.session, t.environment, t.version, t.release, d.tags, t.level,
         d.input, d.output, t.observations, t.errors, t.warnings, t.input_tokens, t.output_tokens, t.total_tokens, t.cost
         FROM trace t JOIN detail d ON d.rid = t.rid WHERE t.rid = ?",
    )?;
    for rid in rids {
        if let Some(mut row) = find.query_row([rid], from_row).optional()? {
            row.scores = marks(db, &row.id)?;
            row.models = models(db, *rid)?;
            row.running = is_running(db, *rid)?;
            rows.push(row);
        }
    }
    Ok(rows)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<TraceRow> {
    Ok(TraceRow {
        id: row.get(0)?,
        name: row.get(1)?,
        start: time::iso_full(row.get(2)?),
        latency: time::millis(row.get(3)?),
        user: row.get(4)?,
        session: row.get(5)?,
        environment: row.get::<_, Option<String>>(6)?.unwrap_or_else(|| "default".to_owned()),
        version: row.get(7)?,
        release: row.get(8)?,
        tags: serde_json::from_str(&row.get::<_, String>(9)?).unwrap_or_default(),
        level: Level::from_code(row.get(10)?).as_str(),
        input_preview: row.get(11)?,
        output_preview: row.get(12)?,
        observations: row.get(13)?,
        errors: row.get(14)?,
        warnings: row.get(15)?,
        running: false,
        tokens: Tokens { input: row.get(16)?, output: row.get(17)?, total: row.get(18)? },
        cost: row.get(19)?,
        scores: Vec::new(),
        models: Vec::new(),
    })
}

fn marks(db: &Connection, trace: &str) -> rusqlite::Result<Vec<ScoreMark>> {
    db.prepare_cached("SELECT name, value, text, data_type FROM score WHERE trace = ? ORDER BY name, time LIMIT 50")?
        .query_map([trace], |row| {
            let data_type: String = row.get(3)?;
            Ok(ScoreMark { name: row.get(0)?, value: score_value(&data_type, row.get(1)?, row.get(2)?), data_type })
        })?
        .collect()
}

/// A score's value as its type has it.
pub(super) fn score_value(data_type: &str, value: Option<f64>, text: Option<String>) -> Value {
    match data_type {
        "NUMERIC" => value.into(),
        "BOOLEAN" => value.map(|value| value != 0.0).into(),
        _ => text.into(),
    }
}

/// Whether something of a trace is going on: not ended, and heard of lately.
fn is_running(db: &Connection, trace: i64) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM obs WHERE trace = ? AND end IS NULL AND coalesce(kind, 0) <> ? AND seen > ?)",
    )?
    .query_row((trace, Kind::Event.code(), time::now() - RUNNING), |row| row.get(0))
}

fn models(db: &Connection, trace: i64) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached(
        "SELECT value FROM label WHERE trace = ? AND key = (SELECT id FROM key WHERE kind = 'model' AND name = '') ORDER BY value",
    )?
    .query_map(params_from_iter([trace]), |row| row.get(0))?
    .collect()
}
