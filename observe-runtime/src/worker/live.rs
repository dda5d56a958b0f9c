//! The live snapshot: what has not been written yet, beside the local files, so that a viewer can show running work.
//!
//! - The file is replaced as a whole, at most twice a second, and only when something changed.
//! - It is masked like everything that leaves, and bounded; what is left out is counted in it.
//! - It is there while something is open or waits, and gone after a clean end: what stays behind says what a
//!   process did when it died.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::exit::Exit;
use super::fold::Fold;
use crate::clock;
use crate::diagnostics;
use crate::encode::Running;
use crate::finished::Item;
use crate::loss::Counters;
use crate::prepare::Prepare;

#[derive(Debug)]
pub(crate) struct Live {
    path: PathBuf,
    looked: Instant,
    /// How much the fold had heard when the file was written.
    heard: u64,
    is_written: bool,
}

const EVERY: Duration = Duration::from_millis(500);
/// Observations in a snapshot, and bytes of their records: the oldest come first, as they are the parents.
const MOST: usize = 2000;
const MOST_BYTES: usize = 4 << 20;
/// What dead processes left is kept for this long.
const KEPT: Duration = Duration::from_secs(24 * 3600);

impl Live {
    pub(crate) fn new(dir: &Path) -> Self {
        forget_old(dir);
        let path = dir.join(format!("live-{}.json", std::process::id()));
        // Of a process that had the same number: in a container it is always 1.
        let _ = fs::remove_file(&path);
        Self { path, looked: Instant::now(), heard: 0, is_written: false }
    }

    /// Writes what has not left the fold, if it is time to.
    pub(super) fn look(&mut self, now: Instant, fold: &Fold, exit: &Exit) {
        if now.saturating_duration_since(self.looked) < EVERY {
            return;
        }
        self.looked = now;
        if self.heard == fold.heard() {
            return;
        }
        self.heard = fold.heard();
        if let Err(error) = self.write(fold, exit) {
            diagnostics::debug(|| format!("no live snapshot at {}: {error}", self.path.display()));
        }
    }

    fn write(&mut self, fold: &Fold, exit: &Exit) -> io::Result<()> {
        let (waiting, omitted) = fold.waiting(MOST, MOST_BYTES);
        if waiting.is_empty() {
            return self.remove();
        }
        // A mask that fails here is counted when the observation leaves.
        let prepare = Prepare { counters: Arc::new(Counters::default()), ..exit.prepare.clone() };
        let mut ready: Vec<(Item, bool)> = Vec::new();
        for (finished, is_open) in waiting {
            prepare.ready(Item::Observations(finished), |item| ready.push((item, is_open)));
        }
        let running = ready.iter().filter_map(|(item, is_open)| match item {
            Item::Observations(finished) => Some(Running { view: finished.view()?, is_open: *is_open }),
            Item::Score(_) => None,
        });
        let bytes = exit.encoder.live(&running.collect::<Vec<_>>(), omitted, clock::now());
        let half = self.path.with_extension("json.tmp");
        fs::write(&half, bytes)?;
        self.is_written = true;
        fs::rename(&half, &self.path)
    }

    fn remove(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_written) { fs::remove_file(&self.path) } else { Ok(()) }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

fn forget_old(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let is_live = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("live-"));
    let is_old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > KEPT);
    for entry in entries.flatten().filter(|entry| is_live(&entry.path())) {
        if entry.metadata().and_then(|metadata| metadata.modified()).is_ok_and(is_old) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
