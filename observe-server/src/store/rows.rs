//! An observation's rows, in `main` and `io`. What is done for every observation is done by statements that stay at hand.

use rusqlite::{CachedStatement, Connection, ErrorCode, params};
use serde_json::{Map, Value};

use super::merge::Merged;
use crate::model::{Kind, Level};

const IO: &str = "INTO io.io VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const OBS: &str =
    "INTO obs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

pub(super) struct Rows<'a> {
    db: &'a Connection,
    insert: CachedStatement<'a>,
    insert_io: CachedStatement<'a>,
    places: CachedStatement<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn begin(db: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            db,
            insert: db.prepare_cached(&format!("INSERT {OBS}"))?,
            insert_io: db.prepare_cached(&format!("INSERT {IO}"))?,
            places: db.prepare_cached("SELECT rid, trace FROM obs WHERE id = ?")?,
        })
    }

    /// The rows of an observation's id, and their traces: ids are unique in a trace only.
    pub(super) fn places(&mut self, id: &str) -> rusqlite::Result<Vec<(i64, i64)>> {
        self.places.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// Inserts an observation, or replaces the row that is there. What is new is not told to replace, which would have SQLite
    /// note every page it touches.
    pub(super) fn write(
        &mut self,
        row: &Merged,
        trace: i64,
        rid: Option<i64>,
        seq: i64,
        now: i64,
    ) -> rusqlite::Result<i64> {
        let map = |map: &Map<String, Value>| (!map.is_empty()).then(|| serde_json::to_string(map).unwrap_or_default());
        let usage: Map<String, Value> = row.usage.iter().map(|(key, count)| (key.clone(), (*count).into())).collect();
        let cost: Map<String, Value> = row.cost.iter().map(|(key, cost)| (key.clone(), (*cost).into())).collect();
        let size = |text: &Option<String>| text.as_ref().map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX));
        let sums = &row.sums;
        let (usage, cost) = (map(&usage), map(&cost));
        let values = params![
            rid,
            row.id,
            trace,
            row.parent,
            row.kind.map(Kind::code),
            row.is_update,
            row.name,
            sums.start,
            sums.end,
            row.completion_start,
            row.level.map(Level::code),
            row.status_message,
            sums.model,
            sums.input_tokens,
            sums.output_tokens,
            sums.total_tokens,
            sums.input_cost,
            sums.output_cost,
            sums.total_cost,
            usage,
            cost,
            row.prompt.as_ref().map(|(name, _)| name),
            row.prompt.as_ref().map(|(_, version)| version),
            row.version,
            row.environment,
            row.is_app_root,
            row.said,
            now,
            size(&row.input),
            size(&row.output)
        ];
        let is_new = rid.is_none();
        let rid = match rid {
            Some(rid) => {
                self.db.prepare_cached(&format!("REPLACE {OBS}"))?.execute(values)?;
                rid
            }
            None => self.insert.insert(values)?,
        };
        let events = (!row.events.is_empty()).then(|| serde_json::to_string(&row.events).unwrap_or_default());
        let (metadata, surroundings, parameters) = (map(&row.metadata), map(&row.surroundings), map(&row.parameters));
        let values = params![rid, seq, row.input, row.output, metadata, surroundings, parameters, events];
        // The other file may have such a row from before a kill.
        let is_there = match is_new.then(|| self.insert_io.execute(values)) {
            Some(Err(error)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => true,
            Some(result) => result? == 0,
            None => true,
        };
        if is_there {
            self.db.prepare_cached(&format!("REPLACE {IO}"))?.execute(values)?;
        }
        Ok(rid)
    }
}
