//! Completion of a query: fields, then the values that were observed.

use axum::Json;
use axum::extract::State;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::given::Query;
use crate::model::{Kind, Level};
use crate::query;

const MOST: usize = 12;

/// Fields in the order in which they are offered, in their short names.
const FIELDS: &[&str] = &[
    "name",
    "user",
    "session",
    "tag",
    "model",
    "level",
    "latency",
    "cost",
    "tokens",
    "env",
    "type",
    "since",
    "input",
    "output",
    "statusMessage",
    "scores.",
    "metadata.",
    "has",
    "ttft",
    "tool",
    "prompt",
    "observation",
    "errors",
    "observations",
    "startTime",
    "endTime",
    "until",
    "version",
    "release",
    "id",
    "inputTokens",
    "outputTokens",
    "comment",
    "sort",
];

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    at: Option<usize>,
}

pub(crate) async fn complete(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    // The page counts UTF-16 units, as JavaScript does.
    let units: Vec<u16> = asked.q.encode_utf16().collect();
    let at = asked.at.unwrap_or(units.len()).min(units.len());
    let word = Word::before(&String::from_utf16_lossy(&units[..at]));
    let (from, start) = (at - word.typed.encode_utf16().count(), word.typed.clone());
    let items = app.store.read(move |db| match &word.field {
        None => fields(db, &word.typed),
        Some(field) => values(db, field, &word.typed),
    });
    let mut items = items.await?;
    // What stands there already needs no completion.
    items.retain(|item| item["text"] != start.as_str() || start.is_empty());
    Ok(Json(json!({"from": from, "to": at, "items": items})))
}

/// What is being written: a field, or a value of one.
#[derive(Debug, PartialEq)]
struct Word {
    field: Option<String>,
    typed: String,
}

impl Word {
    fn before(text: &str) -> Self {
        let mut quoted = false;
        let mut start = 0;
        for (at, character) in text.char_indices() {
            match character {
                '"' => quoted = !quoted,
                ' ' | '(' | ')' if !quoted => start = at + 1,
                _ => {}
            }
        }
        let word = text[start..].trim_start_matches('-');
        // Inside `key:(a OR b` the values are of `key`.
        let group = text[..start].rfind(":(").filter(|open| !text[*open..start].contains(')'));
        if let (Some(open), false) = (group, word.contains(':')) {
            let field = text[..open].rsplit([' ', '(', '-']).next().unwrap_or_default();
            return Self { field: Some(field.to_owned()), typed: word.to_owned() };
        }
        match word.split_once(':') {
            Some((field, typed)) => {
                Self { field: Some(field.to_owned()), typed: typed.trim_start_matches('=').to_owned() }
            }
            None => Self { field: None, typed: word.to_owned() },
        }
    }
}

