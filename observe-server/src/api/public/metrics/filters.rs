//! Filters over scores, as the list in a query says them.

use rusqlite::types::Value as Bound;
use serde_json::Value;

use super::names::{SCORE_DIMENSIONS, SCORE_SUBJECTS};
use crate::query::Sql;

/// Conditions, each of which must hold; true without any.
///
/// # Errors
///
/// What cannot be filtered by.
pub(super) fn conditions(filters: &[Value]) -> Result<Sql, String> {
    let mut text = "1".to_owned();
    let mut values = Vec::new();
    for filter in filters {
        let part = |key: &str| filter.get(key).and_then(Value::as_str).unwrap_or("");
        let (column, operator) = (part("column"), part("operator"));
        let known = SCORE_DIMENSIONS.iter().chain(SCORE_SUBJECTS).find(|(name, _)| *name == column && column != "tags");
        let (_, sql) = known.ok_or_else(|| format!("scores cannot be filtered by {column}"))?;
        let given = filter.get("value").cloned().unwrap_or_default();
        let list = given.as_array().cloned().unwrap_or_else(|| vec![given.clone()]);
        let bound = list.iter().map(bound).collect::<Option<Vec<Bound>>>();
        let bound = bound.ok_or_else(|| format!("the value of the filter by {column} is {given}"))?;
        let word = list.first().and_then(Value::as_str).unwrap_or_default().to_owned();
        let marks = vec!["?"; bound.len()].join(", ");
        let (condition, mut own) = match operator {
            "=" | "<>" | "<" | ">" | "<=" | ">=" if bound.len() == 1 => (format!("{sql} {operator} ?"), bound),
            "any of" => (format!("{sql} IN ({marks})"), bound),
            "none of" => (format!("({sql} IS NULL OR {sql} NOT IN ({marks}))"), bound),
            "contains" => (format!("instr({sql}, ?) > 0"), vec![word.into()]),
            "does not contain" => (format!("coalesce(instr({sql}, ?), 0) = 0"), vec![word.into()]),
            "starts with" => (format!("substr({sql}, 1, length(?)) = ?"), vec![word.clone().into(), word.into()]),
            "ends with" => (format!("substr({sql}, -length(?)) = ?"), vec![word.clone().into(), word.into()]),
            "is null" => (format!("{sql} IS NULL"), Vec::new()),
            "is not null" => (format!("{sql} IS NOT NULL"), Vec::new()),
            _ => return Err(format!("scores cannot be filtered by {column} with the operator {operator:?}")),
        };
        text.push_str(" AND ");
        text.push_str(&condition);
        values.append(&mut own);
    }
    Ok(Sql::new(text, values))
}

fn bound(value: &Value) -> Option<Bound> {
    match value {
        Value::Bool(truth) => Some(i64::from(*truth).into()),
        Value::Null => Some(Bound::Null),
        Value::Number(number) => number.as_f64().map(Bound::from),
        Value::String(text) => Some(text.clone().into()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
