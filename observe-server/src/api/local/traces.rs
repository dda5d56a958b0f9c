//! The list of traces, one trace, and what is inside it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::given::Query;
use crate::query::{self, Finder, Target};
use crate::view::{self, Payload, TraceRow, TraceView};

const LIMIT: usize = 50;
const MOST: usize = 1000;

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) q: String,
    #[serde(default)]
    pub(crate) sort: String,
    pub(crate) limit: Option<usize>,
    pub(crate) cursor: Option<String>,
}

impl Asked {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT).clamp(1, MOST)
    }

    /// The query, in its own order or in the one beside it.
    pub(crate) fn finder(&self, target: Target) -> Result<Finder, Failure> {
        let query = query::parse(&self.q)?;
        let beside = match self.sort.trim() {
            "" => None,
            sort => query::parse(&format!("sort:{sort}"))?.sort,
        };
        Ok(Finder::new(&query, target, beside))
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    rows: Vec<TraceRow>,
    next: Option<String>,
    total: Option<u64>,
}

async fn listed(app: &App, asked: Asked) -> Result<Listed, Failure> {
    let finder = asked.finder(Target::Traces)?;
    let found = app.store.read(move |db| {
        let page = finder.page(db, asked.limit(), asked.cursor.as_deref())?;
        let total = if asked.cursor.is_none() { finder.total(db)? } else { None };
        Ok(Listed { rows: view::trace_rows(db, &page.rids)?, next: page.next, total })
    });
    Ok(found.await?)
}

pub(crate) async fn list(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Listed>, Failure> {
    listed(&app, asked).await.map(Json)
}

/// The page, with the first rows in it where it is the list.
pub(crate) async fn index(State(app): State<App>, uri: Uri, Query(asked): Query<Asked>) -> Response {
    let first = match uri.path() {
        "/" => match listed(&app, Asked { cursor: None, limit: None, ..asked.clone() }).await {
            Ok(listed) => json!({"q": asked.q, "sort": asked.sort, "page": listed}),
            // The page asks again, and shows the error.
            Err(_) => Value::Null,
        },
        _ => Value::Null,
    };
    app.assets.index(&first)
}

pub(crate) async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Json<TraceView>, Failure> {
    let prices = app.store.prices().current();
    let wanted = id.clone();
    let found = app.store.read(move |db| view::trace(db, &wanted, &prices)).await?;
    found.map(Json).ok_or_else(|| Failure::missing("trace", &id))
}

pub(crate) async fn payload(
    State(app): State<App>,
    Path((trace, observation)): Path<(String, String)>,
) -> Result<Json<Payload>, Failure> {
    let id = observation.clone();
    let found = app.store.read(move |db| view::payload(db, &trace, &observation)).await?;
    found.map(Json).ok_or_else(|| Failure::missing("observation", &id))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sought {
    text: String,
}

pub(crate) async fn within(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(sought): Query<Sought>,
) -> Result<Json<Value>, Failure> {
    let found = app.store.read(move |db| view::within(db, &id, &sought.text)).await?;
    Ok(Json(json!({"observations": found})))
}
