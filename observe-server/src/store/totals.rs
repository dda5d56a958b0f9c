//! A trace's row: what is known of it as a whole, and the sums over its observations.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::merge::Merged;
use super::preview;
use crate::model::{Kind, Level, Trace};
use crate::time;

/// What an observation adds to sums.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub(super) kind: Kind,
    pub(super) start: i64,
    pub(super) end: Option<i64>,
    pub(super) level: Level,
    pub(super) model: Option<String>,
    pub(super) input_tokens: i64,
    pub(super) output_tokens: i64,
    pub(super) total_tokens: i64,
    pub(super) input_cost: f64,
    pub(super) output_cost: f64,
    pub(super) total_cost: Option<f64>,
}

#[derive(Debug)]
pub(super) struct Totals {
    pub(super) rid: i64,
    is_stored: bool,
    start: i64,
    end: i64,
    name: Option<String>,
    is_named: bool,
    user: Option<String>,
    session: Option<String>,
    environment: Option<String>,
    version: Option<String>,
    release: Option<String>,
    public: bool,
    observations: i64,
    errors: i64,
    warnings: i64,
    debugs: i64,
    input_tokens: i64,
    output_tokens: i64,
    total_tokens: i64,
    input_cost: f64,
    output_cost: f64,
    cost: Option<f64>,
    root: Option<i64>,
    tags: BTreeSet<String>,
    metadata: Map<String, Value>,
    input: Option<String>,
    output: Option<String>,
    has_payload: bool,
}

impl Totals {
    pub(super) fn read(db: &Connection, id: &str) -> rusqlite::Result<Option<Self>> {
        db.prepare_cached(
            "SELECT trace.rid, start, end, name, is_named, user, session, environment, version, release, public, observations,
             errors, warnings, debugs, input_tokens, output_tokens, total_tokens, input_cost, output_cost, cost, root,
             tags, metadata, detail.input, detail.output, EXISTS (SELECT 1 FROM io.trace_io WHERE trace_io.rid = trace.rid)
             FROM trace JOIN detail ON detail.rid = trace.rid WHERE id = ?",
        )?
        .query_row([id], |row| {
            Ok(Self {
                rid: row.get(0)?,
                is_stored: true,
                start: row.get(1)?,
                end: row.get(2)?,
                name: row.get(3)?,
                is_named: row.get(4)?,
                user: row.get(5)?,
                session: row.get(6)?,
                environment: row.get(7)?,
                version: row.get(8)?,
                release: row.get(9)?,
                public: row.get(10)?,
                observations: row.get(11)?,
                errors: row.get(12)?,
                warnings: row.get(13)?,
                debugs: row.get(14)?,
                input_tokens: row.get(15)?,
                output_tokens: row.get(16)?,
                total_tokens: row.get(17)?,
                input_cost: row.get(18)?,
                output_cost: row.get(19)?,
                cost: row.get(20)?,
                root: row.get(21)?,
                tags: serde_json::from_str(&row.get::<_, String>(22)?).unwrap_or_default(),
                metadata: serde_json::from_str(&row.get::<_, String>(23)?).unwrap_or_default(),
                input: row.get(24)?,
                output: row.get(25)?,
                has_payload: row.get(26)?,
            })
        })
        .optional()
    }

    /// Of a trace that nobody has heard of. It gets its row when it is written.
    pub(super) fn new(rid: i64, start: i64) -> Self {
        Self {
            rid,
            is_stored: false,
            start,
            end: start,
            name: None,
            is_named: false,
            user: None,
            session: None,
            environment: None,
            version: None,
            release: None,
            public: false,
            observations: 0,
            errors: 0,
            warnings: 0,
            debugs: 0,
            input_tokens: 0,
            output_tokens: 0,
            total_tokens: 0,
            input_cost: 0.0,
            output_cost: 0.0,
            cost: None,
            root: None,
            tags: BTreeSet::new(),
            metadata: Map::new(),
            input: None,
            output: None,
            has_payload: false,
        }
    }

    /// Takes over what is said of the trace. The latest that is not empty wins; a stated time is the trace's start.
    pub(super) fn learn(&mut self, about: &Trace, is_whole: bool) {
        let later = |old: &mut Option<String>, new: &Option<String>| {
            if new.is_some() {
                old.clone_from(new);
            }
        };
        if about.name.is_some() {
            self.is_named = true;
        }
        later(&mut self.name, &about.name);
        later(&mut self.user, &about.user);
        later(&mut self.session, &about.session);
        later(&mut self.version, &about.version);
        later(&mut self.release, &about.release);
        if self.environment.is_none() || !is_whole {
            later(&mut self.environment, &about.environment);
        }
        self.tags.extend(about.tags.iter().cloned());
        merge_maps(&mut self.metadata, &about.metadata);
        if let Some(public) = about.public {
            self.public = if is_whole { public } else { self.public || public };
        }
        if let Some(time) = about.time {
            self.start = self.start.min(time);
            self.end = self.end.max(time);
        }
    }

