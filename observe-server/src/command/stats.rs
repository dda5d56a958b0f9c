//! `observe stats`: what traces come to.

use std::error::Error;

use clap::Args;

use super::asked::{Asked, Looking};
use crate::cli::Place;
use crate::terminal::progress::Progress;
use crate::terminal::table::{self, Cell, Column};
use crate::terminal::tree::counted;
use crate::terminal::{Paint, Screen, number};
use crate::view::{self, Part, Stats};

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    asked: Asked,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let finder = arguments.asked.finder()?;
    let looking = Looking::open(place, Some(&arguments.asked)).await?;
    let progress = Progress::waiting("summing up");
    let stats = looking.store.read(move |db| view::stats(db, &finder.all(db)?)).await?;
    drop(progress);
    if arguments.json {
        screen.raw(format!("{:#}\n", serde_json::json!(stats)).as_bytes())?;
    } else {
        print(screen, &stats)?;
    }
    Ok(screen.flush()?)
}

fn print(screen: &mut Screen, stats: &Stats) -> std::io::Result<()> {
    let failed = if stats.failed > 0 { format!("{} with errors", number::count(stats.failed)) } else { String::new() };
    let facts = [
        ("traces", number::count(stats.traces), failed),
        ("observations", number::count(stats.observations), String::new()),
        ("users", number::count(stats.users), counted(stats.sessions, "session")),
        (
            "tokens",
            number::count(stats.tokens.total),
            format!("{} in, {} out", number::count(stats.tokens.input), number::count(stats.tokens.output)),
        ),
        ("cost", number::cost(stats.cost), String::new()),
        (
            "latency",
            format!("p50 {}", number::duration(stats.latency.p50)),
            format!("p95 {}  p99 {}", number::duration(stats.latency.p95), number::duration(stats.latency.p99)),
        ),
        (
            "from",
            stats.first.as_deref().map(number::time).unwrap_or_default(),
            stats.last.as_deref().map(|last| format!("to {}", number::time(last))).unwrap_or_default(),
        ),
    ];
    let rows: Vec<Vec<Cell>> = facts
        .into_iter()
        .map(|(key, value, more)| {
            vec![Cell::painted(key, Paint::Dim), Cell::new(value), Cell::painted(more, Paint::Dim)]
        })
        .collect();
    table::print(screen, &[table::text("", 12), table::text("", 30), table::text("", usize::MAX)], &rows, false)?;
    parts(screen, "name", "traces", &stats.names)?;
    parts(screen, "model", "calls", &stats.models)?;
    if !stats.scores.is_empty() {
        screen.line("")?;
        let row = |of: &view::Mean| {
            let mean = of.mean.map(|mean| format!("{mean:.3}")).unwrap_or_default();
            vec![Cell::painted(&of.name, Paint::Bold), Cell::new(number::count(of.count)), Cell::new(mean)]
        };
        let rows: Vec<Vec<Cell>> = stats.scores.iter().map(row).collect();
        table::print(
            screen,
            &[table::text("score", 40), table::figures("count"), table::figures("mean")],
            &rows,
            true,
        )?;
    }
    Ok(())
}

fn parts(screen: &mut Screen, title: &'static str, counted: &'static str, parts: &[Part]) -> std::io::Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    screen.line("")?;
    let columns: [Column; 6] = [
        table::text(title, 40),
        table::figures(counted),
        table::figures("errors"),
        table::figures("duration"),
        table::figures("tokens"),
        table::figures("cost"),
    ];
    let some = |count: i64| if count == 0 { String::new() } else { number::count(count) };
    let row = |part: &Part| {
        vec![
            Cell::painted(if part.key.is_empty() { "(no name)" } else { &part.key }, Paint::Bold),
            Cell::new(number::count(part.count)),
            Cell::painted(some(part.failed), Paint::Red),
            Cell::new(number::duration(part.latency)),
            Cell::new(some(part.tokens)),
            Cell::new(if part.cost > 0.0 { number::cost(part.cost) } else { String::new() }),
        ]
    };
    let rows: Vec<Vec<Cell>> = parts.iter().map(row).collect();
    table::print(screen, &columns, &rows, true)
}
