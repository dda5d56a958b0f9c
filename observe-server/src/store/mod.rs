//! The database: one thread writes, in groups; readers look in parallel, each with a deadline; another thread indexes words.
//!
//! - What is acknowledged is committed. A killed process loses none of it; a power cut at most the last second, or nothing
//!   with `durable`.
//! - A reader never waits for the writer.
//! - Sums over a trace are kept on its row, in the transaction that changes them.

mod apply;
mod delete;
mod labels;
mod mend;
mod merge;
mod preview;
mod read;
pub(crate) mod reprice;
pub(crate) mod retention;
mod rows;
mod schema;
mod scores;
#[cfg(test)]
mod testing;
mod totals;
mod words;
mod writer;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{broadcast, mpsc, oneshot};

pub(crate) use self::delete::delete_trace;
pub(crate) use self::labels::{cut as label_of, text as text_of};
pub(crate) use self::preview::preview;
pub(crate) use self::read::{Ended, Readers};
pub(crate) use self::schema::{Files, OpenError};
pub(crate) use self::words::backlog;
pub(crate) use self::writer::{Job, Task};
use crate::model::Change;
use crate::price::Live;

#[cfg(test)]
pub(crate) use self::testing::{apply_all, index, prices, scratch};

/// What has no end and has not been heard of for so long, in microseconds, is not running any more.
pub(crate) const RUNNING: i64 = 10 * crate::time::MINUTE;

/// A handle to an open database. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    files: Files,
    jobs: mpsc::Sender<Job>,
    readers: Readers,
    changed: broadcast::Sender<Arc<[String]>>,
    prices: Arc<Live>,
}

impl Store {
    /// Opens the database at a path, or makes one, and starts its threads. They end when the last handle is dropped.
    pub(crate) fn open(path: &Path, durable: bool, prices: Live) -> Result<Self, OpenError> {
        let files = Files::at(path);
        schema::migrate(&files)?;
        let failed = |error| OpenError::Other(files.main.clone(), error);
        let prices = Arc::new(prices);
        let (changed, _) = broadcast::channel(256);
        let mut writer = schema::connect(&files, schema::Use::Write { durable }).map_err(failed)?;
        mend::mend(&mut writer).map_err(failed)?;
        let words = schema::connect(&files, schema::Use::Words).map_err(failed)?;
        let readers = Readers::open(&files).map_err(failed)?;
        let nudge = words::start(words);
        let jobs = writer::start(writer, &files, prices.clone(), changed.clone(), nudge);
        Ok(Self { inner: Arc::new(Inner { files, jobs, readers, changed, prices }) })
    }

    /// Stores changes, all or none, and returns when they are committed.
    pub(crate) async fn store(&self, changes: Vec<Change>) -> Result<(), String> {
        self.send(Task::Changes(changes, None)).await
    }

    /// Does one thing in the writer's next transaction.
    pub(crate) async fn run(
        &self,
        task: impl Fn(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), String> {
        self.send(Task::Run(Box::new(task))).await
    }

    /// As the others, for any task.
    pub(crate) async fn send(&self, task: Task) -> Result<(), String> {
        let (done, result) = oneshot::channel();
        let job = Job { task, done };
        self.inner.jobs.send(job).await.map_err(|_| "the database has been closed".to_owned())?;
        result.await.unwrap_or_else(|_| Err("the database has been closed".to_owned()))
    }

    /// Looks something up, on a thread for it. The query ends when the future is dropped or its time is over.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Ended> {
        self.inner.readers.read(look).await
    }

    /// Ids of traces that changed, after each commit.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Arc<[String]>> {
        self.inner.changed.subscribe()
    }

    /// Says that traces changed without the database's doing: running work did.
    pub(crate) fn announce(&self, traces: Arc<[String]>) {
        let _ = self.inner.changed.send(traces);
    }

    pub(crate) fn files(&self) -> &Files {
        &self.inner.files
    }

    pub(crate) fn prices(&self) -> &Live {
        &self.inner.prices
    }
}
