//! Values that were taken apart into indexed attributes, `gen_ai.prompt.0.content` and the like, put together again.

use serde_json::{Map, Value};

use super::otlp::Any;
use super::values::json_or_text;

/// No list has more places: an index beyond is an attack or an accident.
const MOST: usize = 10_001;

/// One value of all that stands below a prefix; `None` when nothing does.
pub(super) fn value<'a>(parts: impl Iterator<Item = (&'a str, &'a Any)>) -> Option<Value> {
    let mut parts: Vec<(&str, &Any)> = parts.filter(|(path, _)| !path.is_empty()).take(MOST).collect();
    if parts.is_empty() {
        return None;
    }
    parts.sort_by_key(|(path, _)| *path);
    let mut root = Value::Object(Map::new());
    for (path, value) in parts {
        insert(&mut root, path, json_or_text(value));
    }
    let mut places = MOST;
    Some(lists(root, &mut places))
}

fn insert(root: &mut Value, path: &str, value: Value) {
    let mut at = root;
    for segment in path.split('.').take(32) {
        if matches!(segment, "__proto__" | "constructor" | "prototype") {
            return;
        }
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(map) = at else { return };
        at = map.entry(segment).or_insert(Value::Null);
    }
    *at = value;
}

/// Objects whose keys are all numbers become lists, in their order.
fn lists(value: Value, places: &mut usize) -> Value {
    let Value::Object(map) = value else { return value };
    let mut entries: Vec<(String, Value)> = map.into_iter().map(|(key, value)| (key, lists(value, places))).collect();
    let index = |key: &str| key.parse::<usize>().ok().filter(|index| *index < MOST);
    if entries.is_empty() || !entries.iter().all(|(key, _)| index(key).is_some()) || entries.len() > *places {
        return Value::Object(entries.into_iter().collect());
    }
    *places -= entries.len();
    entries.sort_by_key(|(key, _)| index(key));
    entries.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_put_together() {
        let text = |text: &str| Any::Text(text.to_owned());
        let parts = [
            ("1.content", text("hello")),
            ("0.role", text("system")),
            ("1.role", text("user")),
            ("10.role", text("x")),
        ];
        let built = value(parts.iter().map(|(path, value)| (*path, value))).unwrap();
        assert_eq!(built, serde_json::json!([{"role": "system"}, {"content": "hello", "role": "user"}, {"role": "x"}]));
    }

    #[test]
    fn hostile_indexes_build_no_giant() {
        let one = Any::Int(1);
        let built = value([("99999999999.x", &one), ("__proto__.y", &one)].into_iter()).unwrap();
        assert_eq!(built, serde_json::json!({"99999999999": {"x": 1}}));
    }
}
