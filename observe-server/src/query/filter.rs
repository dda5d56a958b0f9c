//! Langfuse's structured filters, as its API and its page's addresses have them, to conditions.

use serde_json::Value;

use super::ast::{Compare, Expr, Pattern, Query, Term};
use super::fields::{Field, Kind};
use crate::model;
use crate::time;

/// Values that are looked for at once; the database bears some hundred.
const MOST: usize = 400;

/// Conditions that must all hold, gathered one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions(Vec<Expr>);

impl Conditions {
    /// A field is exactly this text.
    pub(crate) fn is(&mut self, field: &str, text: &str) -> &mut Self {
        self.any_of(field, &[text.to_owned()])
    }

    /// A field is one of these texts; of levels and types their names.
    pub(crate) fn any_of(&mut self, field: &str, texts: &[String]) -> &mut Self {
        if let Some(field) = Field::find(field) {
            self.0.push(any(texts.iter().map(|text| equals(&field, text))));
        }
        self
    }

    /// A time is at or behind this one, or before it.
    pub(crate) fn time(&mut self, field: &str, compare: Compare, moment: i64) -> &mut Self {
        if let Some(field) = Field::find(field) {
            self.0.push(Expr::Term(Term::Time(field, compare, moment)));
        }
        self
    }

    pub(crate) fn flag(&mut self, field: &str, truth: bool) -> &mut Self {
        if let Some(field) = Field::find(field) {
            self.0.push(Expr::Term(Term::Is(field, truth)));
        }
        self
    }

    pub(crate) fn missing(&mut self, field: &str) -> &mut Self {
        if let Some(field) = Field::find(field) {
            self.0.push(not(Expr::Term(Term::Has(field))));
        }
        self
    }

    /// What stands in a `filter` parameter: a JSON list of filters.
    ///
    /// # Errors
    ///
    /// Which filter is not understood, and why.
    pub(crate) fn filter(&mut self, json: &str) -> Result<&mut Self, String> {
        let list: Vec<Value> =
            serde_json::from_str(json).map_err(|error| format!("the filter is no JSON list of filters: {error}"))?;
        for filter in &list {
            self.0.push(condition(filter)?);
        }
        let values = list.iter().map(|filter| filter.get("value").and_then(Value::as_array).map_or(1, Vec::len));
        let values: usize = values.sum();
        if values > MOST {
            return Err(format!("the filter has {values} values, and at most {MOST} are looked for at once"));
        }
        Ok(self)
    }

    pub(crate) fn query(self) -> Query {
        let expr = if self.0.is_empty() { None } else { Some(Expr::And(self.0)) };
        Query { expr, sort: None }
    }
}

fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

fn any(parts: impl Iterator<Item = Expr>) -> Expr {
    let mut parts: Vec<Expr> = parts.collect();
    if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) }
}

fn equals(field: &Field, text: &str) -> Expr {
    let code = match field {
        Field::Known(known) if known.kind == Kind::Level => model::Level::parse(text).map(model::Level::code),
        Field::Known(known) if known.kind == Kind::Type => model::Kind::parse(text).map(model::Kind::code),
        _ => return Expr::Term(Term::Text(field.clone(), Pattern::Is(text.to_owned()))),
    };
    // A name that is none is nobody's.
    Expr::Term(Term::Compare(field.clone(), Compare::Equal, time::float(code.unwrap_or(-1))))
}

