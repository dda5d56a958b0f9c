//! Traces and sessions as the older API has them.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use super::super::App;
use super::super::body::whole;
use super::answer::{Answer, Refusal, ok};
use super::observations::{meta, older_shape};
use super::params::{PROJECT, Params};
use super::scores;
use crate::price::Prices;
use crate::query::{Conditions, Finder, Target, parse};
use crate::store::delete_trace;
use crate::time;
use crate::view::{full, rid_of, trace_payload};

const FIELDS: &[(&str, &str)] = &[
    ("userId", "userId"),
    ("name", "name"),
    ("sessionId", "sessionId"),
    ("tags", "tags"),
    ("version", "version"),
    ("release", "release"),
    ("environment", "environment"),
];

/// `GET /api/public/traces`
pub(super) async fn list(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    let (page, limit) = (params.number("page", 1, 100_000)?, params.number("limit", 50, 100)?);
    let conditions = params.conditions(FIELDS, ("fromTimestamp", "toTimestamp"))?;
    let mut query = conditions.query();
    if let Some(order) = params.filled("orderBy") {
        let (column, direction) = order.split_once('.').unwrap_or((order, "asc"));
        let minus = if direction.eq_ignore_ascii_case("desc") { "-" } else { "" };
        query.sort =
            parse(&format!("sort:{minus}{column}")).map_err(|error| Refusal::parameter(error.to_string()))?.sort;
    }
    let fields = params.all("fields");
    let finder = Finder::new(&query, Target::Traces, None);
    let prices = app.store.prices().current();
    let (rows, total) = app
        .store
        .read(move |db| {
            let (rids, total) = finder.numbered(db, page, limit)?;
            let rows: rusqlite::Result<Vec<Option<Value>>> =
                rids.iter().map(|rid| shape(db, *rid, &fields, false, &prices)).collect();
            Ok((rows?.into_iter().flatten().collect::<Vec<Value>>(), total))
        })
        .await?;
    ok(json!({"data": rows, "meta": meta(page, limit, total)}))
}

/// `GET /api/public/traces/{id}`
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>, uri: Uri) -> Answer {
    let fields = Params::of(&uri).all("fields");
    let prices = app.store.prices().current();
    let found = app
        .store
        .read(move |db| match rid_of(db, &id)? {
            Some(rid) => shape(db, rid, &fields, true, &prices),
            None => Ok(None),
        })
        .await?;
    found.map_or_else(|| Err(Refusal::missing("Trace")), ok)
}

/// `DELETE /api/public/traces/{id}`
pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>) -> Answer {
    app.store.run(move |db| delete_trace(db, &id)).await.map_err(Refusal::failed)?;
    ok(json!({"message": "Trace deletion queued successfully"}))
}

/// `DELETE /api/public/traces`
pub(super) async fn delete_many(State(app): State<App>, headers: HeaderMap, body: Body) -> Answer {
    let whole = whole(&headers, body, 1 << 20, &app.room).await?;
    let body: Value = serde_json::from_slice(&whole.bytes).unwrap_or_default();
    let Some(list) = body.get("traceIds").and_then(Value::as_array) else {
        return Err(Refusal::parameter("traceIds must be a list of ids"));
    };
    let ids: Vec<String> = list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let run = move |db: &Connection| ids.iter().try_for_each(|id| delete_trace(db, id));
    app.store.run(run).await.map_err(Refusal::failed)?;
    ok(json!({"message": "Traces deleted successfully"}))
}

