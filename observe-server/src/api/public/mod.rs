//! What Langfuse's SDKs and OpenTelemetry's exporters talk to.

mod about;
mod answer;
mod ingestion;
mod media;
mod metrics;
mod observations;
mod otlp;
mod params;
mod scores;
mod traces;

use axum::Router;
use axum::routing::{get, post, put};

use super::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/traces", post(otlp::plain))
        .route("/api/public/otel/v1/traces", post(otlp::langfuse))
        .route("/api/public/otel/v1/metrics", post(otlp::metrics))
        .route("/api/public/ingestion", post(ingestion::batch))
        .route("/api/public/health", get(about::health))
        .route("/api/public/ready", get(about::health))
        .route("/api/public/projects", get(about::projects))
        .route("/api/public/scores", post(ingestion::scores).get(scores::older))
        .route("/api/public/scores/{id}", get(scores::one).delete(scores::delete))
        .route("/api/public/v2/scores", get(scores::older))
        .route("/api/public/v2/scores/{id}", get(scores::one))
        .route("/api/public/v3/scores", get(scores::current))
        .route("/api/public/v2/observations", get(observations::current))
        .route("/api/public/observations", get(observations::older))
        .route("/api/public/observations/{id}", get(observations::one))
        .route("/api/public/v2/metrics", get(metrics::current))
        .route("/api/public/traces", get(traces::list).delete(traces::delete_many))
        .route("/api/public/traces/{id}", get(traces::one).delete(traces::delete))
        .route("/api/public/sessions", get(traces::sessions))
        .route("/api/public/sessions/{id}", get(traces::session))
        .route("/api/public/media", post(media::announce))
        .route("/api/public/media/{id}", get(media::about).patch(media::uploaded))
        .route("/api/public/media/{id}/upload", put(media::upload))
        .route("/api/public/media/{id}/content", get(media::content))
}
