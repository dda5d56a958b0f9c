//! The page's own API.

mod annotate;
mod changes;
mod complete;
mod dashboard;
mod export;
mod facets;
mod given;
mod groups;
mod histogram;
mod info;
mod session;
mod span;
mod summary;
mod traces;

use axum::Router;
use axum::routing::{delete, get, post};

pub(super) use self::given::Query;
pub(super) use self::traces::{Asked, index};
use super::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/local/traces", get(traces::list))
        .route("/api/local/traces/{id}", get(traces::one))
        .route("/api/local/traces/{id}/search", get(traces::within))
        .route("/api/local/traces/{id}/observations/{observation}/io", get(traces::payload))
        .route("/api/local/facets", get(facets::facets))
        .route("/api/local/histogram", get(histogram::histogram))
        .route("/api/local/complete", get(complete::complete))
        .route("/api/local/export", get(export::export))
        .route("/api/local/sessions", get(groups::sessions))
        .route("/api/local/sessions/{id}", get(session::one))
        .route("/api/local/users", get(groups::users))
        .route("/api/local/scores/summary", get(summary::summary))
        .route("/api/local/dashboard", get(dashboard::dashboard))
        .route("/api/local/scores", post(annotate::score))
        .route("/api/local/scores/{id}", delete(annotate::forget_score))
        .route("/api/local/comments", post(annotate::comment))
        .route("/api/local/comments/{id}", delete(annotate::forget_comment))
        .route("/api/local/events", get(changes::events))
        .route("/api/local/info", get(info::info))
        .route("/api/local/prices", get(info::prices))
}
