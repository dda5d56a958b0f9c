//! The thread that writes. It takes every job that waits, up to a limit, into one transaction, commits, and only then answers
//! each. When a group fails, or panics, its jobs are tried one by one, so that one cannot take the others along.

use std::fmt;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::apply::Session;
use super::schema::Files;
use super::words::Nudge;
use crate::model::Change;
use crate::price::Live;

/// Jobs that may wait; senders wait for room beyond.
const QUEUE: usize = 64;
/// Changes after which a transaction is committed, whatever still waits.
const GROUP: usize = 2_000;

/// Between two such moves.
const MOVE: Duration = Duration::from_secs(1);

/// Something to write, and who waits for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) done: oneshot::Sender<Result<(), String>>,
}

pub(crate) enum Task {
    /// Changes, and how far a file has been read with them.
    Changes(Vec<Change>, Option<(String, u64)>),
    /// Anything else that is quick.
    Run(Run),
}

type Run = Box<dyn Fn(&Connection) -> rusqlite::Result<()> + Send>;

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changes(changes, file) => f.debug_tuple("Changes").field(&changes.len()).field(file).finish(),
            Self::Run(_) => f.write_str("Run"),
        }
    }
}

impl Task {
    fn size(&self) -> usize {
        match self {
            Self::Changes(changes, _) => changes.len(),
            Self::Run(_) => 1,
        }
    }
}

pub(super) fn start(
    db: Connection,
    files: &Files,
    prices: Arc<Live>,
    changed: broadcast::Sender<Arc<[String]>>,
    nudge: Nudge,
) -> mpsc::Sender<Job> {
    let (sender, mut jobs) = mpsc::channel::<Job>(QUEUE);
    let dirty = Arc::new(AtomicBool::new(false));
    let logs = [&files.main, &files.io].map(|path| {
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        PathBuf::from(log)
    });
    let is_dirty = dirty.clone();
    spawn("observe-sync", move || {
        loop {
            thread::sleep(Duration::from_millis(500));
            if is_dirty.swap(false, Ordering::AcqRel) {
                for log in &logs {
                    // A log that is gone has been moved into its database, and that was synced.
                    let _ = File::open(log).and_then(|file| file.sync_data());
                }
            }
            if Arc::strong_count(&is_dirty) == 1 {
                return;
            }
        }
    });
    spawn("observe-write", move || {
        let mut db = db;
        let mut moved = Instant::now();
        while let Some(first) = jobs.blocking_recv() {
            let mut size = first.task.size();
            let mut group = vec![first];
            while size < GROUP {
                let Ok(job) = jobs.try_recv() else { break };
                size += job.task.size();
                group.push(job);
            }
            write(&mut db, group, &prices, &changed);
            dirty.store(true, Ordering::Release);
            if jobs.is_empty() && moved.elapsed() > MOVE {
                // Nobody waits, so the logs are moved into their files, which then can shrink.
                let _ = db.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
                moved = Instant::now();
            }
            nudge.nudge();
        }
    });
    sender
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(run) {
        // Without its threads there is no store; the first job will be told that it is closed.
        eprintln!("observe: no thread can be started: {error}");
    }
}

fn write(db: &mut Connection, group: Vec<Job>, prices: &Live, changed: &broadcast::Sender<Arc<[String]>>) {
    let say = |traces: Vec<String>| {
        if !traces.is_empty() {
            let _ = changed.send(traces.into());
        }
    };
    match attempt(db, group.iter().map(|job| &job.task), prices) {
        Ok(traces) => {
            say(traces);
            for job in group {
                let _ = job.done.send(Ok(()));
            }
        }
        Err(error) if group.len() == 1 => {
            for job in group {
                let _ = job.done.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for job in group {
                let _ = job.done.send(attempt(db, std::iter::once(&job.task), prices).map(say));
            }
        }
    }
}

/// Commits, or says why nothing of it was stored.
fn attempt<'a>(
    db: &mut Connection,
    tasks: impl Iterator<Item = &'a Task>,
    prices: &Live,
) -> Result<Vec<String>, String> {
    // A transaction that unwinds is rolled back, and nothing else outlives it.
    match catch_unwind(AssertUnwindSafe(|| commit(db, tasks, prices))) {
        Ok(result) => result.map_err(|error| format!("the database could not take it: {error}")),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied();
            let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
            Err(format!("storing it panicked, which is a defect of observe's: {text}"))
        }
    }
}

fn commit<'a>(
    db: &mut Connection,
    tasks: impl Iterator<Item = &'a Task>,
    prices: &Live,
) -> rusqlite::Result<Vec<String>> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut session = Session::begin(&transaction, prices.current())?;
    for task in tasks {
        match task {
            Task::Changes(changes, file) => {
                for change in changes {
                    session.apply(change)?;
                }
                if let Some((path, read)) = file {
                    transaction
                        .prepare_cached(
                            "INSERT INTO file VALUES (?, ?) ON CONFLICT DO UPDATE SET read = excluded.read",
                        )?
                        .execute((path, i64::try_from(*read).unwrap_or(i64::MAX)))?;
                }
            }
            // It may change what the session has in its hands.
            Task::Run(run) => {
                session.settle()?;
                run(&transaction)?;
            }
        }
    }
    let traces = session.finish()?;
    transaction.commit()?;
    Ok(traces)
}

#[cfg(test)]
mod tests {
    use super::super::{Store, scratch};
    use crate::price::{Live, Tables};

    #[tokio::test]
    async fn a_write_that_panics_fails_alone() {
        let (dir, _) = scratch();
        let store = Store::open(&dir.path().join("other.db"), false, Live::new(Tables::default()).unwrap());
        let store = store.unwrap();
        let (fails, works) = tokio::join!(store.run(|_| panic!("a mistake of ours")), store.run(|_| Ok(())));
        assert!(fails.is_err_and(|error| error.contains("a mistake of ours")));
        assert_eq!(works, Ok(()));
        assert_eq!(store.run(|_| Ok(())).await, Ok(()));
    }
}
