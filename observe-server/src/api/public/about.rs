//! What clients ask before anything else.

use axum::Json;
use serde_json::{Value, json};

use super::params::PROJECT;

/// The server that this one answers like.
const VERSION: &str = "4.35.0";

pub(super) async fn health() -> Json<Value> {
    Json(json!({"status": "OK", "version": VERSION}))
}

pub(super) async fn projects() -> Json<Value> {
    let organization = json!({"id": PROJECT, "name": "This machine"});
    Json(json!({"data": [{"id": PROJECT, "name": "Local", "organization": organization, "metadata": {}}]}))
}
