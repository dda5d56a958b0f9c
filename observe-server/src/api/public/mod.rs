//! What Langfuse's SDKs and OpenTelemetry's exporters talk to.

mod otlp;

use axum::Router;
use axum::routing::post;

use super::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/public/otel/v1/traces", post(otlp::langfuse))
        .route("/v1/traces", post(otlp::plain))
        .route("/api/public/otel/v1/metrics", post(otlp::metrics))
}
