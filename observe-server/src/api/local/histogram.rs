//! How many traces when, and how many of them failed.

use axum::Json;
use axum::extract::State;
use rusqlite::params_from_iter;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::given::Query;
use super::span::Span;
use crate::query::{self, Finder, Target};
use crate::time;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    buckets: Option<i64>,
}

pub(crate) async fn histogram(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let finder = Finder::new(&query::parse(&asked.q)?, Target::Traces, None);
    let found = app.store.read(move |db| {
        let Some(span) = Span::of(db, &finder, asked.buckets.unwrap_or(60))? else { return Ok(None) };
        let all = finder.all(db)?;
        let from = if finder.is_everything() {
            "trace t".to_owned()
        } else {
            format!("({}) f CROSS JOIN trace t ON t.rid = f.rid", all.text)
        };
        let values = if finder.is_everything() { Vec::new() } else { all.values };
        let text = format!("SELECT {}, count(*), sum(t.errors > 0) FROM {from} GROUP BY 1", span.sql("t.start"));
        let mut counts = span.each((0_i64, 0_i64));
        let mut rows = db.prepare_cached(&text)?;
        let mut rows = rows.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let part: i64 = row.get(0)?;
            if let Some(count) = usize::try_from(part).ok().and_then(|part| counts.get_mut(part)) {
                *count = (row.get(1)?, row.get(2)?);
            }
        }
        Ok(Some((span, counts)))
    });
    let Some((span, counts)) = found.await? else {
        let now = time::iso(time::now());
        return Ok(Json(json!({"from": now, "to": now, "step": 0, "buckets": []})));
    };
    let buckets: Vec<Value> = span
        .starts()
        .zip(counts)
        .map(|(start, (count, errors))| json!({"start": time::iso(start), "count": count, "errors": errors}))
        .collect();
    Ok(Json(
        json!({"from": time::iso(span.from), "to": time::iso(span.to()), "step": time::millis(span.step), "buckets": buckets}),
    ))
}
