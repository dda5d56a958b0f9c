//! Observations read back: as the current API has them, and as the older one did.

use axum::extract::{Path, State};
use axum::http::Uri;
use serde_json::{Map, Value, json};

use super::super::App;
use super::answer::{Answer, Refusal, ok};
use super::params::{PROJECT, Params};
use crate::query::{Finder, Target};
use crate::time;
use crate::view::full::{self, Full, Shared};

const FIELDS: &[(&str, &str)] = &[
    ("traceId", "traceId"),
    ("userId", "userId"),
    ("sessionId", "sessionId"),
    ("name", "observationName"),
    ("type", "type"),
    ("level", "level"),
    ("version", "version"),
    ("environment", "environment"),
];

/// Without these the current API shows the core and the basics.
const GROUPS: &[&str] =
    &["core", "basic", "time", "io", "metadata", "model", "usage", "prompt", "metrics", "trace_context"];

/// `GET /api/public/v2/observations`
pub(super) async fn current(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    let limit = params.number("limit", 50, 1000)?;
    if params.truth("parseIoAsJson") == Some(true) {
        return Err(Refusal::parameter("parseIoAsJson is no longer supported: input and output are strings"));
    }
    let mut groups = params.all("fields");
    if let Some(unknown) = groups.iter().find(|group| !GROUPS.contains(&group.as_str())) {
        return Err(Refusal::parameter(format!("fields: there is no group {unknown}, only {}", GROUPS.join(", "))));
    }
    if groups.is_empty() {
        groups = vec!["core".to_owned(), "basic".to_owned()];
    }
    let finder = finder(&params)?;
    let expand = !params.all("expandMetadata").is_empty();
    let cursor = params.filled("cursor").map(str::to_owned);
    let prices = app.store.prices().current();
    let (rows, next) = app
        .store
        .read(move |db| {
            let page = finder.page(db, limit, cursor.as_deref())?;
            let rows = full::with_shared(db, &page.rids, &prices)?;
            let rows: Vec<Value> =
                rows.iter().map(|(row, shared)| current_shape(row, shared, &groups, expand)).collect();
            Ok((rows, page.next))
        })
        .await?;
    let meta = next.map_or_else(|| json!({}), |cursor| json!({"cursor": cursor}));
    ok(json!({"data": rows, "meta": meta}))
}

/// `GET /api/public/observations`
pub(super) async fn older(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    let (page, limit) = (params.number("page", 1, 100_000)?, params.number("limit", 50, 100)?);
    let finder = finder(&params)?;
    let prices = app.store.prices().current();
    let (rows, total) = app
        .store
        .read(move |db| {
            let (rids, total) = finder.numbered(db, page, limit)?;
            let rows = full::with_shared(db, &rids, &prices)?;
            Ok((rows.iter().map(|(row, shared)| older_shape(row, shared)).collect::<Vec<Value>>(), total))
        })
        .await?;
    ok(json!({"data": rows, "meta": meta(page, limit, total)}))
}

/// `GET /api/public/observations/{id}`
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let prices = app.store.prices().current();
    let found = app
        .store
        .read(move |db| {
            let rids: Vec<i64> = db
                .prepare_cached("SELECT rid FROM obs WHERE id = ? LIMIT 1")?
                .query_map([&id], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let rows = full::with_shared(db, &rids, &prices)?;
            Ok(rows.first().map(|(row, shared)| older_shape(row, shared)))
        })
        .await?;
    found.map_or_else(|| Err(Refusal::missing("Observation")), ok)
}

/// Where a numbered page stands among all.
pub(super) fn meta(page: usize, limit: usize, total: u64) -> Value {
    json!({"page": page, "limit": limit, "totalItems": total, "totalPages": total.div_ceil(limit as u64)})
}

fn finder(params: &Params) -> Result<Finder, Refusal> {
    let mut conditions = params.conditions(FIELDS, ("fromStartTime", "toStartTime"))?;
    match params.one("parentObservationId") {
        Some("") => {
            conditions.missing("parent");
        }
        Some(parent) => {
            conditions.is("parent", parent);
        }
        None => {}
    }
    if let Some(is_root) = params.truth("isRootObservation") {
        conditions.flag("root", is_root);
    }
    Ok(Finder::new(&conditions.query(), Target::Observations, None))
}