fn shape(
    db: &Connection,
    rid: i64,
    fields: &[String],
    is_single: bool,
    prices: &Prices,
) -> rusqlite::Result<Option<Value>> {
    let has = |group: &str| fields.is_empty() || fields.iter().any(|known| known == group);
    let Some(shared) = full::shared(db, rid)? else { return Ok(None) };
    let (start, latency, cost, seen): (i64, i64, Option<f64>, i64) = db
        .prepare_cached("SELECT start, latency, cost, seen FROM trace WHERE rid = ?")?
        .query_row([rid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut out = json!({
        "id": shared.id,
        "projectId": PROJECT,
        "externalId": null,
        "timestamp": time::iso(start),
        "name": shared.name,
        "userId": shared.user,
        "sessionId": shared.session,
        "release": shared.release,
        "version": shared.version,
        "environment": shared.environment,
        "public": shared.public,
        "bookmarked": shared.bookmarked,
        "tags": shared.tags,
        "createdAt": time::iso(seen),
        "updatedAt": time::iso(seen),
        "htmlPath": format!("/project/{PROJECT}/traces/{}", shared.id),
    });
    if has("io") {
        let payload = trace_payload(db, rid)?;
        out["input"] = payload.input.into();
        out["output"] = payload.output.into();
        out["metadata"] = shared.metadata.clone().into();
    }
    let measured = has("metrics");
    out["totalCost"] = if measured { json!(cost.unwrap_or(0.0)) } else { json!(-1) };
    out["latency"] = if measured { json!(time::seconds(latency)) } else { json!(-1) };
    let ids = |sql: &str| -> rusqlite::Result<Vec<String>> {
        db.prepare_cached(sql)?.query_map([&shared.id], |row| row.get(0))?.collect()
    };
    if has("observations") {
        out["observations"] = if is_single {
            full::of_trace(db, rid, prices)?.iter().map(|row| older_shape(row, &shared)).collect()
        } else {
            json!(ids(
                "SELECT o.id FROM trace t JOIN obs o ON o.trace = t.rid WHERE t.id = ? ORDER BY o.start LIMIT 10000"
            )?)
        };
    } else {
        out["observations"] = json!([]);
    }
    if has("scores") {
        let scores = if is_single {
            scores::of_trace(db, &shared.id)?.into()
        } else {
            json!(ids("SELECT id FROM score WHERE trace = ? LIMIT 10000")?)
        };
        out["scores"] = scores;
    } else {
        out["scores"] = json!([]);
    }
    Ok(Some(out))
}

/// `GET /api/public/sessions`
pub(super) async fn sessions(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    let (page, limit) = (params.number("page", 1, 100_000)?, params.number("limit", 50, 100)?);
    let (from, to) =
        (params.time("fromTimestamp")?.unwrap_or(i64::MIN), params.time("toTimestamp")?.unwrap_or(i64::MAX));
    let (rows, total) = app
        .store
        .read(move |db| {
            let rows: Vec<Value> = db
                .prepare_cached(
                    "SELECT session, min(start) first, max(environment) FROM trace WHERE session IS NOT NULL GROUP BY session
                     HAVING first >= ?1 AND first < ?2 ORDER BY first DESC LIMIT ?3 OFFSET ?4",
                )?
                .query_map((from, to, limit as i64, ((page - 1) * limit) as i64), |row| {
                    Ok(session_shape(&row.get::<_, String>(0)?, row.get(1)?, &row.get::<_, String>(2)?))
                })?
                .collect::<rusqlite::Result<_>>()?;
            let total: i64 = db
                .prepare_cached(
                    "SELECT count(*) FROM (SELECT min(start) first FROM trace WHERE session IS NOT NULL GROUP BY session
                     HAVING first >= ?1 AND first < ?2)",
                )?
                .query_row((from, to), |row| row.get(0))?;
            Ok((rows, total))
        })
        .await?;
    ok(json!({"data": rows, "meta": meta(page, limit, u64::try_from(total).unwrap_or(0))}))
}

/// `GET /api/public/sessions/{id}`
pub(super) async fn session(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let prices = app.store.prices().current();
    let mut conditions = Conditions::default();
    conditions.is("sessionId", &id);
    let finder = Finder::new(&conditions.query(), Target::Traces, None);
    let found = app
        .store
        .read(move |db| {
            let about: Option<(i64, String)> = db
                .prepare_cached("SELECT min(start), max(environment) FROM trace WHERE session = ? GROUP BY session")?
                .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((first, environment)) = about else { return Ok(None) };
            let fields = ["io", "metrics"].map(str::to_owned);
            let traces: rusqlite::Result<Vec<Option<Value>>> =
                finder.page(db, 1000, None)?.rids.iter().map(|rid| shape(db, *rid, &fields, false, &prices)).collect();
            let mut out = session_shape(&id, first, &environment);
            out["traces"] = traces?.into_iter().flatten().collect();
            Ok(Some(out))
        })
        .await?;
    found.map_or_else(|| Err(Refusal::missing("Session")), ok)
}

fn session_shape(id: &str, first: i64, environment: &str) -> Value {
    json!({"id": id, "createdAt": time::iso(first), "projectId": PROJECT, "environment": environment})
}
