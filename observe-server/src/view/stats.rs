//! Sums over traces.

use rusqlite::{Connection, Row, params_from_iter};
use serde::Serialize;

use super::Tokens;
use crate::query::Sql;
use crate::time;

/// How many names and models are told apart.
const MOST: usize = 20;

/// What traces come to. Durations are milliseconds, costs US dollars.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    pub(crate) traces: i64,
    pub(crate) observations: i64,
    /// Traces with an error in them.
    pub(crate) failed: i64,
    pub(crate) users: i64,
    pub(crate) sessions: i64,
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    pub(crate) tokens: Tokens,
    pub(crate) cost: f64,
    pub(crate) latency: Latency,
    pub(crate) names: Vec<Part>,
    pub(crate) models: Vec<Part>,
    pub(crate) scores: Vec<Mean>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

/// Traces of one name, or observations of one model.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) key: String,
    pub(crate) count: i64,
    pub(crate) failed: i64,
    /// Milliseconds, on average.
    pub(crate) latency: f64,
    pub(crate) tokens: i64,
    pub(crate) cost: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Mean {
    pub(crate) name: String,
    pub(crate) count: i64,
    /// Of numbers; none of words.
    pub(crate) mean: Option<f64>,
}

/// The sums over the traces that `selected` selects: `SELECT .. AS rid`.
pub(crate) fn stats(db: &Connection, selected: &Sql) -> rusqlite::Result<Stats> {
    db.execute_batch("DROP TABLE IF EXISTS temp.chosen; CREATE TEMP TABLE chosen(rid INTEGER PRIMARY KEY)")?;
    db.prepare(&format!("INSERT OR IGNORE INTO chosen SELECT rid FROM ({})", selected.text))?
        .execute(params_from_iter(&selected.values))?;
    let stats = of_chosen(db);
    db.execute_batch("DROP TABLE temp.chosen")?;
    stats
}

fn of_chosen(db: &Connection) -> rusqlite::Result<Stats> {
    let mut stats = db.query_row(
        "SELECT count(*), coalesce(sum(observations), 0), coalesce(sum(errors > 0), 0), count(DISTINCT user),
         count(DISTINCT session), min(start), max(start), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
         coalesce(sum(total_tokens), 0), coalesce(sum(cost), 0.0) FROM chosen JOIN trace USING (rid)",
        [],
        |row| {
            Ok(Stats {
                traces: row.get(0)?,
                observations: row.get(1)?,
                failed: row.get(2)?,
                users: row.get(3)?,
                sessions: row.get(4)?,
                first: row.get::<_, Option<i64>>(5)?.map(time::iso),
                last: row.get::<_, Option<i64>>(6)?.map(time::iso),
                tokens: Tokens { input: row.get(7)?, output: row.get(8)?, total: row.get(9)? },
                cost: row.get(10)?,
                latency: Latency::default(),
                names: Vec::new(),
                models: Vec::new(),
                scores: Vec::new(),
            })
        },
    )?;
    stats.latency = latency(db)?;
    let parts =
        |sql: &str| db.prepare(&format!("{sql} LIMIT {MOST}"))?.query_map([], part)?.collect::<Result<Vec<_>, _>>();
    stats.names = parts(
        "SELECT coalesce(name, ''), count(*), sum(errors > 0), avg(latency), sum(total_tokens), coalesce(sum(cost), 0.0)
         FROM chosen JOIN trace USING (rid) GROUP BY 1 ORDER BY 2 DESC, 1",
    )?;
    stats.models = parts(
        "SELECT model, count(*), sum(level = 3), avg(max(coalesce(o.end, o.start) - o.start, 0)), sum(total_tokens),
         coalesce(sum(total_cost), 0.0) FROM chosen JOIN obs o ON o.trace = chosen.rid WHERE model IS NOT NULL
         GROUP BY 1 ORDER BY 6 DESC, 2 DESC, 1",
    )?;
    stats.scores = db
        .prepare(&format!(
            "SELECT score.name, count(*), avg(CASE WHEN data_type IN ('NUMERIC', 'BOOLEAN') THEN value END)
             FROM chosen JOIN trace USING (rid) JOIN score ON score.trace = trace.id GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}"
        ))?
        .query_map([], |row| Ok(Mean { name: row.get(0)?, count: row.get(1)?, mean: row.get(2)? }))?
        .collect::<Result<_, _>>()?;
    Ok(stats)
}

fn part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        key: row.get(0)?,
        count: row.get(1)?,
        failed: row.get(2)?,
        latency: row.get::<_, f64>(3)? / 1000.0,
        tokens: row.get(4)?,
        cost: row.get(5)?,
    })
}

fn latency(db: &Connection) -> rusqlite::Result<Latency> {
    let mut sorted: Vec<i64> = db
        .prepare("SELECT latency FROM chosen JOIN trace USING (rid)")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    sorted.sort_unstable();
    // The smallest that so many are not above.
    let at = |percent: usize| {
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().map_or(0.0, time::millis)
    };
    Ok(Latency { p50: at(50), p95: at(95), p99: at(99) })
}
