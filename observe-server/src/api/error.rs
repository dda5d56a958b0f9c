//! Errors of the page's API.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::query::QueryError;
use crate::store::Ended;

/// An answer that says what went wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    message: String,
    at: Option<usize>,
    suggestion: Option<String>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), at: None, suggestion: None }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn missing(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no {what} {id}"))
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: error.message,
            at: Some(error.at),
            suggestion: error.suggestion,
        }
    }
}

impl From<Ended> for Failure {
    fn from(ended: Ended) -> Self {
        let status = match ended {
            Ended::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Ended::TooLong => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, ended.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({"error": {"message": self.message, "at": self.at, "suggestion": self.suggestion}});
        (self.status, axum::Json(body)).into_response()
    }
}
