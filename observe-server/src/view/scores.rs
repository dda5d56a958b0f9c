//! Scores and comments of a trace.

use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::{Map, Value};

use super::rows::score_value;
use crate::time;

/// A score in full.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Score {
    pub(crate) id: String,
    pub(crate) trace: Option<String>,
    pub(crate) observation: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) data_type: String,
    pub(crate) comment: Option<String>,
    pub(crate) source: String,
    pub(crate) environment: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) time: String,
}

/// A remark made by hand.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comment {
    pub(crate) id: String,
    pub(crate) observation: Option<String>,
    pub(crate) text: String,
    pub(crate) author: Option<String>,
    pub(crate) time: String,
}

pub(crate) fn scores(db: &Connection, trace: &str) -> rusqlite::Result<Vec<Score>> {
    let columns =
        "id, trace, observation, session, name, data_type, value, text, comment, source, environment, metadata, time";
    db.prepare_cached(&format!("SELECT {columns} FROM score WHERE trace = ? ORDER BY time, rid LIMIT 1000"))?
        .query_map([trace], score)?
        .collect()
}

fn score(row: &Row<'_>) -> rusqlite::Result<Score> {
    let data_type: String = row.get(5)?;
    Ok(Score {
        id: row.get(0)?,
        trace: row.get(1)?,
        observation: row.get(2)?,
        session: row.get(3)?,
        name: row.get(4)?,
        value: score_value(&data_type, row.get(6)?, row.get(7)?),
        data_type,
        comment: row.get(8)?,
        source: row.get(9)?,
        environment: row.get::<_, Option<String>>(10)?.unwrap_or_else(|| "default".to_owned()),
        metadata: serde_json::from_str(&row.get::<_, String>(11)?).unwrap_or_default(),
        time: time::iso(row.get(12)?),
    })
}

pub(crate) fn comments(db: &Connection, trace: &str) -> rusqlite::Result<Vec<Comment>> {
    db.prepare_cached(
        "SELECT id, observation, text, author, time FROM comment WHERE trace = ? ORDER BY time, rid LIMIT 1000",
    )?
    .query_map([trace], |row| {
        Ok(Comment {
            id: row.get(0)?,
            observation: row.get(1)?,
            text: row.get(2)?,
            author: row.get(3)?,
            time: time::iso(row.get(4)?),
        })
    })?
    .collect()
}
