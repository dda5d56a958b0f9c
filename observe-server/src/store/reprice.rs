//! Sums follow prices: when the table has changed since costs were summed, they are summed again, in small steps. What is
//! shown of a single trace is computed at the prices of now anyway.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::Store;
use crate::price::{Prices, Used};
use crate::time;

const PERIOD: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);
/// Observations looked at in one transaction.
const STEP: i64 = 500;

/// Keeps the sums in step with the prices, as long as the program runs.
pub(crate) async fn follow(store: Store) {
    loop {
        if let Err(error) = once(&store, |_| ()).await {
            eprintln!("observe: costs could not be summed again: {error}");
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Brings the sums in step with the prices, and says as it goes of how many observations that is.
pub(crate) async fn once(store: &Store, mut done: impl FnMut(u64)) -> Result<(), String> {
    let prices = store.prices().current();
    let now = fingerprint(&prices);
    let known = store.read(|db| {
        db.query_row("SELECT value FROM setting WHERE key = 'prices'", [], |row| row.get::<_, i64>(0)).optional()
    });
    if known.await.map_err(|error| error.to_string())? == Some(now) {
        return Ok(());
    }
    let mut from = 0;
    loop {
        let next = store.read(move |db| {
            let sql = "SELECT max(rid) FROM (SELECT rid FROM obs WHERE rid > ? ORDER BY rid LIMIT ?)";
            db.query_row(sql, (from, STEP), |row| row.get::<_, Option<i64>>(0))
        });
        let Some(to) = next.await.map_err(|error| error.to_string())? else { break };
        let prices = prices.clone();
        store.run(move |db| reprice(db, from, to, &prices)).await?;
        done(u64::try_from(to - from).unwrap_or(0));
        from = to;
        tokio::time::sleep(PAUSE).await;
    }
    let run =
        move |db: &Connection| db.execute("INSERT OR REPLACE INTO setting VALUES ('prices', ?)", [now]).map(|_| ());
    store.run(run).await
}

fn fingerprint(prices: &Prices) -> i64 {
    let mut hasher = DefaultHasher::new();
    for priced in prices.models() {
        format!("{:?}", priced.model).hash(&mut hasher);
    }
    hasher.finish().cast_signed()
}

/// What an observation costs by the sums.
struct Row {
    rid: i64,
    trace: i64,
    hour: i64,
    model: String,
    old: [Option<f64>; 3],
    new: [Option<f64>; 3],
}

fn reprice(db: &Connection, from: i64, to: i64, prices: &Prices) -> rusqlite::Result<()> {
    let mut find = db.prepare_cached(
        "SELECT o.rid, o.trace, o.start, o.model, o.usage, i.parameters, i.metadata, o.input_cost, o.output_cost, o.total_cost
         FROM obs o JOIN io.io i ON i.rid = o.rid WHERE o.rid > ? AND o.rid <= ? AND o.model IS NOT NULL AND o.cost IS NULL",
    )?;
    let rows: Vec<Row> = find.query_map((from, to), |row| read(row, prices))?.collect::<rusqlite::Result<_>>()?;
    let mut traces: HashMap<i64, [f64; 3]> = HashMap::new();
    for row in rows.iter().filter(|row| row.old != row.new) {
        db.prepare_cached("UPDATE obs SET input_cost = ?, output_cost = ?, total_cost = ? WHERE rid = ?")?
            .execute(params![row.new[0].unwrap_or(0.0), row.new[1].unwrap_or(0.0), row.new[2], row.rid])?;
        let difference = |place: usize| row.new[place].unwrap_or(0.0) - row.old[place].unwrap_or(0.0);
        let sums = traces.entry(row.trace).or_default();
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum += difference(place);
        }
        db.prepare_cached("UPDATE hour SET cost = cost + ? WHERE hour = ? AND model = ?")?.execute(params![
            difference(2),
            row.hour,
            row.model
        ])?;
    }
    for (trace, [input, output, total]) in traces {
        db.prepare_cached(
            "UPDATE trace SET input_cost = input_cost + ?, output_cost = output_cost + ?, cost = coalesce(cost, 0) + ? WHERE rid = ?",
        )?
        .execute(params![input, output, total, trace])?;
    }
    Ok(())
}

fn read(row: &rusqlite::Row<'_>, prices: &Prices) -> rusqlite::Result<Row> {
    let map = |place: usize| -> rusqlite::Result<Map<String, Value>> {
        let text: Option<String> = row.get(place)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    };
    let usage: Vec<(String, u64)> =
        map(4)?.into_iter().filter_map(|(key, count)| Some((key, count.as_u64()?))).collect();
    let (parameters, metadata) = (map(5)?, map(6)?);
    let model: String = row.get(3)?;
    let cost = prices.cost(&Used {
        model: Some(&model),
        usage: &usage,
        provided: &[],
        parameters: &parameters,
        metadata: &metadata,
    });
    let side = |side: &str| {
        Some(cost.buckets.iter().filter(|(key, _)| key.contains(side)).map(|(_, cost)| *cost).sum::<f64>())
    };
    Ok(Row {
        rid: row.get(0)?,
        trace: row.get(1)?,
        hour: row.get::<_, i64>(2)? / time::HOUR,
        old: [row.get(7)?, row.get(8)?, row.get(9)?],
        new: [side("input"), side("output"), cost.total],
        model,
    })
}
