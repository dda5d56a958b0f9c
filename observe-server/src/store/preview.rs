//! What a list shows of an input or output: of a conversation what was said last, else its beginning.

use std::borrow::Cow;

use serde_json::Value;

use super::words::escaped;

const LONGEST: usize = 240;
/// Larger values are not looked into.
const LOOK_INTO: usize = 256 * 1024;

/// The beginning of what matters in a value.
pub(crate) fn preview(text: &str) -> String {
    let is_json = text.starts_with(['{', '[', '"']);
    let said = if is_json && text.len() <= LOOK_INTO {
        serde_json::from_str(text).ok().and_then(|value: Value| said(&value, 0))
    } else {
        None
    };
    let shown = said.as_deref().unwrap_or(text).trim();
    // In JSON a letter may take six, so more is looked at than is shown.
    let begin = crate::text::cut(shown, LONGEST * 6);
    let letters = if is_json && said.is_none() { letters(begin) } else { Cow::Borrowed(begin) };
    let cut = crate::text::cut(&letters, LONGEST);
    if cut.len() == letters.len() && begin.len() == shown.len() { cut.to_owned() } else { format!("{cut}…") }
}

/// JSON with the letters that some write as `\u00e9`. It stays JSON: no other escape is touched.
fn letters(json: &str) -> Cow<'_, str> {
    if !json.contains("\\u") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let letter = escape.strip_prefix("\\u").map(escaped);
        let length = match letter.filter(|(letter, _)| letter.is_alphanumeric() || !letter.is_ascii()) {
            Some((letter, used)) => {
                out.push(letter);
                2 + used
            }
            None => {
                // What follows a backslash belongs to it, another backslash too.
                let length = 1 + escape.chars().nth(1).map_or(0, char::len_utf8);
                out.push_str(&escape[..length]);
                length
            }
        };
        rest = &escape[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
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
    fn letters_are_shown_as_letters() {
        assert_eq!(preview(r#"{"q":"\u6570 \u00e9 \ud83d\ude00 \"\n\\u0041"}"#), r#"{"q":"数 é 😀 \"\n\\u0041"}"#);
        // Unpaired, cut, a control, a quotation mark: as they were.
        for odd in [r#"{"q":"\ud83d"}"#, r#"{"q":"\u00"#, r#"{"q":"\u0000\u0022\u005c"}"#, r"[\"] {
            assert_eq!(preview(odd), odd);
        }
        let long = format!("{{\"q\":\"{}\"}}", "\\u00e9".repeat(1000));
        assert_eq!(preview(&long), format!("{{\"q\":\"{}…", "é".repeat(117)));
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let cut = preview(&"ä".repeat(400));
        assert_eq!(cut.chars().count(), 121);
        assert!(cut.ends_with('…'));
    }
}
