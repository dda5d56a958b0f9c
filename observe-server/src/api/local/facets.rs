//! The values of a few fields among what is found, and how many traces have each.
//!
//! What a query says of a facet's own field does not narrow that facet: its other values stay on offer.

use axum::Json;
use axum::extract::State;
use rusqlite::{Connection, params_from_iter};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{App, Failure};
use super::given::Query;
use crate::model::Level;
use crate::query::{self, Finder, Target};

/// Values a facet names.
const MOST: usize = 20;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    /// Of these facets alone, with commas between them.
    keys: Option<String>,
}

/// A facet, the query's field that it is of, and where its values stand.
struct Facet {
    key: &'static str,
    field: &'static str,
    source: Source,
}

enum Source {
    /// A column of `trace`.
    Column(&'static str),
    /// A kind of label.
    Label(&'static str),
    Scores,
}

const FACETS: [Facet; 9] = [
    Facet { key: "level", field: "level", source: Source::Column("level") },
    Facet { key: "name", field: "name", source: Source::Column("name") },
    Facet { key: "tag", field: "tags", source: Source::Label("tag") },
    Facet { key: "model", field: "model", source: Source::Label("model") },
    Facet { key: "user", field: "userId", source: Source::Column("user") },
    Facet { key: "environment", field: "environment", source: Source::Column("environment") },
    Facet { key: "score", field: "scores", source: Source::Scores },
    Facet { key: "session", field: "sessionId", source: Source::Column("session") },
    Facet { key: "type", field: "type", source: Source::Label("type") },
];

pub(crate) async fn facets(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Json<Value>, Failure> {
    let query = query::parse(&asked.q)?;
    let is_wanted =
        |facet: &&'static Facet| asked.keys.as_deref().is_none_or(|keys| keys.split(',').any(|key| key == facet.key));
    let wanted: Vec<&Facet> = FACETS.iter().filter(is_wanted).collect();
    // Two at a time: more would keep readers from whoever else looks.
    let (first, second): (Vec<_>, Vec<_>) = wanted.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let count = |facets: Vec<(usize, &'static Facet)>| {
        let query = query.clone();
        app.store.read(move |db| {
            facets
                .into_iter()
                .map(|(at, facet)| Ok((at, counted(db, facet, &query)?)))
                .collect::<rusqlite::Result<Vec<_>>>()
        })
    };
    let (first, second) = tokio::try_join!(count(first), count(second))?;
    let mut facets: Vec<(usize, Value)> = first.into_iter().chain(second).collect();
    facets.sort_by_key(|(at, _)| *at);
    let facets: Vec<Value> = facets.into_iter().map(|(_, facet)| facet).collect();
    Ok(Json(json!({"facets": facets})))
}

fn counted(db: &Connection, facet: &Facet, query: &query::Query) -> rusqlite::Result<Value> {
    let finder = Finder::new(&query.without(facet.field), Target::Traces, None);
    let mut values = count(db, facet, &finder)?;
    let more = values.len() > MOST;
    values.truncate(MOST);
    let values: Vec<Value> = values.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
    Ok(json!({"key": facet.key, "values": values, "more": more}))
}

fn count(db: &Connection, facet: &Facet, finder: &Finder) -> rusqlite::Result<Vec<(String, i64)>> {
    let all = finder.all(db)?;
    let is_everything = finder.is_everything();
    let found = if is_everything { String::new() } else { format!("({}) f CROSS JOIN ", all.text) };
    let on = |condition: &str| if is_everything { String::new() } else { format!(" ON {condition}") };
    let mut values = if is_everything { Vec::new() } else { all.values };
    let text = match facet.source {
        Source::Column(column) => {
            format!("SELECT t.{column} AS value, count(*) AS n FROM {found}trace t{} GROUP BY 1", on("t.rid = f.rid"))
        }
        Source::Label(kind) => {
            values.push(kind.to_owned().into());
            let key = "(SELECT id FROM key WHERE kind = ? AND name = '')";
            format!(
                "SELECT l.value AS value, count(*) AS n FROM {found}label l{} WHERE l.key = {key} GROUP BY 1",
                on("l.trace = f.rid")
            )
        }
        Source::Scores if is_everything => {
            "SELECT name AS value, count(*) AS n FROM (SELECT DISTINCT trace, name FROM score WHERE trace IS NOT NULL) GROUP BY 1".to_owned()
        }
        Source::Scores => format!(
            "SELECT s.name AS value, count(DISTINCT s.trace) AS n FROM {found}trace t{} CROSS JOIN score s ON s.trace = t.id GROUP BY 1",
            on("t.rid = f.rid")
        ),
    };
    let text = format!(
        "SELECT value, n FROM ({text}) WHERE value IS NOT NULL AND value <> '' ORDER BY n DESC, value LIMIT {}",
        MOST + 1
    );
    db.prepare_cached(&text)?
        .query_map(params_from_iter(values), |row| {
            let value = match row.get_ref(0)? {
                rusqlite::types::ValueRef::Integer(code) => Level::from_code(code).as_str().to_owned(),
                other => other.as_str()?.to_owned(),
            };
            Ok((value, row.get(1)?))
        })?
        .collect()
}
