//! Scores read back.

use axum::extract::{Path, State};
use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::types::Value as Bound;
use rusqlite::{Connection, Row, params_from_iter};
use serde_json::{Map, Value, json};

use super::super::App;
use super::answer::{Answer, Refusal, ok};
use super::observations::meta;
use super::params::{PROJECT, Params};
use crate::time;

/// A score's row.
struct Stored {
    rid: i64,
    id: String,
    trace: Option<String>,
    observation: Option<String>,
    session: Option<String>,
    dataset_run: Option<String>,
    name: String,
    data_type: String,
    value: Option<f64>,
    text: Option<String>,
    comment: Option<String>,
    metadata: Map<String, Value>,
    source: String,
    environment: Option<String>,
    config: Option<String>,
    queue: Option<String>,
    author: Option<String>,
    time: i64,
    created: i64,
    updated: i64,
}

const SELECT: &str =
    "SELECT rid, id, trace, observation, session, dataset_run, name, data_type, value, text, comment, metadata, source,
    environment, config, queue, author, time, created, updated FROM score";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        rid: row.get(0)?,
        id: row.get(1)?,
        trace: row.get(2)?,
        observation: row.get(3)?,
        session: row.get(4)?,
        dataset_run: row.get(5)?,
        name: row.get(6)?,
        data_type: row.get(7)?,
        value: row.get(8)?,
        text: row.get(9)?,
        comment: row.get(10)?,
        metadata: serde_json::from_str(&row.get::<_, String>(11)?).unwrap_or_default(),
        source: row.get(12)?,
        environment: row.get(13)?,
        config: row.get(14)?,
        queue: row.get(15)?,
        author: row.get(16)?,
        time: row.get(17)?,
        created: row.get(18)?,
        updated: row.get(19)?,
    })
}

/// Parameters that are lists of texts, and their columns.
const COLUMNS: &[(&str, &str)] = &[
    ("id", "id"),
    ("scoreIds", "id"),
    ("name", "name"),
    ("source", "source"),
    ("dataType", "data_type"),
    ("environment", "coalesce(environment, 'default')"),
    ("configId", "config"),
    ("queueId", "queue"),
    ("authorUserId", "author"),
    ("traceId", "trace"),
    ("observationId", "observation"),
    ("sessionId", "session"),
    ("experimentId", "dataset_run"),
    ("datasetRunId", "dataset_run"),
];

struct Condition {
    text: String,
    values: Vec<Bound>,
}

fn condition(params: &Params) -> Result<Condition, Refusal> {
    let mut parts = vec!["1".to_owned()];
    let mut values: Vec<Bound> = Vec::new();
    for (name, column) in COLUMNS {
        let given = params.all(name);
        if !given.is_empty() {
            parts.push(format!("{column} IN ({})", vec!["?"; given.len()].join(", ")));
            values.extend(given.into_iter().map(Bound::from));
        }
    }
    if let Some(value) = params.filled("value") {
        let operator = match params.filled("operator") {
            None | Some("=") => "=",
            Some(operator @ ("<" | ">" | "<=" | ">=")) => operator,
            Some("!=") => "<>",
            Some(other) => {
                return Err(Refusal::parameter(format!("operator is {other}: it must be =, !=, <, <=, > or >=")));
            }
        };
        match value.parse::<f64>() {
            Ok(number) => {
                parts.push(format!("value {operator} ?"));
                values.push(number.into());
            }
            Err(_) => {
                parts.push("text = ? COLLATE NOCASE".to_owned());
                values.push(value.to_owned().into());
            }
        }
    }
    for (name, operator) in [("valueMin", ">="), ("valueMax", "<=")] {
        if let Some(text) = params.filled(name) {
            let number: f64 =
                text.parse().map_err(|_| Refusal::parameter(format!("{name} is {text}: it must be a number")))?;
            parts.push(format!("value {operator} ?"));
            values.push(number.into());
        }
    }
    for (name, operator) in [("fromTimestamp", ">="), ("toTimestamp", "<")] {
        if let Some(moment) = params.time(name)? {
            parts.push(format!("time {operator} ?"));
            values.push(moment.into());
        }
    }
    // Of the older API.
    for (name, column) in [("userId", "user"), ("traceName", "name")] {
        if let Some(text) = params.filled(name) {
            parts.push(format!("trace IN (SELECT id FROM trace WHERE {column} = ?)"));
            values.push(text.to_owned().into());
        }
    }
    Ok(Condition { text: parts.join(" AND "), values })
}

const KNOWN: &[&str] = &["limit", "cursor", "fields", "value", "valueMin", "valueMax", "fromTimestamp", "toTimestamp"];

