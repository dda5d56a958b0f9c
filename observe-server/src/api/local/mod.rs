//! The page's own API.

mod changes;
mod info;
mod traces;

use axum::Router;
use axum::routing::get;

pub(super) use self::traces::{Asked, index};
use super::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/local/traces", get(traces::list))
        .route("/api/local/traces/{id}", get(traces::one))
        .route("/api/local/traces/{id}/search", get(traces::within))
        .route("/api/local/traces/{id}/observations/{observation}/io", get(traces::payload))
        .route("/api/local/events", get(changes::events))
        .route("/api/local/info", get(info::info))
        .route("/api/local/prices", get(info::prices))
}
