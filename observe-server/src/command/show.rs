//! `observe show`: one trace as a tree.

use std::error::Error;

use clap::Args;
use serde_json::{Value, json};

use super::asked::Looking;
use crate::cli::Place;
use crate::export::Whole;
use crate::query::{self, Finder, Target};
use crate::terminal::{Screen, tree};

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// The trace: its id, the beginning of it, or its address in the page. Default: the newest.
    trace: Option<String>,
    /// Show inputs and outputs.
    #[arg(long)]
    io: bool,
    /// Everything about the trace as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let looking = Looking::open(place, None).await?;
    let id = find(&looking, arguments.trace.as_deref()).await?;
    let prices = looking.store.prices().current();
    let wanted = id.clone();
    let whole = looking.store.read(move |db| Whole::read(db, &wanted, &prices)).await?;
    let whole = whole.ok_or_else(|| format!("there is no trace {id}"))?;
    if arguments.json {
        screen.raw(format!("{:#}\n", with_payloads(&whole)).as_bytes())?;
    } else {
        tree::print(screen, &whole.trace, arguments.io.then_some(&whole.payloads))?;
    }
    Ok(screen.flush()?)
}

/// As the local API answers it, with the payloads in it.
fn with_payloads(whole: &Whole) -> Value {
    let mut value = json!(whole.trace);
    for observation in value["observations"].as_array_mut().into_iter().flatten() {
        let payload = observation["id"].as_str().and_then(|id| whole.payloads.get(id));
        let payload = payload.map(|payload| json!(payload)).unwrap_or_default();
        if let (Some(observation), Value::Object(payload)) = (observation.as_object_mut(), payload) {
            observation.extend(payload);
        }
    }
    value
}

/// The id of the trace that is meant.
async fn find(looking: &Looking, meant: Option<&str>) -> Result<String, Box<dyn Error>> {
    let Some(meant) = meant else {
        let newest = Finder::new(&query::Query::default(), Target::Traces, None);
        let rows = looking.store.read(move |db| crate::view::trace_rows(db, &newest.page(db, 1, None)?.rids)).await?;
        return Ok(rows.into_iter().next().map(|row| row.id).ok_or("there is no trace yet")?);
    };
    let address = meant.split(['?', '#']).next().unwrap_or(meant);
    let prefix = address.rsplit('/').find(|part| !part.is_empty()).unwrap_or(meant).to_owned();
    let like = prefix.clone();
    let found: Vec<String> = looking
        .store
        .read(move |db| {
            // An id is exactly itself, whichever others begin with it.
            let sql =
                "SELECT id FROM trace WHERE id >= ?1 AND substr(id, 1, length(?1)) = ?1 ORDER BY id <> ?1, id LIMIT 3";
            db.prepare(sql)?.query_map([like], |row| row.get(0))?.collect()
        })
        .await?;
    match found.as_slice() {
        [] => Err(format!("there is no trace {prefix:?}: `observe ls` lists them").into()),
        [one, ..] if *one == prefix => Ok(one.clone()),
        [one] => Ok(one.clone()),
        several => {
            Err(format!("{prefix:?} begins the ids of several traces: {}: give more of it", several.join(", ")).into())
        }
    }
}