fn current_shape(row: &Full, shared: &Shared, groups: &[String], expand: bool) -> Value {
    let has = |group: &str| groups.iter().any(|known| known == group);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("id", row.id.as_str().into());
    put("traceId", shared.id.as_str().into());
    put("startTime", time::iso(row.start).into());
    put("endTime", row.end.map(time::iso).into());
    put("projectId", PROJECT.into());
    put("parentObservationId", row.parent.clone().into());
    put("type", row.kind.as_str().into());
    if has("basic") {
        put("name", text(row.name.as_ref()));
        put("level", row.level.as_str().into());
        put("statusMessage", text(row.status_message.as_ref()));
        put("version", text(row.version.as_ref().or(shared.version.as_ref())));
        put("environment", row.environment.as_ref().unwrap_or(&shared.environment).as_str().into());
        put("bookmarked", shared.bookmarked.into());
        put("public", shared.public.into());
        put("userId", text(shared.user.as_ref()));
        put("sessionId", text(shared.session.as_ref()));
        put("isRootObservation", (row.parent.is_none() || row.is_app_root).into());
    }
    if has("time") {
        put("completionStartTime", row.completion_start.map(time::iso).into());
        put("createdAt", time::iso(row.seen).into());
        put("updatedAt", time::iso(row.seen).into());
    }
    if has("io") {
        put("input", row.input.clone().into());
        put("output", row.output.clone().into());
    }
    if has("metadata") {
        put("metadata", metadata(row, shared, expand || has("io")));
    }
    if has("model") {
        put("model", text(row.model.as_ref()));
        put("internalModelId", Value::Null);
        put("modelParameters", row.parameters.clone().into());
    }
    if has("usage") {
        for (key, value) in usage(row) {
            put(key, value);
        }
        put("usagePricingTierName", Value::Null);
    }
    if has("prompt") {
        put("promptId", text(None));
        put("promptName", text(row.prompt_name.as_ref()));
        put("promptVersion", row.prompt_version.into());
    }
    if has("trace_context") {
        put("tags", shared.tags.clone().into());
        put("release", text(shared.release.as_ref()));
        put("traceName", text(shared.name.as_ref()));
    }
    for (key, value) in timing(row) {
        put(key, value);
    }
    for key in ["modelId", "inputPrice", "outputPrice", "totalPrice"] {
        put(key, Value::Null);
    }
    Value::Object(out)
}

/// An observation as the older API has it, its input and output as JSON.
pub(super) fn older_shape(row: &Full, shared: &Shared) -> Value {
    let has = ["basic", "time", "model", "usage", "prompt"].map(str::to_owned);
    let Value::Object(mut out) = current_shape(row, shared, &has, true) else { return Value::Null };
    let counts = usage(row);
    let count =
        |key: &str| counts.iter().find(|(known, _)| *known == key).map_or(Value::Null, |(_, value)| value.clone());
    let (input, output, total) = (count("inputUsage"), count("outputUsage"), count("totalUsage"));
    let json = |text: &Option<String>| text.as_deref().map(crate::ingest::parsed);
    for (key, value) in [
        ("input", json(&row.input).into()),
        ("output", json(&row.output).into()),
        ("metadata", metadata(row, shared, true)),
        ("usage", json!({"unit": "TOKENS", "input": input, "output": output, "total": total})),
        ("promptTokens", input.clone()),
        ("completionTokens", output.clone()),
        ("totalTokens", total.clone()),
        ("unit", "TOKENS".into()),
        ("calculatedInputCost", count("inputCost")),
        ("calculatedOutputCost", count("outputCost")),
        ("calculatedTotalCost", count("totalCost")),
    ] {
        out.insert(key.to_owned(), value);
    }
    // What is not there is null in the older shape.
    for key in ["name", "statusMessage", "version", "model", "promptId", "promptName"] {
        if out.get(key).is_some_and(|value| value == "") {
            out.insert(key.to_owned(), Value::Null);
        }
    }
    Value::Object(out)
}

fn text(text: Option<&String>) -> Value {
    text.map_or("", String::as_str).into()
}

fn metadata(row: &Full, shared: &Shared, whole: bool) -> Value {
    let mut all = row.surroundings.clone();
    all.extend(row.metadata.clone());
    all.extend(shared.metadata.clone());
    if !whole {
        for value in all.values_mut() {
            if let Value::String(text) = value {
                *text = text.chars().take(200).collect();
            }
        }
    }
    all.into()
}

fn usage(row: &Full) -> Vec<(&'static str, Value)> {
    let count =
        |side: &str| row.usage.iter().filter(|(key, _)| key.contains(side)).map(|(_, count)| *count).sum::<u64>();
    let cost = |side: &str| row.cost.iter().filter(|(key, _)| key.contains(side)).map(|(_, cost)| *cost).sum::<f64>();
    vec![
        ("usageDetails", json!(row.usage)),
        ("inputUsage", count("input").into()),
        ("outputUsage", count("output").into()),
        ("totalUsage", row.usage.get("total").copied().unwrap_or(0).into()),
        ("costDetails", json!(row.cost)),
        ("inputCost", cost("input").into()),
        ("outputCost", cost("output").into()),
        ("totalCost", row.total_cost().unwrap_or(0.0).into()),
    ]
}

fn timing(row: &Full) -> [(&'static str, Value); 2] {
    [
        ("latency", row.end.map(|end| time::seconds(end - row.start)).into()),
        ("timeToFirstToken", row.completion_start.map(|first| time::seconds(first - row.start)).into()),
    ]
}
