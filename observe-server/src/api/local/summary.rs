//! Scores by name: how many, how they are distributed, how they went.

use axum::Json;
use axum::extract::State;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::Asked;
use super::given::Query;
use super::span::Span;
use crate::query::{Finder, Target};
use crate::time;

const NAMES: usize = 50;
const BUCKETS: usize = 12;
const PARTS: i64 = 40;
const CATEGORIES: usize = 12;

pub(crate) async fn summary(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let finder = asked.finder(Target::Traces)?;
    let names = app.store.read(move |db| {
        let Some(span) = Span::of(db, &finder, PARTS)? else { return Ok(Vec::new()) };
        let source = Source::of(db, &finder)?;
        let names: Vec<(String, String, i64, Option<f64>)> = source.rows(
            db,
            &format!("SELECT s.name, max(s.data_type), count(*), avg(s.value) {{}} GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT {NAMES}"),
            None,
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        names.into_iter().map(|(name, kind, count, mean)| {
            let is_text = kind == "CATEGORICAL";
            Ok(json!({
                "name": name, "dataType": kind, "count": count, "mean": if is_text { None } else { mean },
                "histogram": if kind == "NUMERIC" { Some(distribution(db, &source, &name)?) } else { None },
                "values": if kind == "NUMERIC" { None } else { Some(values(db, &source, &name)?) },
                "trend": trend(db, &source, &name, span)?,
            }))
        }).collect::<rusqlite::Result<Vec<Value>>>()
    });
    Ok(Json(json!({"names": names.await?})))
}

/// The scores on the traces that are found: `FROM .. WHERE ..`, with scores as `s`.
struct Source {
    text: String,
    values: Vec<rusqlite::types::Value>,
}

impl Source {
    fn of(db: &Connection, finder: &Finder) -> rusqlite::Result<Self> {
        if finder.is_everything() {
            return Ok(Self { text: "FROM score s WHERE s.trace IS NOT NULL".to_owned(), values: Vec::new() });
        }
        let all = finder.all(db)?;
        let text = format!(
            "FROM ({}) f CROSS JOIN trace t ON t.rid = f.rid CROSS JOIN score s ON s.trace = t.id WHERE 1",
            all.text
        );
        Ok(Self { text, values: all.values })
    }

    /// Runs a query in which `{}` stands for the source, for one name if there is one.
    fn rows<T>(
        &self,
        db: &Connection,
        query: &str,
        name: Option<&str>,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let mut values = self.values.clone();
        values.extend(name.map(|name| name.to_owned().into()));
        let source = format!("{}{}", self.text, if name.is_some() { " AND s.name = ?" } else { "" });
        db.prepare_cached(&query.replace("{}", &source))?.query_map(params_from_iter(values), read)?.collect()
    }
}

/// Even buckets: from 0 to 1 where everything lies there, else from the least to the greatest.
fn distribution(db: &Connection, source: &Source, name: &str) -> rusqlite::Result<Vec<Value>> {
    let numbers: Vec<f64> =
        source.rows(db, "SELECT s.value {} AND s.value IS NOT NULL LIMIT 1000000", Some(name), |row| row.get(0))?;
    let (least, most) = numbers
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), number| (least.min(*number), most.max(*number)));
    if least > most {
        return Ok(Vec::new());
    }
    let (from, to) = if least >= 0.0 && most <= 1.0 {
        (0.0, 1.0)
    } else if least < most {
        (least, most)
    } else {
        (least - 0.5, least + 0.5)
    };
    let buckets = if to - from == 1.0 { 10 } else { BUCKETS };
    let step = (to - from) / buckets as f64;
    let mut counts = vec![0_u64; buckets];
    for number in numbers {
        counts[(((number - from) / step) as usize).min(buckets - 1)] += 1;
    }
    let edge = |i: usize| ((from + step * i as f64) * 1e6).round() / 1e6;
    Ok(counts
        .into_iter()
        .enumerate()
        .map(|(i, count)| json!({"from": edge(i), "to": edge(i + 1), "count": count}))
        .collect())
}

fn values(db: &Connection, source: &Source, name: &str) -> rusqlite::Result<Vec<Value>> {
    let query = format!(
        "SELECT coalesce(s.text, CASE s.value WHEN 1 THEN 'true' WHEN 0 THEN 'false' END, ''), count(*) {{}} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {CATEGORIES}"
    );
    source.rows(db, &query, Some(name), |row| {
        Ok(json!({"value": row.get::<_, String>(0)?, "count": row.get::<_, i64>(1)?}))
    })
}

fn trend(db: &Connection, source: &Source, name: &str, span: Span) -> rusqlite::Result<Vec<Value>> {
    // A score is given later than its trace began: the last part takes what lies behind it.
    let part = format!("max(0, min({}, {}))", span.parts - 1, span.sql("s.time"));
    let query = format!("SELECT {part}, avg(s.value), count(*) {{}} GROUP BY 1");
    let rows: Vec<(i64, Option<f64>, i64)> =
        source.rows(db, &query, Some(name), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut parts = span.each((None, 0));
    for (part, mean, count) in rows {
        if let Some(place) = usize::try_from(part).ok().and_then(|part| parts.get_mut(part)) {
            *place = (mean, count);
        }
    }
    Ok(span
        .starts()
        .zip(parts)
        .map(|(start, (mean, count))| json!({"start": time::iso(start), "mean": mean, "count": count}))
        .collect())
}
