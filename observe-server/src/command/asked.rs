//! What commands that look into the database have in common.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use crate::cli::Place;
use crate::query::{self, Finder, Query, QueryError, Target};
use crate::store::{self, Store};
use crate::terminal::progress::Progress;
use crate::watch::Reader;

/// A query, as the page's search box takes it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Asked {
    /// What to find, such as: name:answer -env:dev level:(ERROR or WARNING) latency:>2s "refund policy" since:2h sort:-cost
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
}

impl Asked {
    pub(crate) fn parsed(&self) -> Result<Query, Unclear> {
        let text = self.query.join(" ");
        query::parse(&text).map_err(|error| Unclear { text, error })
    }

    pub(crate) fn finder(&self) -> Result<Finder, Unclear> {
        Ok(Finder::new(&self.parsed()?, Target::Traces, None))
    }
}

/// A query that cannot be read, with the place shown.
#[derive(Debug)]
pub(crate) struct Unclear {
    text: String,
    error: QueryError,
}

impl fmt::Display for Unclear {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before: String = self.text.chars().take(self.error.at).collect();
        let indent = crate::terminal::escape::width(&crate::terminal::escape::line(&before));
        write!(formatter, "{}\n  {}\n  {}^", self.error, crate::terminal::escape::line(&self.text), " ".repeat(indent))
    }
}

impl Error for Unclear {}

/// The database of a command, with the local files as they are now.
#[derive(Debug)]
pub(crate) struct Looking {
    pub(crate) store: Store,
    /// Readers of the local files, unless a server runs that reads them anyway.
    readers: Vec<Reader>,
}

impl Looking {
    /// Opens the database. Without one, and without local files, there is nothing to look at and nothing is made.
    pub(crate) async fn open(place: &Place, asked: Option<&Asked>) -> Result<Self, Box<dyn Error>> {
        let directories = place.directories();
        if !place.database().exists() && !directories.iter().any(|directory| has_files(directory)) {
            return Err(nothing(place).into());
        }
        let is_served = place.is_served();
        let store = place.open(false)?;
        let readers = if is_served { Vec::new() } else { directories.into_iter().map(Reader::new).collect() };
        let mut looking = Self { store, readers };
        looking.catch_up().await?;
        if asked.is_some_and(|asked| asked.parsed().is_ok_and(|query| query.has_words())) {
            looking.index().await?;
        }
        Ok(looking)
    }

    /// Waits until what is stored is found by its words.
    async fn index(&self) -> Result<(), Box<dyn Error>> {
        let left = || self.store.read(store::backlog);
        let mut before = left().await?;
        let progress = Progress::new("indexing words", u64::try_from(before).ok(), false);
        while before > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let now = left().await?;
            progress.advance(u64::try_from(before - now).unwrap_or(0));
            before = now;
        }
        Ok(())
    }

    /// Takes in what was written to the local files since.
    pub(crate) async fn catch_up(&mut self) -> Result<(), String> {
        let progress = Progress::new("reading local files", None, false);
        for reader in &mut self.readers {
            reader.look(&self.store, |count| progress.advance(count as u64)).await?;
        }
        Ok(())
    }
}

/// Whether traces are there, or what a process had recorded that died before it wrote any.
fn has_files(directory: &Path) -> bool {
    let entries = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(directory).any(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        || entries(&directory.join("journal/files")).any(|home| home.join("lock").is_file())
}

fn nothing(place: &Place) -> String {
    let directories: Vec<String> =
        place.directories().iter().map(|directory| directory.display().to_string()).collect();
    format!(
        "there are no traces here: {} does not exist, and no files of traces in {}. Run a program that calls `observe::init()` in this \
         directory, start `observe serve` and send it some, or name a place with --db or --watch",
        place.database().display(),
        if directories.is_empty() { "any directory".to_owned() } else { directories.join(" or ") }
    )
}
