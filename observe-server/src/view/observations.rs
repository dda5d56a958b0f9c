//! Observations with everything but their payloads.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Map, Value};

use super::full::{self, Full, Shared};
use crate::model::Kind;
use crate::price::Prices;
use crate::store::{RUNNING, preview};
use crate::time;

/// A node of the tree.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Observation {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) start: String,
    pub(crate) end: Option<String>,
    /// Microseconds since 1970.
    #[serde(skip)]
    pub(crate) times: (i64, Option<i64>),
    pub(crate) completion_start: Option<String>,
    pub(crate) level: &'static str,
    pub(crate) status_message: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) model_parameters: Map<String, Value>,
    pub(crate) usage: BTreeMap<String, u64>,
    pub(crate) cost: Option<BTreeMap<String, f64>>,
    pub(crate) cost_total: Option<f64>,
    pub(crate) cost_source: Option<String>,
    pub(crate) cost_hint: Option<String>,
    pub(crate) prompt_name: Option<String>,
    pub(crate) prompt_version: Option<i64>,
    pub(crate) version: Option<String>,
    pub(crate) environment: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) running: bool,
    pub(crate) input_size: usize,
    pub(crate) output_size: usize,
    pub(crate) input_preview: Option<String>,
    pub(crate) output_preview: Option<String>,
    pub(crate) events: Vec<Value>,
}

/// The observations of a trace in the order of their starts.
pub(crate) fn observations(db: &Connection, trace: i64, prices: &Prices) -> rusqlite::Result<Vec<Observation>> {
    let shared = full::shared(db, trace)?.unwrap_or_default();
    let rows = full::of_trace(db, trace, prices)?;
    Ok(rows.into_iter().map(|row| Observation::of(row, &shared)).collect())
}

impl Observation {
    fn of(mut row: Full, shared: &Shared) -> Self {
        let size = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let cost_total = row.total_cost();
        row.metadata.append(&mut row.surroundings);
        Self {
            running: row.end.is_none() && row.kind != Kind::Event && row.seen > time::now() - RUNNING,
            parent: row.parent,
            kind: row.kind.as_str(),
            name: row.name,
            start: time::iso_full(row.start),
            end: row.end.map(time::iso_full),
            times: (row.start, row.end),
            completion_start: row.completion_start.map(time::iso_full),
            level: row.level.as_str(),
            status_message: row.status_message,
            model: row.model,
            model_parameters: row.parameters,
            usage: row.usage,
            cost: (!row.cost.is_empty()).then_some(row.cost),
            cost_total,
            cost_source: row.cost_source,
            cost_hint: row.cost_hint,
            prompt_name: row.prompt_name,
            prompt_version: row.prompt_version,
            version: row.version.or_else(|| shared.version.clone()),
            environment: row.environment.unwrap_or_else(|| shared.environment.clone()),
            metadata: row.metadata,
            user: shared.user.clone(),
            session: shared.session.clone(),
            tags: shared.tags.clone(),
            input_size: size(&row.input),
            output_size: size(&row.output),
            input_preview: row.input.as_deref().map(preview),
            output_preview: row.output.as_deref().map(preview),
            events: row.events,
            id: row.id,
        }
    }
}
