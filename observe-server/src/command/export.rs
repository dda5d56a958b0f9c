//! `observe export`: traces for other programs.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;

use super::asked::{Asked, Looking};
use crate::cli::Place;
use crate::export::{Format, Whole};
use crate::query::Finder;
use crate::store::Store;
use crate::terminal::Screen;
use crate::terminal::progress::Progress;
use crate::terminal::tree::counted;
use crate::view;

/// Traces that are read together.
const PAGE: usize = 100;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// How they are written.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// A file to write to. Default: standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    asked: Asked,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let looking = Looking::open(place, Some(&arguments.asked)).await?;
    // What is printed on a terminal shows by itself how far it is.
    let is_shown = arguments.output.is_some() || !std::io::stdout().is_terminal();
    let mut traces = Traces::new(&looking.store, &arguments.asked, is_shown).await?;
    let format = arguments.format;
    let mut file = match &arguments.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
            Some(BufWriter::new(file))
        }
        None => None,
    };
    let mut write = |bytes: &[u8]| match &mut file {
        Some(file) => file.write_all(bytes),
        None => screen.raw(bytes),
    };
    write(&format.head())?;
    while let Some(page) = traces.next().await? {
        for whole in &page {
            write(&format.line(whole))?;
        }
    }
    let count = traces.count;
    drop(traces);
    if let Some(mut file) = file {
        file.flush()?;
        let path = arguments.output.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        eprintln!("{} written to {path}", counted(i64::try_from(count).unwrap_or(i64::MAX), "trace"));
    }
    Ok(screen.flush()?)
}

/// All traces that a query finds, a few at a time.
#[derive(Debug)]
pub(super) struct Traces<'a> {
    store: &'a Store,
    asked: &'a Asked,
    cursor: Option<String>,
    is_over: bool,
    progress: Option<Progress>,
    /// So many so far.
    pub(super) count: usize,
}

impl<'a> Traces<'a> {
    /// With the flag, people see how far it is.
    pub(super) async fn new(store: &'a Store, asked: &'a Asked, is_shown: bool) -> Result<Self, Box<dyn Error>> {
        let finder = asked.finder()?;
        let total = store.read(move |db| finder.total(db)).await?;
        let progress = is_shown.then(|| Progress::new("traces", total, false));
        Ok(Self { store, asked, cursor: None, is_over: false, progress, count: 0 })
    }

    /// The next ones, in the query's order. None when all have been had.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Whole>>, Box<dyn Error>> {
        if self.is_over {
            return Ok(None);
        }
        let finder: Finder = self.asked.finder()?;
        let cursor = self.cursor.take();
        let prices = self.store.prices().current();
        let read = self.store.read(move |db| {
            let page = finder.page(db, PAGE, cursor.as_deref())?;
            let rows = view::trace_rows(db, &page.rids)?;
            let wholes: Result<Vec<_>, _> = rows.iter().map(|row| Whole::read(db, &row.id, &prices)).collect();
            Ok((wholes?.into_iter().flatten().collect::<Vec<Whole>>(), page.next))
        });
        let (wholes, next) = read.await?;
        self.is_over = next.is_none();
        self.cursor = next;
        self.count += wholes.len();
        if let Some(progress) = &self.progress {
            progress.advance(wholes.len() as u64);
        }
        Ok(Some(wholes))
    }
}
