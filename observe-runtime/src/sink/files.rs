//! Local files: OTLP JSON lines and scores as JSON lines, a file of each a process, bounded in all.
//!
//! - A batch is one append; a reader never sees half a line of a batch that was reported as written.
//! - When the directory is over its limit the oldest files go, never the one that is being written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::{Batch, Receipt, Signal};
use crate::clock;

#[derive(Debug)]
pub(crate) struct Files {
    dir: PathBuf,
    limit: u64,
    open: Mutex<[Option<Open>; 2]>,
}

#[derive(Debug)]
struct Open {
    file: File,

    bytes: u64,
}

impl Files {
    pub(crate) fn new(dir: PathBuf, limit: u64) -> Self {
        Self { dir, limit, open: Mutex::new([None, None]) }
    }

    pub(super) fn write(&self, batch: &Batch) -> Receipt {
        match self.append(batch) {
            Ok(()) => Receipt::Accepted { refused: 0, why: None },
            Err(error) => {
                Receipt::Local(format!("{} items cannot be written to {}: {error}", batch.count, self.dir.display()))
            }
        }
    }

    fn append(&self, batch: &Batch) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (place, prefix) = match batch.signal {
            Signal::Traces => (0, "traces"),
            Signal::Scores => (1, "scores"),
        };
        // A file is an eighth of the limit at most, so that removing the oldest leaves the rest.
        if open[place].as_ref().is_some_and(|open| open.bytes + batch.body.len() as u64 > self.limit / 8) {
            open[place] = None;
        }
        let mut current = match open[place].take() {
            Some(current) => current,
            None => self.create(prefix)?,
        };
        if let Err(error) = current.file.write_all(&batch.body) {
            // Half a batch is taken back: it will be written again as a whole.
            let _ = current.file.set_len(current.bytes);
            return Err(error);
        }
        current.bytes += batch.body.len() as u64;
        open[place] = Some(current);
        Ok(())
    }

    fn create(&self, prefix: &str) -> io::Result<Open> {
        fs::create_dir_all(&self.dir)?;
        let path = self.dir.join(format!("{prefix}-{}-{}.jsonl", clock::now() / 1_000_000, std::process::id()));
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let bytes = file.metadata()?.len();
        self.make_room(&path);
        Ok(Open { file, bytes })
    }

    /// Removes the oldest files until what is left is within the limit. A file that cannot be removed stays.
    fn make_room(&self, keep: &Path) {
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "jsonl"))
            .filter_map(|entry| Some((entry.metadata().ok()?, entry.path())))
            .filter_map(|(metadata, path)| Some((metadata.modified().ok()?, metadata.len(), path)))
            .collect();
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, length, path) in files {
            if bytes <= self.limit - self.limit / 8 {
                return;
            }
            if path != keep && fs::remove_file(&path).is_ok() {
                bytes -= length;
            }
        }
    }
}
