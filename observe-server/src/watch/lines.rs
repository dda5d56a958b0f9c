//! Files of lines. Each line is read once: how far a file has been read is stored in the transaction that stores its lines.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use serde_json::Value;

use crate::ingest::{changes, otlp};
use crate::model::Change;
use crate::store::{Store, Task};

/// Changes that are stored together.
const BATCH: usize = 1_000;
/// A longer line is no batch that the runtime would write.
const LONGEST: u64 = 256 << 20;

/// Stores the lines of a file that have not been stored, and says how many changes they hold.
pub(super) async fn read(store: &Store, path: &Path, stored: &mut impl FnMut(usize)) -> Result<(), String> {
    let name = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned();
    let known = name.clone();
    let read: Result<i64, _> = store
        .read(move |db| {
            let found = db.query_row("SELECT read FROM file WHERE path = ?", [&known], |row| row.get(0));
            Ok(found.unwrap_or(0))
        })
        .await;
    let mut at = u64::try_from(read.map_err(|error| error.to_string())?).unwrap_or(0);
    let failed = |error: io::Error| format!("{} cannot be read: {error}", path.display());
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() < at {
        // Another file of the same name.
        at = 0;
    }
    file.seek(SeekFrom::Start(at)).map_err(failed)?;
    let mut lines = BufReader::with_capacity(1 << 20, file);
    let (mut changes, mut line) = (Vec::new(), Vec::new());
    let start = at;
    let mut kept = at;
    loop {
        line.clear();
        let length = io::Read::take(&mut lines, LONGEST).read_until(b'\n', &mut line).map_err(failed)?;
        // The last line may still be written.
        let is_whole = line.last() == Some(&b'\n');
        if is_whole {
            at += length as u64;
            changes.extend(changes_of(&line));
        }
        if changes.len() >= BATCH || (!is_whole && at > kept) {
            stored(changes.len());
            store.send(Task::Changes(std::mem::take(&mut changes), Some((name.clone(), at)))).await?;
            kept = at;
        }
        if !is_whole {
            break;
        }
    }
    debug_assert!(at >= start, "a file is read forwards");
    Ok(())
}

/// What a line says: an OTLP export, or a score. What is neither says nothing.
pub(crate) fn changes_of(line: &[u8]) -> Vec<Change> {
    let Ok(value) = serde_json::from_slice::<Value>(line) else { return Vec::new() };
    if value.get("resourceSpans").is_some() {
        return otlp::from_value(&value).map(|export| changes(&export)).unwrap_or_default();
    }
    crate::ingest::score(&value).map(|score| Change::Score(Box::new(score))).into_iter().collect()
}
