//! OTLP over HTTP. A request is answered when its spans are in the database.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::App;
use super::super::body::{LARGEST, whole};
use crate::ingest::{Refused, changes, otlp};

/// `POST /api/public/otel/v1/traces`: always answered in JSON, as Langfuse does.
pub(super) async fn langfuse(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let version = headers.get("x-langfuse-ingestion-version").or_else(|| headers.get("x_langfuse_ingestion_version"));
    if let Some(version) = version {
        let version = version.to_str().unwrap_or("");
        if !version.trim().parse::<i64>().is_ok_and(|version| version <= 4) {
            return refused(&Refused::bad(format!("x-langfuse-ingestion-version {version} is not supported: send 4")));
        }
    }
    match store(&app, &headers, body).await {
        Ok((_, reasons)) => Json(partial(&reasons)).into_response(),
        Err(reason) => refused(&reason),
    }
}

/// `POST /v1/traces`: answered in what it came in.
pub(super) async fn plain(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    match store(&app, &headers, body).await {
        Ok((Form::Json, reasons)) => Json(partial(&reasons)).into_response(),
        Ok((Form::Protobuf, reasons)) => {
            let kind = HeaderValue::from_static("application/x-protobuf");
            ([(header::CONTENT_TYPE, kind)], partial_protobuf(&reasons)).into_response()
        }
        Err(reason) => refused(&reason),
    }
}

/// Metrics are taken and let go, as Langfuse does.
pub(super) async fn metrics() -> Json<Value> {
    Json(json!({"message": "OK"}))
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Json,
    Protobuf,
}

/// Stores what can be read, and says why the rest cannot.
async fn store(app: &App, headers: &HeaderMap, body: Body) -> Result<(Form, Vec<String>), Refused> {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("").to_ascii_lowercase();
    let form = if kind.contains("application/x-protobuf") {
        Form::Protobuf
    } else if kind.contains("application/json") {
        Form::Json
    } else {
        return Err(Refused::bad(format!(
            "the content type is {kind:?}: send application/x-protobuf or application/json"
        )));
    };
    let whole = whole(headers, body, LARGEST, &app.room).await?;
    let bytes = whole.bytes.clone();
    let read = tokio::task::spawn_blocking(move || {
        let export = match form {
            Form::Json => otlp::json(&bytes)?,
            Form::Protobuf => otlp::protobuf(bytes)?,
        };
        Ok::<_, Refused>((changes(&export), export.refused))
    });
    let (changes, reasons) = read.await.map_err(|error| Refused { status: 500, message: error.to_string() })??;
    if changes.is_empty() {
        return match reasons.first() {
            Some(reason) => Err(Refused::bad(reason.clone())),
            None => Ok((form, reasons)),
        };
    }
    app.store.store(changes).await.map_err(|message| Refused { status: 500, message })?;
    Ok((form, reasons))
}

fn refused(reason: &Refused) -> Response {
    let status = StatusCode::from_u16(reason.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({"error": reason.message}))).into_response()
}

fn partial(reasons: &[String]) -> Value {
    match reasons.first() {
        None => json!({}),
        Some(first) => json!({"partialSuccess": {"rejectedSpans": reasons.len().to_string(), "errorMessage": first}}),
    }
}

fn partial_protobuf(reasons: &[String]) -> Vec<u8> {
    #[derive(prost::Message)]
    struct Answer {
        #[prost(message, optional, tag = "1")]
        partial: Option<Partial>,
    }
    #[derive(prost::Message)]
    struct Partial {
        #[prost(int64, tag = "1")]
        rejected: i64,
        #[prost(string, tag = "2")]
        message: String,
    }
    let partial = reasons
        .first()
        .map(|first| Partial { rejected: i64::try_from(reasons.len()).unwrap_or(i64::MAX), message: first.clone() });
    prost::Message::encode_to_vec(&Answer { partial })
}
