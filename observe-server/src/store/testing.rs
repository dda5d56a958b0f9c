//! A database of a test's own, without threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::apply::Session;
use super::schema::{self, Files, Use};
use crate::model::Change;
use crate::price::{Prices, Tables};

/// A directory that is gone afterwards.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

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
    let db = schema::connect(&files, Use::Write { durable: false }).unwrap();
    (dir, db)
}

/// Stores changes in one transaction.
pub(crate) fn apply_all(db: &mut Connection, changes: &[Change]) -> rusqlite::Result<()> {
    let prices = Arc::new(Prices::load(&Tables::default()).unwrap());
    let transaction = db.transaction()?;
    let mut session = Session::begin(&transaction, prices)?;
    changes.iter().try_for_each(|change| session.apply(change))?;
    session.finish()?;
    transaction.commit()
}
