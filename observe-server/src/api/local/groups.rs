//! Traces by session and by user: a row each, the latest first.

use axum::Json;
use axum::extract::{Query, State};
use rusqlite::types::Value as Bound;
use rusqlite::{Row, params_from_iter};
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::Asked;
use crate::query::Target;
use crate::time;

pub(crate) async fn sessions(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let columns = "group_concat(DISTINCT t.user), sum(t.latency), max(t.environment)";
    grouped(&app, asked, "session", columns, |row| {
        let users: Option<String> = row.get(7)?;
        let users: Vec<&str> = users.as_deref().map(|users| users.split(',').collect()).unwrap_or_default();
        Ok(json!({"users": users, "latency": time::millis(row.get(8)?), "environment": row.get::<_, Option<String>>(9)?}))
    })
    .await
}

pub(crate) async fn users(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let columns = "count(DISTINCT t.session), sum(t.errors > 0)";
    grouped(&app, asked, "user", columns, |row| {
        Ok(json!({"sessions": row.get::<_, i64>(7)?, "errors": row.get::<_, i64>(8)?}))
    })
    .await
}

/// A page of groups, each with the columns of all and those of its own.
async fn grouped(
    app: &App,
    asked: Asked,
    by: &'static str,
    columns: &'static str,
    own: fn(&Row<'_>) -> rusqlite::Result<Value>,
) -> Result<Json<Value>, Failure> {
    let finder = asked.finder(Target::Traces)?;
    let limit = asked.limit();
    let cursor = asked.cursor.as_deref().and_then(|cursor| serde_json::from_str::<(i64, String)>(cursor).ok());
    let answer = app.store.read(move |db| {
        let all = finder.all(db)?;
        let (from, mut values) = if finder.is_everything() {
            ("trace t".to_owned(), Vec::new())
        } else {
            (format!("({}) f CROSS JOIN trace t ON t.rid = f.rid", all.text), all.values)
        };
        let group = format!("FROM {from} WHERE t.{by} IS NOT NULL AND t.{by} <> '' GROUP BY t.{by}");
        let total: Option<i64> = match cursor {
            None => Some(db.prepare_cached(&format!("SELECT count(*) FROM (SELECT 1 {group})"))?.query_row(params_from_iter(&values), |row| row.get(0))?),
            Some(_) => None,
        };
        let mut behind = "";
        if let Some((last, key)) = cursor {
            behind = " HAVING (max(t.start), t.%) < (?, ?)";
            values.extend([Bound::from(last), Bound::from(key)]);
        }
        let text = format!(
            "SELECT t.{by}, count(*), min(t.start), max(t.start), sum(t.total_tokens), sum(t.cost), max(t.rid), {columns} {group}{} ORDER BY max(t.start) DESC, t.{by} DESC LIMIT {}",
            behind.replace('%', by),
            limit + 1
        );
        let mut rows: Vec<(i64, String, Value)> = db
            .prepare_cached(&text)?
            .query_map(params_from_iter(values), |row| {
                let (key, first, last): (String, i64, i64) = (row.get(0)?, row.get(2)?, row.get(3)?);
                let mut value = json!({
                    "id": key, "traces": row.get::<_, i64>(1)?, "first": time::iso(first), "last": time::iso(last),
                    "tokens": row.get::<_, i64>(4)?, "cost": row.get::<_, Option<f64>>(5)?,
                });
                if let (Some(value), Value::Object(own)) = (value.as_object_mut(), own(row)?) {
                    value.extend(own);
                }
                Ok((last, key, value))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let next = (rows.len() > limit).then(|| {
            rows.truncate(limit);
            rows.last().map(|(last, key, _)| json!([last, key]).to_string())
        });
        let rows: Vec<Value> = rows.into_iter().map(|(_, _, row)| row).collect();
        Ok(json!({"rows": rows, "next": next.flatten(), "total": total}))
    });
    Ok(Json(answer.await?))
}
