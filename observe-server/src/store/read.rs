//! Readers: a few connections that look in parallel. Every look has a deadline, and ends when nobody waits for it any more.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::schema::{self, Files, Use};

const CONNECTIONS: usize = 6;
const DEADLINE: Duration = Duration::from_secs(10);
/// Steps of SQLite's machine between two looks at the clock: some 50 microseconds.
const STEPS: i32 = 5_000;

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Ended {
    Failed(String),
    TooLong,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(reason) => write!(f, "the database says: {reason}"),
            Self::TooLong => write!(
                f,
                "the query took longer than {} s: narrow it, for example with since:1d or by name",
                DEADLINE.as_secs()
            ),
        }
    }
}

impl std::error::Error for Ended {}

#[derive(Debug)]
pub(crate) struct Readers {
    free: Free,
    permits: Arc<Semaphore>,
    deadline: Duration,
}

type Free = Arc<Mutex<Vec<Connection>>>;

impl Readers {
    pub(super) fn open(files: &Files) -> rusqlite::Result<Self> {
        let connections: Vec<Connection> =
            (0..CONNECTIONS).map(|_| schema::connect(files, Use::Read)).collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            free: Arc::new(Mutex::new(connections)),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
            deadline: DEADLINE,
        })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Ended> {
        let closed = || Ended::Failed("it has been closed".to_owned());
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| closed())?;
        let gone = Arc::new(AtomicBool::new(false));
        let waiting = Waiting(gone.clone());
        let (free, deadline) = (self.free.clone(), self.deadline);
        let task = tokio::task::spawn_blocking(move || {
            let db = free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or_else(closed)?;
            let mut lent = Lent { db: Some(db), free, _permit: permit };
            let Some(db) = &mut lent.db else { return Err(closed()) };
            let start = Instant::now();
            let is_over = move || gone.load(Ordering::Relaxed) || start.elapsed() > deadline;
            db.progress_handler(STEPS, Some(is_over)).and_then(|()| look(db)).map_err(|error| {
                match error.sqlite_error_code() {
                    Some(ErrorCode::OperationInterrupted) => Ended::TooLong,
                    _ => Ended::Failed(error.to_string()),
                }
            })
        });
        let result = task.await.map_err(|error| Ended::Failed(error.to_string()))?;
        drop(waiting);
        result
    }
}

/// A connection that is given back whatever becomes of the look.
struct Lent {
    db: Option<Connection>,
    free: Free,
    /// Let go of last, so that whoever gets it finds a connection.
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(mut db) = self.db.take() {
            let _ = db.progress_handler(STEPS, None::<fn() -> bool>);
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        }
    }
}

/// Lives as long as somebody waits for a result.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::scratch;
    use super::*;

    fn open() -> (impl Sized, Readers) {
        let (dir, db) = scratch();
        let readers = Readers::open(&Files::at(Path::new(db.path().unwrap()))).unwrap();
        (dir, readers)
    }

    fn endless(db: &Connection) -> rusqlite::Result<i64> {
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        db.query_row(sql, [], |row| row.get(0))
    }

    fn quick(db: &Connection) -> rusqlite::Result<i64> {
        db.query_row("SELECT 7", [], |row| row.get(0))
    }

    #[tokio::test]
    async fn a_look_has_a_deadline() {
        let (_dir, mut readers) = open();
        readers.deadline = Duration::from_millis(50);
        assert!(matches!(readers.read(endless).await, Err(Ended::TooLong)));
        assert_eq!(readers.read(quick).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_look_ends_when_nobody_waits_for_it() {
        let (_dir, mut readers) = open();
        readers.deadline = Duration::from_secs(3600);
        for _ in 0..2 * CONNECTIONS {
            // Begun, and left.
            let left = tokio::time::timeout(Duration::from_millis(20), readers.read(endless)).await;
            assert!(left.is_err());
        }
        assert_eq!(readers.read(quick).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_look_that_panics_costs_no_connection() {
        let (_dir, readers) = open();
        for _ in 0..2 * CONNECTIONS {
            let panics = |_: &Connection| -> rusqlite::Result<i64> { panic!("a mistake of ours") };
            assert!(matches!(readers.read(panics).await, Err(Ended::Failed(_))));
        }
        assert_eq!(readers.read(quick).await.unwrap(), 7);
    }
}
