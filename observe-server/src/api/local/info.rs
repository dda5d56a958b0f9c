//! About the server itself, and the prices it counts with.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::{App, Failure};
use crate::store;

pub(crate) async fn info(State(app): State<App>, headers: HeaderMap) -> Result<Json<Value>, Failure> {
    let counts = app.store.read(|db| {
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
        let observations = count("SELECT coalesce(sum(observations), 0) FROM trace")?;
        Ok((count("SELECT count(*) FROM trace")?, observations, store::backlog(db)?))
    });
    let (traces, observations, backlog) = counts.await?;
    let files = app.store.files();
    let address = &app.shared.address;
    // The page says no secret, not even to somebody who is logged in.
    let keys = match app.shared.keys {
        None => "LANGFUSE_PUBLIC_KEY=pk-lf-local LANGFUSE_SECRET_KEY=sk-lf-local",
        Some(_) => "LANGFUSE_PUBLIC_KEY=… LANGFUSE_SECRET_KEY=…",
    };
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "db": {"path": files.main, "bytes": files.bytes(), "observations": observations, "traces": traces},
        "backlog": backlog,
        "watching": app.shared.watching,
        "address": address,
        "auth": app.shared.keys.is_some(),
        "session": app.shared.sessions.knows(&headers),
        "examples": {
            "rust": "#[observe::observe]\nfn answer(question: &str) -> String { .. }\n\nlet _observe = observe::init()?; // traces go to .observe/, which is watched here",
            "python": format!("export LANGFUSE_BASE_URL={address} {keys}\n\nfrom langfuse import observe\n\n@observe()\ndef answer(question): ..."),
            "js": format!("export LANGFUSE_BASE_URL={address} {keys}\n\nimport {{ observe }} from \"@langfuse/tracing\";\nconst answer = observe(async (question) => {{ .. }});"),
        },
    })))
}

pub(crate) async fn prices(State(app): State<App>) -> Json<Value> {
    let table = app.store.prices().current();
    let models: Vec<Value> = table
        .models()
        .map(|priced| {
            let model = &priced.model;
            json!({"model": model.name, "source": priced.source, "date": model.date, "prices": model.prices.0})
        })
        .collect();
    Json(models.into())
}
