//! Scores as Langfuse takes them, from its API and from local files.

use serde_json::{Map, Value};

use super::issue::{Issue, text};
use super::values::environment;
use crate::model::Score;
use crate::time;

/// A score from its JSON, or what is wrong with it.
pub(crate) fn score(value: &Value) -> Result<Score, Vec<Issue>> {
    let Some(body) = value.as_object() else { return Err(vec![Issue::kind(&[], "object", value)]) };
    let mut issues = Vec::new();
    let mut optional = |key: &str| text(body, key, &mut issues);
    let id = optional("id");
    let (trace, observation) = (optional("traceId"), optional("observationId"));
    let (session, dataset_run) = (optional("sessionId"), optional("datasetRunId"));
    let (comment, config, queue) = (optional("comment"), optional("configId"), optional("queueId"));
    let (stated_source, stated_environment) = (optional("source"), optional("environment"));
    let (stated_type, timestamp) = (optional("dataType"), optional("timestamp"));
    let name = optional("name").filter(|name| !name.is_empty());
    if name.is_none() && issues.is_empty() {
        issues.push(match body.get("name") {
            Some(Value::String(_)) => {
                Issue::new("too_small", &["name"], "Too small: expected string to have >=1 characters")
            }
            other => Issue::kind(&["name"], "string", other.unwrap_or(&Value::Null)),
        });
    }
    let subjects =
        [trace.is_some(), session.is_some(), dataset_run.is_some()].into_iter().filter(|is_there| *is_there).count();
    if subjects != 1 {
        let message =
            "Provide exactly one of the following: traceId (with optional observationId), sessionId or datasetRunId";
        issues.push(Issue::new("custom", &[], message));
    }
    if observation.is_some() && trace.is_none() {
        issues.push(Issue::new("custom", &["observationId"], "ObservationId requires traceId"));
    }
    let source = stated_source.unwrap_or_else(|| "API".to_owned());
    if !matches!(source.as_str(), "API" | "EVAL" | "ANNOTATION") {
        issues.push(Issue::new(
            "invalid_value",
            &["source"],
            "Invalid option: expected one of \"API\"|\"EVAL\"|\"ANNOTATION\"",
        ));
    }
    let given = body.get("value").unwrap_or(&Value::Null);
    let read = typed(stated_type.as_deref(), given, &mut issues);
    let time = match timestamp.as_deref().map(time::parse) {
        Some(None) => {
            issues.push(Issue::new("invalid_format", &["timestamp"], "Invalid ISO datetime"));
            0
        }
        Some(Some(time)) => time,
        None => time::now(),
    };
    let (Some((data_type, number, text)), Some(name), true) = (read, name, issues.is_empty()) else {
        return Err(issues);
    };
    let metadata = match body.get("metadata") {
        Some(Value::Object(map)) => map.clone(),
        None | Some(Value::Null) => Map::new(),
        Some(other) => Map::from_iter([("metadata".to_owned(), other.clone())]),
    };
    Ok(Score {
        id: id.filter(|id| !id.is_empty()).unwrap_or_else(super::random_id),
        trace,
        observation,
        session,
        dataset_run,
        name: if data_type == "CORRECTION" { "output".to_owned() } else { name },
        data_type,
        value: number,
        text,
        comment,
        metadata,
        source,
        environment: stated_environment.map(|text| environment(&text)),
        config,
        queue,
        time: time::sane(time),
    })
}

type Typed = (&'static str, Option<f64>, Option<String>);

/// The type, the number and the text of a value.
fn typed(stated: Option<&str>, value: &Value, issues: &mut Vec<Issue>) -> Option<Typed> {
    let mut wrong = |expected: &str| {
        issues.push(Issue::kind(&["value"], expected, value));
        None
    };
    let number = value.as_f64().filter(|number| number.is_finite());
    let text = value.as_str();
    match (stated, number, text) {
        (None | Some("NUMERIC"), Some(number), _) => Some(("NUMERIC", Some(number), None)),
        (None | Some("CATEGORICAL"), _, Some(text)) => Some(("CATEGORICAL", Some(0.0), Some(text.to_owned()))),
        (Some("BOOLEAN"), Some(number), _) if number == 0.0 || number == 1.0 => {
            let text = if number == 1.0 { "True" } else { "False" };
            Some(("BOOLEAN", Some(number), Some(text.to_owned())))
        }
        (Some("TEXT"), _, Some(text)) => {
            if (1..=500).contains(&text.chars().count()) {
                return Some(("TEXT", None, Some(text.to_owned())));
            }
            issues.push(Issue::new("too_big", &["value"], "A TEXT score has 1 to 500 characters"));
            None
        }
        (Some("CORRECTION"), _, Some(text)) => Some(("CORRECTION", None, Some(text.to_owned()))),
        (Some("NUMERIC" | "BOOLEAN"), _, _) => wrong("number"),
        (Some("CATEGORICAL" | "TEXT" | "CORRECTION"), _, _) => wrong("string"),
        (None, _, _) => wrong("number or string"),
        (Some(_), _, _) => {
            let message =
                "Invalid option: expected one of \"NUMERIC\"|\"CATEGORICAL\"|\"BOOLEAN\"|\"TEXT\"|\"CORRECTION\"";
            issues.push(Issue::new("invalid_value", &["dataType"], message));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_have_types() {
        let of = |value: Value, kind: Option<&str>| {
            let mut body = json!({"name": "n", "traceId": "t", "value": value});
            if let Some(kind) = kind {
                body["dataType"] = kind.into();
            }
            score(&body).map(|score| (score.data_type, score.value, score.text)).ok()
        };
        assert_eq!(of(json!(0.5), None), Some(("NUMERIC", Some(0.5), None)));
        assert_eq!(of(json!("good"), None), Some(("CATEGORICAL", Some(0.0), Some("good".to_owned()))));
        assert_eq!(of(json!(1), Some("BOOLEAN")), Some(("BOOLEAN", Some(1.0), Some("True".to_owned()))));
        assert_eq!(of(json!(true), Some("BOOLEAN")), None);
        assert_eq!(of(json!("x"), Some("NUMERIC")), None);
        assert_eq!(of(json!(""), Some("TEXT")), None);
    }

    #[test]
    fn a_score_is_of_one_thing() {
        for subjects in [json!({}), json!({"traceId": "t", "sessionId": "s"}), json!({"observationId": "o"})] {
            let mut body = json!({"name": "n", "value": 1});
            body.as_object_mut().unwrap().extend(subjects.as_object().unwrap().clone());
            assert!(score(&body).is_err(), "{body}");
        }
        assert!(score(&json!({"name": "n", "value": 1, "sessionId": "s"})).is_ok());
    }
}
