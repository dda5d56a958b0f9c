//! Single values: what counts as a level, an environment, a list of tags.

use serde_json::Value;

use super::otlp::Any;
use crate::model::Level;

/// A level in any case, or one of the names that loggers have for it.
pub(super) fn level(text: &str) -> Option<Level> {
    Some(match text.to_ascii_lowercase().as_str() {
        "debug" | "trace" | "verbose" => Level::Debug,
        "default" | "info" | "log" | "notice" | "ok" | "success" => Level::Default,
        "warning" | "warn" => Level::Warning,
        "error" | "fatal" | "critical" => Level::Error,
        _ => return None,
    })
}

/// An environment as Langfuse takes it, else `default`.
pub(super) fn environment(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut rest = lower.as_str();
    while let Some(shorter) = rest.strip_prefix("langfuse") {
        rest = shorter.strip_prefix(['-', '_']).unwrap_or(shorter);
    }
    let cut: String = rest.chars().take(40).collect();
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if cut.is_empty() || !cut.bytes().all(is_valid) { "default".to_owned() } else { cut }
}

/// A list, a list in JSON, a comma list or a single string.
pub(super) fn strings(value: &Any) -> Vec<String> {
    let from_json = |list: &[Value]| {
        let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        list.iter().map(text).filter(|tag| !tag.is_empty()).collect()
    };
    match value {
        Any::Json(Value::Array(list)) => from_json(list),
        Any::Text(text) if text.trim_start().starts_with('[') => match serde_json::from_str(text) {
            Ok(Value::Array(list)) => from_json(&list),
            _ => vec![text.clone()],
        },
        Any::Text(text) => text.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect(),
        other => vec![other.to_text()],
    }
}

/// What a text stands for: JSON where it is JSON, else itself.
pub(super) fn json_or_text(value: &Any) -> Value {
    match value {
        Any::Text(text) => parsed(text),
        other => other.to_json(),
    }
}

/// As [`json_or_text`], of a string.
pub(crate) fn parsed(text: &str) -> Value {
    let may_be_json = text
        .trim_start()
        .starts_with(|first: char| first.is_ascii_digit() || matches!(first, '{' | '[' | '"' | '-' | 't' | 'f' | 'n'));
    let value = if may_be_json { serde_json::from_str(text).ok() } else { None };
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_normalised() {
        for (given, kept) in [
            ("Production", "production"),
            ("langfuse-langfuse_staging", "staging"),
            ("langfuse", "default"),
            ("two words", "default"),
            ("", "default"),
        ] {
            assert_eq!(environment(given), kept, "{given}");
        }
        assert_eq!(environment(&"x".repeat(80)).len(), 40);
    }

    #[test]
    fn tags_come_in_four_shapes() {
        let two = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(strings(&Any::Json(serde_json::json!(["a", "b"]))), two);
        assert_eq!(strings(&Any::Text(r#"["a","b"]"#.to_owned())), two);
        assert_eq!(strings(&Any::Text("a, b".to_owned())), two);
        assert_eq!(strings(&Any::Text("a".to_owned())), ["a"]);
    }
}
