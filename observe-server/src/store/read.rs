//! Readers: a few connections that look in parallel. Every look has a deadline, and ends when nobody waits for it any more.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::Semaphore;

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
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(files: &Files) -> rusqlite::Result<Self> {
        let connections: Vec<Connection> =
            (0..CONNECTIONS).map(|_| schema::connect(files, Use::Read)).collect::<rusqlite::Result<_>>()?;
        Ok(Self { free: Arc::new(Mutex::new(connections)), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Ended> {
        let closed = || Ended::Failed("it has been closed".to_owned());
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| closed())?;
        let gone = Arc::new(AtomicBool::new(false));
        let waiting = Waiting(gone.clone());
        let free = self.free.clone();
        let task = tokio::task::spawn_blocking(move || {
            let mut db = free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or_else(closed)?;
            let start = Instant::now();
            let is_over = move || gone.load(Ordering::Relaxed) || start.elapsed() > DEADLINE;
            let limited = db.progress_handler(STEPS, Some(is_over));
            let result = limited.and_then(|()| look(&db));
            let _ = db.progress_handler(STEPS, None::<fn() -> bool>);
            free.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            drop(permit);
            result.map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => Ended::TooLong,
                _ => Ended::Failed(error.to_string()),
            })
        });
        let result = task.await.map_err(|error| Ended::Failed(error.to_string()))?;
        drop(waiting);
        result
    }
}

/// Lives as long as somebody waits for a result.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
