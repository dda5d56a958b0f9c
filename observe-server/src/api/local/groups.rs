//! Traces by session and by user: a row each, the latest first.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use rusqlite::types::Value as Bound;
use rusqlite::{Connection, Row, params_from_iter};
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::Asked;
use super::given::Query;
use crate::query::{Finder, Target};
use crate::time;

pub(crate) async fn sessions(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let columns = "json_group_array(DISTINCT t.user) FILTER (WHERE t.user <> ''), sum(t.latency), max(t.environment)";
    grouped(&app, asked, "session", columns, |row| {
        let users: Vec<String> = serde_json::from_str(row.get_ref(6)?.as_str()?).unwrap_or_default();
        Ok(json!({"users": users, "latency": time::millis(row.get(7)?), "environment": row.get::<_, Option<String>>(8)?}))
    })
    .await
}

pub(crate) async fn users(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let columns = "count(DISTINCT t.session), sum(t.errors > 0)";
    grouped(&app, asked, "user", columns, |row| {
        Ok(json!({"sessions": row.get::<_, i64>(6)?, "errors": row.get::<_, i64>(7)?}))
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
        let found = Found::of(db, &finder, by)?;
        let mut groups = found.groups(db)?;
        let total = cursor.is_none().then_some(groups.len());
        if let Some(cursor) = cursor {
            groups.retain(|group| *group < cursor);
        }
        let next = (groups.len() > limit).then(|| {
            groups.select_nth_unstable_by(limit - 1, |a, b| b.cmp(a));
            groups.truncate(limit);
            groups.last().map(|(last, key)| json!([last, key]).to_string())
        });
        groups.sort_unstable_by(|a, b| b.cmp(a));
        let rows = found.rows(db, &groups, columns, own)?;
        Ok(json!({"rows": rows, "next": next.flatten(), "total": total}))
    });
    Ok(Json(answer.await?))
}

/// The traces that are found and belong to some group.
struct Found {
    by: &'static str,
    /// `FROM .. WHERE ..`, with traces as `t`.
    text: String,
    values: Vec<Bound>,
}

impl Found {
    fn of(db: &Connection, finder: &Finder, by: &'static str) -> rusqlite::Result<Self> {
        let (from, values) = if finder.is_everything() {
            ("trace t".to_owned(), Vec::new())
        } else {
            let all = finder.all(db)?;
            (format!("({}) f CROSS JOIN trace t ON t.rid = f.rid", all.text), all.values)
        };
        Ok(Self { by, text: format!("FROM {from} WHERE t.{by} IS NOT NULL AND t.{by} <> ''"), values })
    }

    /// When the last trace of each group began, and the group.
    fn groups(&self, db: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
        db.prepare_cached(&format!("SELECT max(t.start), t.{by} {} GROUP BY t.{by}", self.text, by = self.by))?
            .query_map(params_from_iter(&self.values), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    /// The rows of these groups, in their order. Only their traces are summed up.
    fn rows(
        &self,
        db: &Connection,
        groups: &[(i64, String)],
        columns: &str,
        own: fn(&Row<'_>) -> rusqlite::Result<Value>,
    ) -> rusqlite::Result<Vec<Value>> {
        let keys: Vec<&str> = groups.iter().map(|(_, key)| key.as_str()).collect();
        let values = self.values.iter().cloned().chain([Bound::from(json!(keys).to_string())]);
        let text = format!(
            "SELECT t.{by}, count(*), min(t.start), max(t.start), sum(t.total_tokens), sum(t.cost), {columns} {}
             AND t.{by} IN (SELECT value FROM json_each(?)) GROUP BY t.{by}",
            self.text,
            by = self.by
        );
        let mut rows: HashMap<String, Value> = db
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
                Ok((key, value))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(keys.into_iter().filter_map(|key| rows.remove(key)).collect())
    }
}
