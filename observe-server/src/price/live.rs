//! The tables of a running program, read anew when their files change.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::{Prices, Tables};

/// The user's own tables that belong to a database, read anew when they change.
#[derive(Debug)]
pub(crate) struct Live {
    tables: Tables,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    prices: Arc<Prices>,
    seen: Vec<Stamp>,
    looked: Instant,
}

/// What changes when a file does.
type Stamp = Option<(SystemTime, u64)>;

impl Live {
    /// # Errors
    ///
    /// As [`Prices::load`].
    pub(crate) fn new(tables: Tables) -> Result<Self, String> {
        let seen = stamps(&tables);
        let prices = Arc::new(Prices::load(&tables)?);
        let state = State { prices, seen, looked: Instant::now() };
        Ok(Self { tables, state: state.into() })
    }

    /// The prices now. It looks at the files at most once a second; a table that has become unreadable is said on stderr, and the
    /// prices stay what they were.
    pub(crate) fn current(&self) -> Arc<Prices> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= Duration::from_secs(1) {
            state.looked = Instant::now();
            let seen = stamps(&self.tables);
            if seen != state.seen {
                state.seen = seen;
                match Prices::load(&self.tables) {
                    Ok(prices) => state.prices = Arc::new(prices),
                    Err(error) => eprintln!("observe: {error}; prices stay what they were"),
                }
            }
        }
        state.prices.clone()
    }
}

fn stamps(tables: &Tables) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    tables.own.iter().chain(&tables.updated).map(stamp).collect()
}
