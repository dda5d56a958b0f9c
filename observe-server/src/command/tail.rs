//! `observe tail`: traces as they come, until interrupted.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use clap::Args;

use super::asked::{Asked, Looking};
use super::ls;
use crate::cli::Place;
use crate::query::{Finder, Query, Target};
use crate::terminal::Screen;
use crate::view::{self, TraceRow};

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(250);
/// More traces do not begin between two looks on one machine; what does is still found by `ls`.
const NEWEST: usize = 1000;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// How many of the traces that are there already to begin with.
    #[arg(long, short = 'n', default_value_t = 10, value_name = "COUNT")]
    lines: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    asked: Asked,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    // Newest first, whatever the query says.
    let query = Query { sort: None, ..arguments.asked.parsed()? };
    let mut looking = Looking::open(place, Some(&arguments.asked)).await?;
    let mut told = Told::default();
    let rows = newest(&looking, &query).await?;
    let first: Vec<TraceRow> = rows.iter().take(arguments.lines).rev().cloned().collect();
    told.forget(rows);
    print(screen, &first, arguments.json, true)?;
    loop {
        tokio::time::sleep(PERIOD).await;
        looking.catch_up().await?;
        let rows = newest(&looking, &query).await?;
        let ready = told.ready(rows);
        print(screen, &ready, arguments.json, false)?;
    }
}

async fn newest(looking: &Looking, query: &Query) -> Result<Vec<TraceRow>, Box<dyn Error>> {
    let finder = Finder::new(query, Target::Traces, None);
    Ok(looking.store.read(move |db| view::trace_rows(db, &finder.page(db, NEWEST, None)?.rids)).await?)
}

fn print(screen: &mut Screen, rows: &[TraceRow], is_json: bool, is_titled: bool) -> std::io::Result<()> {
    if is_json {
        for row in rows {
            screen.raw(format!("{}\n", serde_json::json!(row)).as_bytes())?;
        }
    } else {
        ls::print(screen, rows, is_titled)?;
    }
    screen.flush()
}

/// Which traces were printed, and how far the others were when last looked at.
#[derive(Debug, Default)]
struct Told {
    /// None: printed.
    traces: HashMap<String, Option<i64>>,
}

impl Told {
    /// These are not new.
    fn forget(&mut self, rows: Vec<TraceRow>) {
        self.traces.extend(rows.into_iter().map(|row| (row.id, None)));
    }

    /// Those that are new and have stopped growing, oldest first.
    fn ready(&mut self, rows: Vec<TraceRow>) -> Vec<TraceRow> {
        let mut ready = Vec::new();
        for row in rows {
            let known = self.traces.entry(row.id.clone()).or_insert(Some(-1));
            let Some(observations) = known else { continue };
            if *observations == row.observations && !row.running {
                *known = None;
                ready.push(row);
            } else {
                *observations = row.observations;
            }
        }
        ready.reverse();
        ready
    }
}