fn fields(db: &Connection, typed: &str) -> rusqlite::Result<Vec<Value>> {
    let item = |text: String| json!({"text": text, "kind": "field", "count": null});
    if let Some((kind, name)) = typed.split_once('.') {
        let name = name.trim_matches('"');
        let source = match kind.to_ascii_lowercase().as_str() {
            "scores" | "score" => "(SELECT DISTINCT name FROM score)",
            "metadata" => "key WHERE kind = 'metadata'",
            _ => return Ok(Vec::new()),
        };
        let sql = format!(
            "SELECT name FROM (SELECT name FROM {source}) WHERE name LIKE ? ESCAPE '\\' ORDER BY 1 LIMIT {MOST}"
        );
        let names = db
            .prepare_cached(&sql)?
            .query_map([like(name)], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        return Ok(names.into_iter().map(|name| item(format!("{kind}.{}:", query::quoted(&name)))).collect());
    }
    let wanted = typed.to_ascii_lowercase();
    let starting = FIELDS.iter().filter(|field| field.to_ascii_lowercase().starts_with(&wanted)).take(MOST);
    Ok(starting
        .map(|field| item(if field.ends_with('.') { (*field).to_owned() } else { format!("{field}:") }))
        .collect())
}

fn like(prefix: &str) -> String {
    format!("{}%", prefix.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

fn values(db: &Connection, field: &str, typed: &str) -> rusqlite::Result<Vec<Value>> {
    let typed = typed.trim_start_matches('"');
    let prefix = like(typed);
    let label = |kind: &str, name: &str| counted(db, LABELS, &[&prefix, kind, name]);
    let column = |column: &str| {
        let sql = format!(
            "SELECT {column}, count(*) FROM trace WHERE {column} LIKE ?1 ESCAPE '\\' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}"
        );
        counted(db, &sql, &[&prefix])
    };
    let named = field.split_once('.').map(|(kind, name)| (kind.to_ascii_lowercase(), name.trim_matches('"')));
    match named.as_ref().map(|(kind, name)| (kind.as_str(), *name)) {
        Some(("metadata", name)) => return label("metadata", name),
        Some(("scores" | "score", name)) => return counted(db, SCORES, &[&prefix, name]),
        Some(_) => return Ok(Vec::new()),
        None => {}
    }
    match field.to_ascii_lowercase().as_str() {
        "name" | "tracename" => column("name"),
        "user" | "userid" => column("user"),
        "session" | "sessionid" => column("session"),
        "env" | "environment" => column("environment"),
        "release" => column("release"),
        "version" => column("version"),
        "tag" | "tags" | "tracetags" => label("tag", ""),
        "model" | "providedmodelname" | "modelid" => label("model", ""),
        "tool" | "toolname" => label("tool", ""),
        "prompt" | "promptname" => label("prompt", ""),
        "observation" | "observationname" | "span" => label("observation", ""),
        other => Ok(fixed(other, typed)),
    }
}

const LABELS: &str = "SELECT value, count(*) FROM label WHERE key = (SELECT id FROM key WHERE kind = ?2 AND name = ?3)
                      AND value LIKE ?1 ESCAPE '\\' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12";
const SCORES: &str = "SELECT text, count(*) FROM score WHERE name = ?2 AND text LIKE ?1 ESCAPE '\\'
                      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12";

fn counted(db: &Connection, sql: &str, bound: &[&str]) -> rusqlite::Result<Vec<Value>> {
    let mut find = db.prepare_cached(sql)?;
    let rows = find.query_map(rusqlite::params_from_iter(bound), |row| {
        let (value, count): (String, i64) = (row.get(0)?, row.get(1)?);
        Ok(json!({"text": query::quoted(&value), "kind": "value", "count": count}))
    })?;
    rows.collect()
}

/// Values that need no looking up, by the name of the field in lower case.
fn fixed(field: &str, typed: &str) -> Vec<Value> {
    let all: &[&str] = match field {
        "level" | "status" => &Level::ALL.map(Level::as_str),
        "type" | "kind" | "observationtype" => &Kind::ALL.map(Kind::as_str),
        "since" | "until" => &["15m", "1h", "6h", "24h", "7d", "30d"],
        "sort" => &["-latency", "-cost", "-tokens", "-errors", "latency", "startTime", "name"],
        "latency" | "duration" | "ttft" | "timetofirsttoken" => &[">500ms", ">2s", ">10s"],
        "cost" | "totalcost" => &[">$0.001", ">$0.01", ">$1"],
        "tokens" | "totaltokens" => &[">1000", ">10000"],
        "has" => &["endTime", "user", "session", "tags", "statusMessage", "input", "output", "scores.", "metadata."],
        _ => &[],
    };
    let typed = typed.to_ascii_lowercase();
    let starting = all.iter().filter(|text| text.to_ascii_lowercase().starts_with(&typed));
    starting.map(|text| json!({"text": text, "kind": "value", "count": null})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_being_written() {
        let word = |text: &str| {
            let word = Word::before(text);
            (word.field.unwrap_or_default(), word.typed)
        };
        assert_eq!(word("le"), (String::new(), "le".into()));
        assert_eq!(word("a -level:E"), ("level".into(), "E".into()));
        assert_eq!(word("name:\"two wo"), ("name".into(), "\"two wo".into()));
        assert_eq!(word("tag:(a OR b"), ("tag".into(), "b".into()));
        assert_eq!(word("tag:(a OR b) us"), (String::new(), "us".into()));
        assert_eq!(word("(a or user:u"), ("user".into(), "u".into()));
    }
}