    /// Adds an observation to the sums, or takes it away.
    pub(super) fn add(&mut self, sums: &Sums, sign: i64) {
        let factor = time::float(sign);
        if sign > 0 {
            self.start = self.start.min(sums.start);
            self.end = self.end.max(sums.end.unwrap_or(sums.start));
        }
        self.observations += sign;
        match sums.level {
            Level::Debug => self.debugs += sign,
            Level::Default => {}
            Level::Error => self.errors += sign,
            Level::Warning => self.warnings += sign,
        }
        self.input_tokens += sign * sums.input_tokens;
        self.output_tokens += sign * sums.output_tokens;
        self.total_tokens += sign * sums.total_tokens;
        self.input_cost += factor * sums.input_cost;
        self.output_cost += factor * sums.output_cost;
        if let Some(cost) = sums.total_cost {
            self.cost = Some((self.cost.unwrap_or(0.0) + factor * cost).max(0.0));
        }
    }

    /// The trace's input and output are its root's, unless it has its own; so is its name.
    pub(super) fn root(&mut self, rid: i64, row: &Merged) {
        self.root = Some(rid);
        if !self.is_named && row.name.is_some() {
            self.name.clone_from(&row.name);
        }
        if !self.has_payload {
            self.input = row.input.as_deref().map(preview);
            self.output = row.output.as_deref().map(preview);
        }
    }

    pub(super) fn payload(&mut self, about: &Trace) {
        self.has_payload = true;
        for (shown, text) in [(&mut self.input, &about.input), (&mut self.output, &about.output)] {
            if let Some(text) = text {
                *shown = Some(preview(text));
            }
        }
    }

    /// Writes its row, or makes one, whose indexes then are filled but once.
    pub(super) fn write(&self, db: &Connection, id: &str, now: i64) -> rusqlite::Result<()> {
        let level = match (self.errors, self.warnings) {
            (1.., _) => Level::Error,
            (_, 1..) => Level::Warning,
            _ if self.debugs == self.observations && self.debugs > 0 => Level::Debug,
            _ => Level::Default,
        };
        let (level, environment) = (level.code(), self.environment.as_deref().unwrap_or("default"));
        let row = params![
            self.start,
            self.end,
            self.name,
            self.is_named,
            self.user,
            self.session,
            environment,
            self.version,
            self.release,
            self.public,
            level,
            self.observations,
            self.errors,
            self.warnings,
            self.debugs,
            self.input_tokens,
            self.output_tokens,
            self.total_tokens,
            self.input_cost,
            self.output_cost,
            self.cost,
            self.root,
            self.rid
        ];
        let tags = serde_json::to_string(&self.tags).unwrap_or_default();
        let metadata = serde_json::to_string(&self.metadata).unwrap_or_default();
        let detail = params![tags, metadata, self.input, self.output, self.rid];
        if self.is_stored {
            db.prepare_cached(
                "UPDATE trace SET start = ?, end = ?, name = ?, is_named = ?, user = ?, session = ?, environment = ?, version = ?,
                 release = ?, public = ?, level = ?, observations = ?, errors = ?, warnings = ?, debugs = ?, input_tokens = ?,
                 output_tokens = ?, total_tokens = ?, input_cost = ?, output_cost = ?, cost = ?, root = ? WHERE rid = ?",
            )?
            .execute(row)?;
            db.prepare_cached("UPDATE detail SET tags = ?, metadata = ?, input = ?, output = ? WHERE rid = ?")?
                .execute(detail)?;
        } else {
            let new = [row, params![id, now]].concat();
            db.prepare_cached(
                "INSERT INTO trace(start, end, name, is_named, user, session, environment, version, release, public, level,
                 observations, errors, warnings, debugs, input_tokens, output_tokens, total_tokens, input_cost, output_cost, cost,
                 root, rid, id, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(new.as_slice())?;
            db.prepare_cached("INSERT INTO detail(tags, metadata, input, output, rid) VALUES (?, ?, ?, ?, ?)")?
                .execute(detail)?;
        }
        Ok(())
    }
}

/// Deep: objects into objects, the rest replaced.
pub(super) fn merge_maps(old: &mut Map<String, Value>, new: &Map<String, Value>) {
    for (key, value) in new {
        match (old.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge_maps(old, new),
            _ => {
                old.insert(key.clone(), value.clone());
            }
        }
    }
}