fn condition(filter: &Value) -> Result<Expr, String> {
    let text = |key: &str| filter.get(key).and_then(Value::as_str);
    let (Some(kind), Some(column), Some(operator)) = (text("type"), text("column"), text("operator")) else {
        return Err(format!("a filter wants type, column and operator: {filter}"));
    };
    let value = filter.get("value").unwrap_or(&Value::Null);
    let field = field(column, text("key"))?;
    let wrong = || format!("the filter {filter} is not understood: {operator} does not go with {kind}");
    let list = || -> Vec<String> {
        match value {
            Value::Array(list) => list.iter().map(crate::store::text_of).collect(),
            other => vec![crate::store::text_of(other)],
        }
    };
    let compare = match operator {
        "=" => Some(Compare::Equal),
        ">" => Some(Compare::Greater),
        ">=" => Some(Compare::GreaterOrEqual),
        "<" => Some(Compare::Less),
        "<=" => Some(Compare::LessOrEqual),
        _ => None,
    };
    match kind {
        "string" | "stringObject" => {
            let wanted = crate::store::text_of(value);
            let matches = |pattern| Ok(Expr::Term(Term::Text(field.clone(), pattern)));
            match operator {
                "=" => Ok(equals(&field, &wanted)),
                "contains" => matches(Pattern::Contains(wanted)),
                "does not contain" => matches(Pattern::Contains(wanted)).map(not),
                "starts with" => matches(Pattern::Starts(wanted)),
                "ends with" => matches(Pattern::Ends(wanted)),
                "matches" => matches(Pattern::Is(wanted)),
                _ => Err(wrong()),
            }
        }
        "stringOptions" | "arrayOptions" | "categoryOptions" => {
            let each = list().into_iter().map(|text| equals(&field, &text));
            match operator {
                "any of" => Ok(any(each)),
                "none of" => Ok(not(any(each))),
                "all of" => Ok(Expr::And(each.collect())),
                _ => Err(wrong()),
            }
        }
        "number" | "numberObject" => {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok()).ok_or_else(wrong)?;
            // Langfuse's durations are seconds.
            let factor = match &field {
                Field::Known(known) if known.kind == Kind::Duration => 1e6,
                _ => 1.0,
            };
            Ok(Expr::Term(Term::Compare(field, compare.ok_or_else(wrong)?, number * factor)))
        }
        "datetime" => {
            let moment = value.as_str().and_then(time::parse).ok_or_else(wrong)?;
            Ok(Expr::Term(Term::Time(field, compare.ok_or_else(wrong)?, moment)))
        }
        "boolean" | "booleanObject" => {
            let truth = value.as_bool().ok_or_else(wrong)?;
            let is_equal = match operator {
                "=" => true,
                "<>" => false,
                _ => return Err(wrong()),
            };
            match (&field, column) {
                (Field::Score(_), _) => {
                    let number = if truth == is_equal { 1.0 } else { 0.0 };
                    Ok(Expr::Term(Term::Compare(field, Compare::Equal, number)))
                }
                (_, "hasInput" | "hasOutput" | "hasParentObservation") => {
                    let has = Expr::Term(Term::Has(field));
                    Ok(if truth == is_equal { has } else { not(has) })
                }
                _ => Ok(Expr::Term(Term::Is(field, truth == is_equal))),
            }
        }
        "null" => match operator {
            "is null" => Ok(not(Expr::Term(Term::Has(field)))),
            "is not null" => Ok(Expr::Term(Term::Has(field))),
            _ => Err(wrong()),
        },
        _ => Err(format!("filters of type {kind} are not known here")),
    }
}

/// A column by Langfuse's name for it, in any of its tables.
fn field(column: &str, key: Option<&str>) -> Result<Field, String> {
    let keyed = || key.map(str::to_owned).ok_or_else(|| format!("a filter on {column} wants a key"));
    match column {
        "metadata" | "Metadata" => return keyed().map(Field::Metadata),
        "scores_avg"
        | "score_categories"
        | "score_booleans"
        | "trace_scores_avg"
        | "trace_score_categories"
        | "trace_score_booleans"
        | "scores" => return keyed().map(Field::Score),
        _ => {}
    }
    let name = match column {
        "hasInput" => "input",
        "hasOutput" => "output",
        "hasParentObservation" => "parent",
        "totalTokens" | "tokens" => "totalTokens",
        other => other,
    };
    let plain: String = name.chars().filter(|character| !character.is_whitespace() && *character != '_').collect();
    Field::find(&plain).ok_or_else(|| match super::fields::nearest(&plain) {
        Some(near) => format!("there is no column {column}: did you mean {near}?"),
        None => format!("there is no column {column}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_mean_what_the_bar_means() {
        for (filter, query) in [
            (
                r#"{"type":"stringOptions","column":"level","operator":"any of","value":["ERROR","WARNING"]}"#,
                "level:(ERROR OR WARNING)",
            ),
            (r#"{"type":"number","column":"latency","operator":">","value":2}"#, "latency:>2"),
            (
                r#"{"type":"stringObject","column":"metadata","key":"plan","operator":"=","value":"pro"}"#,
                "metadata.plan:pro",
            ),
            (r#"{"type":"numberObject","column":"scores_avg","key":"q","operator":"<","value":0.5}"#, "scores.q:<0.5"),
            (r#"{"type":"arrayOptions","column":"traceTags","operator":"none of","value":["a"]}"#, "-tag:a"),
            (r#"{"type":"null","column":"endTime","operator":"is null"}"#, "-has:endTime"),
        ] {
            let mut conditions = Conditions::default();
            conditions.filter(&format!("[{filter}]")).unwrap();
            let Some(Expr::And(mut parts)) = conditions.query().expr else { panic!("{filter}") };
            assert_eq!(parts.pop(), super::super::parse(query).unwrap().expr, "{filter}");
        }
        let many = serde_json::json!([{"type": "stringOptions", "column": "name", "operator": "any of", "value": vec!["x"; 401]}]);
        assert!(Conditions::default().filter(&many.to_string()).is_err());
        assert!(
            Conditions::default().filter(r#"[{"type":"string","column":"nope","operator":"=","value":"x"}]"#).is_err()
        );
    }
}
