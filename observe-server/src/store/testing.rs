//! A database of a test's own, without threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rusqlite::Connection;

use super::apply::Session;
use super::schema::{self, Files, Use};
use crate::model::Change;
use crate::price::{Prices, Tables};

/// A directory that is gone afterwards.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn scratch() -> (Dir, Connection) {
    let name = format!("observe-{}-{:016x}", std::process::id(), fastrand::u64(..));
    let dir = Dir(std::env::temp_dir().join(name));
    let files = Files::at(&dir.0.join(Path::new("test.db")));
    schema::migrate(&files).unwrap();
    let db = schema::connect(&files, Use::Words).unwrap();
    (dir, db)
}

/// Stores changes, in a transaction if there is one.
pub(crate) fn apply_all(db: &Connection, changes: &[Change]) -> rusqlite::Result<()> {
    let mut session = Session::begin(db, PRICES.clone())?;
    changes.iter().try_for_each(|change| session.apply(change))?;
    session.finish().map(|_| ())
}

/// Indexes the words of all that is stored.
pub(crate) fn index(db: &mut Connection) -> rusqlite::Result<()> {
    while super::words::step(db)? {}
    Ok(())
}

/// What things cost in tests.
pub(crate) fn prices() -> &'static Prices {
    &PRICES
}

static PRICES: LazyLock<Arc<Prices>> = LazyLock::new(|| Arc::new(Prices::load(&Tables::default()).unwrap()));
