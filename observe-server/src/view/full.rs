//! An observation with all that is stored of it, its cost at the prices of now.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Map, Value};

use crate::model::{Kind, Level};
use crate::price::{Prices, Used};

/// A row of the observations. Times are microseconds since 1970, costs US dollars.
#[derive(Clone, Debug)]
pub(crate) struct Full {
    pub(crate) trace: i64,
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) completion_start: Option<i64>,
    pub(crate) level: Level,
    pub(crate) status_message: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) parameters: Map<String, Value>,
    pub(crate) usage: BTreeMap<String, u64>,
    /// By bucket, with `total` where there is one.
    pub(crate) cost: BTreeMap<String, f64>,
    pub(crate) cost_source: Option<String>,
    pub(crate) cost_hint: Option<String>,
    pub(crate) prompt_name: Option<String>,
    pub(crate) prompt_version: Option<i64>,
    pub(crate) version: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) is_app_root: bool,
    pub(crate) seen: i64,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) surroundings: Map<String, Value>,
    pub(crate) events: Vec<Value>,
}

impl Full {
    pub(crate) fn total_cost(&self) -> Option<f64> {
        self.cost.get(TOTAL).copied()
    }
}

/// What an observation shares with its trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) environment: String,
    pub(crate) release: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) public: bool,
    pub(crate) bookmarked: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) metadata: Map<String, Value>,
}

const TOTAL: &str = "total";

const SELECT: &str = "SELECT o.rid, o.trace, o.id, o.parent, o.kind, o.name, o.start, o.end, o.completion_start, o.level, o.status_message,
    o.model, o.usage, o.cost, o.prompt_name, o.prompt_version, o.version, o.environment, o.is_app_root, o.seen,
    i.input, i.output, i.metadata, i.surroundings, i.parameters, i.events
    FROM obs o LEFT JOIN io.io i ON i.rid = o.rid";

/// Of a trace no more are shown.
const MOST: i64 = 50_000;

/// The observations of a trace in the order of their starts.
pub(crate) fn of_trace(db: &Connection, trace: i64, prices: &Prices) -> rusqlite::Result<Vec<Full>> {
    db.prepare_cached(&format!("{SELECT} WHERE o.trace = ? ORDER BY o.start, o.rid LIMIT ?"))?
        .query_map((trace, MOST), |row| from_row(row, prices))?
        .collect()
}

/// The observations with these row ids, in this order, each with what it shares with its trace. What is gone is left out.
pub(crate) fn with_shared(db: &Connection, rids: &[i64], prices: &Prices) -> rusqlite::Result<Vec<(Full, Rc<Shared>)>> {
    let mut find = db.prepare_cached(&format!("{SELECT} WHERE o.rid = ?"))?;
    let mut known: HashMap<i64, Rc<Shared>> = HashMap::new();
    let mut rows = Vec::with_capacity(rids.len());
    for rid in rids {
        let Some(full) = find.query_row([rid], |row| from_row(row, prices)).optional()? else { continue };
        let shared = match known.get(&full.trace) {
            Some(shared) => shared.clone(),
            None => {
                let shared = Rc::new(shared(db, full.trace)?.unwrap_or_default());
                known.insert(full.trace, shared.clone());
                shared
            }
        };
        rows.push((full, shared));
    }
    Ok(rows)
}

pub(crate) fn shared(db: &Connection, trace: i64) -> rusqlite::Result<Option<Shared>> {
    db.prepare_cached(
        "SELECT t.id, t.name, t.user, t.session, t.environment, t.release, t.version, t.public, t.bookmarked, d.tags, d.metadata
         FROM trace t JOIN detail d ON d.rid = t.rid WHERE t.rid = ?",
    )?
    .query_row([trace], |row| {
        Ok(Shared {
            id: row.get(0)?,
            name: row.get(1)?,
            user: row.get(2)?,
            session: row.get(3)?,
            environment: row.get::<_, Option<String>>(4)?.unwrap_or_else(|| "default".to_owned()),
            release: row.get(5)?,
            version: row.get(6)?,
            public: row.get(7)?,
            bookmarked: row.get(8)?,
            tags: json(row, "tags")?,
            metadata: json(row, "metadata")?,
        })
    })
    .optional()
}

fn json<T: serde::de::DeserializeOwned + Default>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn from_row(row: &Row<'_>, prices: &Prices) -> rusqlite::Result<Full> {
    let usage: BTreeMap<String, u64> = json(row, "usage")?;
    let provided: BTreeMap<String, f64> = json(row, "cost")?;
    let parameters: Map<String, Value> = json(row, "parameters")?;
    let metadata: Map<String, Value> = json(row, "metadata")?;
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
    let total = cost.total.map(|total| (TOTAL.to_owned(), total));
    Ok(Full {
        trace: row.get("trace")?,
        id: row.get("id")?,
        parent: row.get("parent")?,
        kind: row.get::<_, Option<i64>>("kind")?.map_or(Kind::Span, Kind::from_code),
        name: row.get("name")?,
        start: row.get("start")?,
        end: row.get("end")?,
        completion_start: row.get("completion_start")?,
        level: row.get::<_, Option<i64>>("level")?.map_or(Level::Default, Level::from_code),
        status_message: row.get("status_message")?,
        model,
        parameters,
        usage,
        cost: cost.buckets.into_iter().chain(total).collect(),
        cost_source: cost.source.map(|source| source.to_string()),
        cost_hint: cost.hint,
        prompt_name: row.get("prompt_name")?,
        prompt_version: row.get("prompt_version")?,
        version: row.get("version")?,
        environment: row.get("environment")?,
        is_app_root: row.get("is_app_root")?,
        seen: row.get("seen")?,
        input: row.get("input")?,
        output: row.get("output")?,
        metadata,
        surroundings: json(row, "surroundings")?,
        events: json(row, "events")?,
    })
}
