//! What is wrong with a body, in the shape in which Langfuse says it.

use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Issue {
    code: &'static str,
    path: Vec<String>,
    pub(crate) message: String,
}

impl Issue {
    pub(crate) fn new(code: &'static str, path: &[&str], message: impl Into<String>) -> Self {
        Self { code, path: path.iter().map(|part| (*part).to_owned()).collect(), message: message.into() }
    }

    pub(crate) fn kind(path: &[&str], expected: &str, got: &Value) -> Self {
        let got = match got {
            Value::Null => "undefined",
            Value::Array(_) => "array",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::Object(_) => "object",
            Value::String(_) => "string",
        };
        Self::new("invalid_type", path, format!("Invalid input: expected {expected}, received {got}"))
    }
}

/// An optional text of a body.
pub(super) fn text(body: &Map<String, Value>, key: &str, issues: &mut Vec<Issue>) -> Option<String> {
    match body.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => {
            issues.push(Issue::kind(&[key], "string", other));
            None
        }
    }
}
