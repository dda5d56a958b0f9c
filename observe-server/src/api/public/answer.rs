//! Errors as Langfuse's server answers them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ingest::{Issue, Refused};
use crate::store::Ended;

/// A request that gets no result.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
}

pub(super) type Answer = Result<Response, Refusal>;

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let error = match status {
            StatusCode::NOT_FOUND => "LangfuseNotFoundError",
            StatusCode::UNAUTHORIZED => "UnauthorizedError",
            StatusCode::FORBIDDEN => "ForbiddenError",
            StatusCode::PAYLOAD_TOO_LARGE => "PayloadTooLarge",
            status if status.is_server_error() => "InternalServerError",
            _ => "InvalidRequestError",
        };
        Self { status, body: json!({"message": message.into(), "error": error}) }
    }

    pub(super) fn invalid(issues: &[Issue]) -> Self {
        Self { status: StatusCode::BAD_REQUEST, body: json!({"message": "Invalid request data", "error": issues}) }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found within authorized project"))
    }

    pub(super) fn failed(message: String) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, refused.message)
    }
}

impl From<Ended> for Refusal {
    fn from(ended: Ended) -> Self {
        let status = match ended {
            Ended::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Ended::TooLong => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, ended.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

pub(super) fn ok(body: Value) -> Answer {
    Ok(Json(body).into_response())
}
