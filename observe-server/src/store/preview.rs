//! What a list shows of an input or output: of a conversation what was said last, else its beginning.

use serde_json::Value;

const LONGEST: usize = 240;
/// Larger values are not looked into.
const LOOK_INTO: usize = 256 * 1024;

/// The beginning of what matters in a value.
pub(crate) fn preview(text: &str) -> String {
    let is_json = text.starts_with(['{', '[', '"']) && text.len() <= LOOK_INTO;
    let said = if is_json { serde_json::from_str(text).ok().and_then(|value: Value| said(&value, 0)) } else { None };
    let shown = said.as_deref().unwrap_or(text).trim();
    let cut = crate::text::cut(shown, LONGEST);
    if cut.len() == shown.len() { shown.to_owned() } else { format!("{cut}…") }
}

fn said(value: &Value, depth: usize) -> Option<String> {
    if depth > 8 {
        return None;
    }
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let is_chat = |item: &Value| {
                item.get("role").is_some()
                    || item.get("type").is_some_and(|kind| kind == "text")
                    || item.get("message").is_some()
            };
            list.iter()
                .rev()
                .filter(|item| is_chat(item))
                .find_map(|item| said(item, depth + 1))
                .filter(|text| !text.is_empty())
        }
        Value::Object(map) => {
            let parts = ["messages", "choices", "message", "content", "parts", "text"];
            parts.iter().find_map(|key| said(map.get(*key)?, depth + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_shows_what_was_said_last() {
        let chat =
            r#"{"model":"m","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hello?"}]}"#;
        assert_eq!(preview(chat), "Hello?");
        assert_eq!(preview(r#"[{"role":"user","content":[{"type":"text","text":"Look"}]}]"#), "Look");
        assert_eq!(preview(r#""a\nstring""#), "a\nstring");
        assert_eq!(preview(r#"{"query":"refund"}"#), r#"{"query":"refund"}"#);
        assert_eq!(preview("not { json"), "not { json");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let cut = preview(&"ä".repeat(400));
        assert_eq!(cut.chars().count(), 121);
        assert!(cut.ends_with('…'));
    }
}
