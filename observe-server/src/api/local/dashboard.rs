//! How things went over time, and what they were for.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use rusqlite::types::Value as Bound;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::Asked;
use super::given::Query;
use super::span::Span;
use crate::query::{Finder, Target};
use crate::time;

const PARTS: i64 = 60;
const RANKED: usize = 10;

pub(crate) async fn dashboard(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let finder = asked.finder(Target::Traces)?;
    let answer = app.store.read(move |db| {
        let Some(span) = Span::of(db, &finder, PARTS)? else { return Ok(None) };
        let found = Found::of(db, &finder)?;
        let (series, names, users) = pass(db, &found, span)?;
        let models = if finder.is_everything() { models_of_all(db)? } else { models(db, &found)? };
        let by = json!({"model": models, "name": names, "user": users});
        Ok(Some((span, series, by)))
    });
    let Some((span, series, by)) = answer.await? else {
        let now = time::iso(time::now());
        let none = json!({"traces": [], "errors": [], "p50": [], "p95": [], "p99": [], "tokens": [], "cost": []});
        return Ok(Json(
            json!({"from": now, "to": now, "step": 0, "series": none, "starts": [], "by": {"model": [], "name": [], "user": []}}),
        ));
    };
    let starts: Vec<String> = span.starts().map(time::iso).collect();
    Ok(Json(json!({
        "from": time::iso(span.from), "to": time::iso(span.to()), "step": time::millis(span.step),
        "series": series, "starts": starts, "by": by,
    })))
}

/// The traces that are found, as `t`.
struct Found {
    from: String,
    values: Vec<Bound>,
}

impl Found {
    fn of(db: &Connection, finder: &Finder) -> rusqlite::Result<Self> {
        if finder.is_everything() {
            return Ok(Self { from: "trace t".to_owned(), values: Vec::new() });
        }
        let all = finder.all(db)?;
        Ok(Self { from: format!("({}) f CROSS JOIN trace t ON t.rid = f.rid", all.text), values: all.values })
    }
}

/// What is counted and measured in one part of the time.
#[derive(Clone, Debug, Default)]
struct Part {
    traces: u64,
    errors: u64,
    tokens: i64,
    cost: f64,
    latencies: Vec<i64>,
}

impl Part {
    /// The latency that a share of the traces does not exceed.
    fn percentile(&self, share: f64) -> Option<f64> {
        let last = self.latencies.len().checked_sub(1)?;
        let at = (share * last as f64).round() as usize;
        self.latencies.get(at).map(|latency| time::millis(*latency))
    }
}

/// Everything that one pass over the traces can tell: what was when, and the sums by name and by user.
fn pass(db: &Connection, found: &Found, span: Span) -> rusqlite::Result<(Value, Vec<Value>, Vec<Value>)> {
    let mut parts = span.each(Part::default());
    let (mut names, mut users) = (HashMap::<String, Ranked>::new(), HashMap::new());
    let text = format!(
        "SELECT {}, t.latency, t.errors > 0, t.total_tokens, t.cost, t.observations, t.name, t.user FROM {}",
        span.sql("t.start"),
        found.from
    );
    let mut rows = db.prepare_cached(&text)?;
    let mut rows = rows.query(params_from_iter(&found.values))?;
    while let Some(row) = rows.next()? {
        let (part, tokens, observations): (i64, i64, i64) = (row.get(0)?, row.get(3)?, row.get(5)?);
        let cost: Option<f64> = row.get(4)?;
        for (sums, column) in [(&mut names, 6), (&mut users, 7)] {
            let Some(key) = row.get_ref(column)?.as_str_or_null()? else { continue };
            if !sums.contains_key(key) {
                sums.insert(key.to_owned(), Ranked { key: key.to_owned(), ..Ranked::default() });
            }
            if let Some(sum) = sums.get_mut(key) {
                sum.observations += observations;
                sum.tokens += tokens;
                sum.cost = cost.map_or(sum.cost, |cost| Some(sum.cost.unwrap_or(0.0) + cost));
            }
        }
        let Some(part) = usize::try_from(part).ok().and_then(|part| parts.get_mut(part)) else { continue };
        part.traces += 1;
        part.latencies.push(row.get(1)?);
        part.errors += u64::from(row.get::<_, bool>(2)?);
        part.tokens += tokens;
        part.cost += cost.unwrap_or(0.0);
    }
    Ok((series(parts), first(names.into_values().collect()), first(users.into_values().collect())))
}

fn series(mut parts: Vec<Part>) -> Value {
    for part in &mut parts {
        part.latencies.sort_unstable();
    }
    let each = |value: &dyn Fn(&Part) -> Value| -> Vec<Value> { parts.iter().map(value).collect() };
    json!({
        "traces": each(&|part| part.traces.into()),
        "errors": each(&|part| part.errors.into()),
        "p50": each(&|part| part.percentile(0.5).into()),
        "p95": each(&|part| part.percentile(0.95).into()),
        "p99": each(&|part| part.percentile(0.99).into()),
        "tokens": each(&|part| part.tokens.into()),
        "cost": each(&|part| part.cost.into()),
    })
}

fn models(db: &Connection, found: &Found) -> rusqlite::Result<Vec<Value>> {
    let rows = format!(
        "SELECT o.model AS key, count(*) AS observations, sum(o.total_tokens) AS tokens, sum(o.total_cost) AS cost
         FROM {} CROSS JOIN obs o ON o.trace = t.rid WHERE o.model IS NOT NULL GROUP BY 1",
        found.from
    );
    top(db, &rows, &found.values)
}

/// Without a query the sums of each hour say the same.
fn models_of_all(db: &Connection) -> rusqlite::Result<Vec<Value>> {
    let rows = "SELECT model AS key, sum(observations) AS observations, sum(tokens) AS tokens, sum(cost) AS cost
                FROM hour WHERE model <> '' GROUP BY 1";
    top(db, rows, &[])
}

/// What one key stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Ranked {
    key: String,
    observations: i64,
    tokens: i64,
    cost: Option<f64>,
}

fn top(db: &Connection, rows: &str, values: &[Bound]) -> rusqlite::Result<Vec<Value>> {
    let mut find = db.prepare_cached(rows)?;
    let all = find.query_map(params_from_iter(values), |row| {
        Ok(Ranked { key: row.get(0)?, observations: row.get(1)?, tokens: row.get(2)?, cost: row.get(3)? })
    })?;
    Ok(first(all.collect::<rusqlite::Result<_>>()?))
}

/// The first by cost, by tokens and by count, each in it once.
fn first(mut all: Vec<Ranked>) -> Vec<Value> {
    let mut chosen: Vec<Ranked> = Vec::new();
    let orders: [fn(&Ranked) -> f64; 3] =
        [|row| row.cost.unwrap_or(0.0), |row| time::float(row.tokens), |row| time::float(row.observations)];
    for order in orders {
        all.sort_by(|a, b| order(b).total_cmp(&order(a)).then_with(|| a.key.cmp(&b.key)));
        let more: Vec<Ranked> = all.iter().take(RANKED).filter(|row| !chosen.contains(row)).cloned().collect();
        chosen.extend(more);
    }
    chosen.into_iter().map(|row| json!(row)).collect()
}
