//! HTTP: the page, the page's API, and Langfuse's.

mod body;
mod error;
mod guard;
mod local;
mod login;
mod public;
mod throttle;

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

pub(crate) use self::body::Room;
#[cfg(test)]
pub(crate) use self::body::unpacked;
pub(crate) use self::error::Failure;
pub(crate) use self::guard::Keys;
pub(crate) use self::login::Sessions;
pub(crate) use self::throttle::Throttle;
use crate::assets::Assets;
use crate::store::Store;

/// What every request may use.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) assets: Assets,
    pub(crate) room: Room,
    pub(crate) shared: Arc<Shared>,
}

/// What does not change while the server runs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) address: String,
    /// Whether only this machine can reach it.
    pub(crate) is_loopback: bool,
    pub(crate) keys: Option<Keys>,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Throttle,
    pub(crate) watching: Vec<PathBuf>,
}

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/assets/{*path}", get(asset))
        .route("/login", get(login::ask).post(login::enter))
        .route("/api/local/logout", post(login::leave))
        .merge(local::routes())
        .merge(public::routes())
        .fallback(fallback)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn_with_state(app.clone(), guard::check))
        .with_state(app)
}

async fn asset(State(app): State<App>, Path(path): Path<String>) -> Response {
    app.assets.asset(&path)
}

async fn other_method(method: Method, uri: Uri) -> Response {
    let message = format!("{} takes no {method}", uri.path());
    (StatusCode::METHOD_NOT_ALLOWED, Json(json!({"message": message, "error": "MethodNotAllowedError"})))
        .into_response()
}

/// The page, whose script knows its own addresses; a JSON error where a program asks.
async fn fallback(app: State<App>, method: Method, uri: Uri, query: local::Query<local::Asked>) -> Response {
    let is_api = ["/api/", "/v1/", "/assets/"].iter().any(|prefix| uri.path().starts_with(prefix));
    if is_api || !matches!(method, Method::GET | Method::HEAD) {
        let message = format!("there is nothing at {method} {}", uri.path());
        return (StatusCode::NOT_FOUND, Json(json!({"message": message, "error": "LangfuseNotFoundError"})))
            .into_response();
    }
    local::index(app, uri, query).await
}