/// `GET /api/public/v3/scores`
pub(super) async fn current(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    if let Some(unknown) = params.names().find(|name| {
        let name = name.strip_suffix("[]").unwrap_or(name);
        !KNOWN.contains(&name) && !COLUMNS.iter().any(|(known, _)| *known == name)
    }) {
        return Err(Refusal::parameter(format!("there is no parameter {unknown}")));
    }
    if params.filled("observationId").is_some() && params.filled("traceId").is_none() {
        return Err(Refusal::parameter("observationId needs traceId"));
    }
    let limit = params.number("limit", 50, 100)?;
    let mut groups = params.all("fields");
    if groups.is_empty() {
        groups = vec!["core".to_owned()];
    }
    let mut condition = condition(&params)?;
    if let Some(cursor) = params.filled("cursor") {
        let decoded =
            URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| serde_json::from_slice::<(i64, i64)>(&bytes).ok());
        let (time, rid) = decoded.ok_or_else(|| Refusal::parameter("the cursor is none that this server gave"))?;
        condition.text.push_str(" AND (time, rid) < (?, ?)");
        condition.values.extend([time.into(), rid.into()]);
    }
    let rows = app.store.read(move |db| select(db, &condition, limit + 1, 0)).await?;
    let mut meta = json!({"limit": limit});
    if rows.len() > limit {
        let last = &rows[limit - 1];
        meta["cursor"] = URL_SAFE_NO_PAD.encode(json!([last.time, last.rid]).to_string()).into();
    }
    let data: Vec<Value> = rows.iter().take(limit).map(|row| current_shape(row, &groups)).collect();
    ok(json!({"data": data, "meta": meta}))
}

/// `GET /api/public/scores` and `/v2/scores`
pub(super) async fn older(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    let (page, limit) = (params.number("page", 1, 100_000)?, params.number("limit", 50, 100)?);
    let condition = condition(&params)?;
    let (rows, total) = app
        .store
        .read(move |db| {
            let rows = select(db, &condition, limit, (page - 1) * limit)?;
            let count = format!("SELECT count(*) FROM score WHERE {}", condition.text);
            let total: i64 = db.query_row(&count, params_from_iter(&condition.values), |row| row.get(0))?;
            Ok((rows, total))
        })
        .await?;
    let data: Vec<Value> = rows.iter().map(older_shape).collect();
    ok(json!({"data": data, "meta": meta(page, limit, u64::try_from(total).unwrap_or(0))}))
}

/// `GET /api/public/scores/{id}`
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let condition = Condition { text: "id = ?".to_owned(), values: vec![id.into()] };
    let rows = app.store.read(move |db| select(db, &condition, 1, 0)).await?;
    rows.first().map_or_else(|| Err(Refusal::missing("Score")), |row| ok(older_shape(row)))
}

/// `DELETE /api/public/scores/{id}`
pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let run = move |db: &Connection| db.execute("DELETE FROM score WHERE id = ?", [&id]).map(|_| ());
    app.store.run(run).await.map_err(Refusal::failed)?;
    ok(json!({"message": "Score deletion queued successfully"}))
}

/// The scores of a trace, as the older API has them.
pub(super) fn of_trace(db: &Connection, trace: &str) -> rusqlite::Result<Vec<Value>> {
    let condition = Condition { text: "trace = ?".to_owned(), values: vec![trace.to_owned().into()] };
    Ok(select(db, &condition, 10_000, 0)?.iter().map(older_shape).collect())
}

fn select(db: &Connection, condition: &Condition, limit: usize, offset: usize) -> rusqlite::Result<Vec<Stored>> {
    let sql = format!("{SELECT} WHERE {} ORDER BY time DESC, rid DESC LIMIT {limit} OFFSET {offset}", condition.text);
    db.prepare(&sql)?.query_map(params_from_iter(&condition.values), stored)?.collect()
}

fn value(row: &Stored) -> Value {
    match row.data_type.as_str() {
        "NUMERIC" => row.value.into(),
        "BOOLEAN" => row.value.map(|value| value != 0.0).into(),
        _ => row.text.clone().into(),
    }
}

fn current_shape(row: &Stored, groups: &[String]) -> Value {
    let has = |group: &str| groups.iter().any(|known| known == group);
    let mut out = json!({
        "id": row.id,
        "projectId": PROJECT,
        "name": row.name,
        "value": value(row),
        "dataType": row.data_type,
        "source": row.source,
        "timestamp": time::iso(row.time),
        "environment": row.environment.as_deref().unwrap_or("default"),
        "createdAt": time::iso(row.created),
        "updatedAt": time::iso(row.updated),
    });
    if has("details") {
        out["comment"] = row.comment.clone().into();
        out["configId"] = row.config.clone().into();
        out["metadata"] = row.metadata.clone().into();
    }
    if has("subject") {
        out["subject"] = match (&row.trace, &row.observation, &row.session) {
            (Some(trace), Some(observation), _) => json!({"kind": "observation", "id": observation, "traceId": trace}),
            (Some(trace), None, _) => json!({"kind": "trace", "id": trace}),
            (None, _, Some(session)) => json!({"kind": "session", "id": session}),
            (None, _, None) => json!({"kind": "experiment", "id": row.dataset_run}),
        };
    }
    if has("annotation") {
        out["authorUserId"] = row.author.clone().into();
        out["queueId"] = row.queue.clone().into();
    }
    out
}

fn older_shape(row: &Stored) -> Value {
    json!({
        "id": row.id,
        "projectId": PROJECT,
        "traceId": row.trace,
        "observationId": row.observation,
        "sessionId": row.session,
        "datasetRunId": row.dataset_run,
        "name": row.name,
        "value": row.value,
        "stringValue": row.text,
        "dataType": row.data_type,
        "source": row.source,
        "comment": row.comment,
        "metadata": row.metadata,
        "configId": row.config,
        "queueId": row.queue,
        "authorUserId": row.author,
        "environment": row.environment.as_deref().unwrap_or("default"),
        "timestamp": time::iso(row.time),
        "createdAt": time::iso(row.created),
        "updatedAt": time::iso(row.updated),
    })
}
