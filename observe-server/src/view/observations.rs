//! Observations with everything but their payloads.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{Kind, Level};
use crate::price::{Prices, Used};
use crate::store::preview;
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
    pub(crate) environment: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) running: bool,
    pub(crate) input_size: i64,
    pub(crate) output_size: i64,
    pub(crate) input_preview: Option<String>,
    pub(crate) output_preview: Option<String>,
    pub(crate) events: Vec<Value>,
}

/// Of a trace no more are shown.
const MOST: i64 = 50_000;

/// The observations of a trace in the order of their starts. Costs are computed with the prices of now.
pub(crate) fn observations(db: &Connection, trace: i64, prices: &Prices) -> rusqlite::Result<Vec<Observation>> {
    db.prepare_cached(
        "SELECT o.id, o.parent, o.kind, o.name, o.start, o.end, o.completion_start, o.level, o.status_message, o.model, o.usage,
         o.cost, o.prompt_name, o.prompt_version, o.version, o.environment, o.input_size, o.output_size, o.seen,
         i.metadata, i.surroundings, i.parameters, i.events, i.input, i.output
         FROM obs o LEFT JOIN io.io i ON i.rid = o.rid WHERE o.trace = ? ORDER BY o.start, o.rid LIMIT ?",
    )?
    .query_map((trace, MOST), |row| from_row(row, prices))?
    .collect()
}

pub(super) fn json<T: serde::de::DeserializeOwned + Default>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn from_row(row: &Row<'_>, prices: &Prices) -> rusqlite::Result<Observation> {
    let usage: BTreeMap<String, u64> = json(row, "usage")?;
    let provided: BTreeMap<String, f64> = json(row, "cost")?;
    let parameters: Map<String, Value> = json(row, "parameters")?;
    let mut metadata: Map<String, Value> = json(row, "metadata")?;
    let model: Option<String> = row.get("model")?;
    let counts: Vec<(String, u64)> = usage.iter().map(|(key, count)| (key.clone(), *count)).collect();
    let provided: Vec<(String, f64)> = provided.into_iter().collect();
    let cost = prices.cost(&Used {
        model: model.as_deref(),
        usage: &counts,
        provided: &provided,
        parameters: &parameters,
        metadata: &metadata,
    });
    metadata.extend(json::<Map<String, Value>>(row, "surroundings")?);
    let (start, end): (i64, Option<i64>) = (row.get("start")?, row.get("end")?);
    let kind = row.get::<_, Option<i64>>("kind")?.map_or(Kind::Span, Kind::from_code);
    let text = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.as_deref().map(preview));
    Ok(Observation {
        id: row.get("id")?,
        parent: row.get("parent")?,
        kind: kind.as_str(),
        name: row.get("name")?,
        start: time::iso_full(start),
        end: end.map(time::iso_full),
        times: (start, end),
        completion_start: row.get::<_, Option<i64>>("completion_start")?.map(time::iso_full),
        level: row.get::<_, Option<i64>>("level")?.map_or(Level::Default, Level::from_code).as_str(),
        status_message: row.get("status_message")?,
        model,
        model_parameters: parameters,
        usage,
        cost: (!cost.buckets.is_empty()).then(|| cost.buckets.into_iter().collect()),
        cost_total: cost.total,
        cost_source: cost.source.map(|source| source.to_string()),
        cost_hint: cost.hint,
        prompt_name: row.get("prompt_name")?,
        prompt_version: row.get("prompt_version")?,
        version: row.get("version")?,
        environment: row.get("environment")?,
        metadata,
        user: None,
        session: None,
        tags: Vec::new(),
        running: false,
        input_size: row.get::<_, Option<i64>>("input_size")?.unwrap_or(0),
        output_size: row.get::<_, Option<i64>>("output_size")?.unwrap_or(0),
        input_preview: text("input")?,
        output_preview: text("output")?,
        events: json(row, "events")?,
    })
}
