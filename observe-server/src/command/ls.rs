//! `observe ls`: traces, a line each.

use std::error::Error;

use clap::Args;
use serde_json::json;

use super::asked::{Asked, Looking};
use crate::cli::Place;
use crate::terminal::progress::Progress;
use crate::terminal::table::{self, Cell, Column};
use crate::terminal::{Paint, Screen, number};
use crate::view::{self, TraceRow};

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// How many to show at most.
    #[arg(long, short = 'n', default_value_t = 50, value_name = "COUNT")]
    limit: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    asked: Asked,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let finder = arguments.asked.finder()?;
    let looking = Looking::open(place, Some(&arguments.asked)).await?;
    let limit = arguments.limit;
    let progress = Progress::waiting("looking");
    let (rows, more) = looking
        .store
        .read(move |db| {
            let page = finder.page(db, limit, None)?;
            let total = if page.next.is_some() { finder.total(db)? } else { None };
            Ok((view::trace_rows(db, &page.rids)?, page.next.map(|_| total)))
        })
        .await?;
    drop(progress);
    if arguments.json {
        for row in &rows {
            screen.raw(format!("{}\n", json!(row)).as_bytes())?;
        }
        return Ok(screen.flush()?);
    }
    print(screen, &rows, true)?;
    if !screen.is_plain() && screen.columns().is_some() {
        match more {
            Some(total) => {
                let of = total.map(|total| format!(" of {}", number::count(total))).unwrap_or_default();
                let text = format!("{} traces{of}: --limit shows more", rows.len());
                let text = screen.painted(Paint::Dim, &text);
                screen.line(&text)?;
            }
            None if rows.is_empty() => screen.line("no trace matches")?,
            None => {}
        }
    }
    Ok(screen.flush()?)
}

const COLUMNS: [Column; 11] = [
    table::text("trace", 8),
    table::text("time", 19),
    table::text("name", 28),
    table::figures("duration"),
    table::figures("tokens"),
    table::figures("cost"),
    table::text("level", 7),
    table::text("user", 14),
    table::text("session", 14),
    table::text("tags", 20),
    table::text("input → output", usize::MAX),
];

/// Prints traces as a table.
pub(super) fn print(screen: &mut Screen, rows: &[TraceRow], is_titled: bool) -> std::io::Result<()> {
    let is_plain = screen.is_plain();
    // Eight digits are enough to tell traces apart by eye and for `observe show`.
    let is_short = screen.columns().is_some();
    let cells: Vec<Vec<Cell>> = rows.iter().map(|row| cells(row, is_plain, is_short)).collect();
    table::print(screen, &COLUMNS, &cells, is_titled)
}

fn cells(row: &TraceRow, is_plain: bool, is_short: bool) -> Vec<Cell> {
    let text = |text: &Option<String>| Cell::new(text.as_deref().unwrap_or_default());
    let id = if is_short { row.id.chars().take(8).collect() } else { row.id.clone() };
    let duration = match row.running {
        _ if is_plain => row.latency.to_string(),
        true => "running".to_owned(),
        false => number::duration(row.latency),
    };
    let tokens = match row.tokens.total {
        0 if !is_plain => String::new(),
        total if is_plain => total.to_string(),
        total => number::count(total),
    };
    let cost =
        row.cost.map(|cost| if is_plain { number::dollars(cost) } else { number::cost(cost) }).unwrap_or_default();
    let level = if row.level == "DEFAULT" && !is_plain { "" } else { row.level };
    let between = if row.output_preview.is_some() { " → " } else { "" };
    let preview = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        Cell::painted(id, Paint::Dim),
        Cell::new(match is_plain {
            true => row.start.clone(),
            false if is_short => number::short_time(&row.start),
            false => number::time(&row.start),
        }),
        Cell::painted(row.name.as_deref().unwrap_or_default(), Paint::Bold),
        Cell::new(duration),
        Cell::new(tokens),
        Cell::new(cost),
        Cell::painted(level, Paint::of(row.level)),
        text(&row.user),
        text(&row.session),
        Cell::new(row.tags.join(",")),
        Cell::painted(format!("{}{between}{}", preview(&row.input_preview), preview(&row.output_preview)), Paint::Dim),
    ]
}
