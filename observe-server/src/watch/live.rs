//! Snapshots of running work, `live-<pid>.json`: observations that are open are stored without an end, and get theirs when
//! their lines come. Those of a process that is gone ended with it.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::stamp;
use crate::ingest::{live, otlp};
use crate::model::{Change, Level, Observation};
use crate::store::{RUNNING, Store};
use crate::time;

const MESSAGE: &str = "ended with the process";
/// What runs is said again in time, so that it does not look forgotten.
const AGAIN: Duration = Duration::from_secs(RUNNING.unsigned_abs() / 2_000_000);

#[derive(Debug, Default)]
pub(super) struct Snapshots {
    known: HashMap<PathBuf, Snapshot>,
}

#[derive(Debug)]
struct Snapshot {
    stamp: Option<(u64, Option<SystemTime>)>,
    /// What was stored of each observation.
    stored: HashMap<String, u64>,
    said: Instant,
    is_dead: bool,
}

pub(super) fn is_snapshot(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("live-"))
}

impl Snapshots {
    /// Stores what changed in these files, and forgets those that are not among them.
    pub(super) async fn look(&mut self, store: &Store, paths: &[PathBuf]) -> Result<usize, String> {
        self.known.retain(|path, _| paths.contains(path));
        let mut count = 0;
        for path in paths {
            let changes = self.changes(path);
            count += changes.len();
            if !changes.is_empty() {
                store.store(changes).await?;
            }
        }
        Ok(count)
    }

    fn changes(&mut self, path: &Path) -> Vec<Change> {
        let stamp = stamp(path);
        let known = self.known.get(path);
        let is_same = known.is_some_and(|known| known.stamp == stamp);
        if is_same && known.is_some_and(|known| known.is_dead) {
            return Vec::new();
        }
        let is_due = known.is_none_or(|known| known.said.elapsed() > AGAIN);
        let is_dead = pid_of(path).is_some_and(|pid| !is_running(pid));
        if is_same && !is_due && !is_dead {
            return Vec::new();
        }
        // Gone or half written: the next look sees.
        let Some(value) = fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) else {
            return Vec::new();
        };
        let taken = value.get("live").and_then(|live| live.get("timeUnixNano")).map(nanoseconds);
        let taken = taken.map_or_else(time::now, time::from_nanoseconds);
        let Ok(export) = otlp::from_value(&value) else { return Vec::new() };
        let mut observations = live(&export, taken);
        if is_dead {
            observations.iter_mut().for_each(|observation| end(observation, taken));
        }
        let old = self.known.remove(path);
        let said = old.as_ref().filter(|_| !is_due).map_or_else(Instant::now, |old| old.said);
        let before = old.map(|old| old.stored).unwrap_or_default();
        let mut stored = HashMap::new();
        let mut changes = Vec::new();
        for observation in observations {
            let mut hasher = DefaultHasher::new();
            format!("{observation:?}").replace(&format!("said: {taken}"), "").hash(&mut hasher);
            let hash = hasher.finish();
            if is_due || before.get(&observation.id) != Some(&hash) {
                stored.insert(observation.id.clone(), hash);
                changes.push(Change::Observation(Box::new(observation)));
            } else {
                stored.insert(observation.id, hash);
            }
        }
        self.known.insert(path.to_owned(), Snapshot { stamp, stored, said, is_dead });
        changes
    }
}

/// An open observation of a process that is gone.
fn end(observation: &mut Observation, taken: i64) {
    if observation.end.is_none() {
        observation.end = Some(observation.start.map_or(taken, |start| taken.max(start)));
        observation.level = Some(Level::Warning);
        observation.status_message = Some(MESSAGE.to_owned());
    }
}

fn nanoseconds(value: &Value) -> u64 {
    value.as_str().and_then(|digits| digits.parse().ok()).or_else(|| value.as_u64()).unwrap_or(0)
}

fn pid_of(path: &Path) -> Option<i32> {
    path.file_stem()?.to_str()?.strip_prefix("live-")?.parse().ok().filter(|pid| *pid > 0)
}

#[cfg(unix)]
fn is_running(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return false };
    // One that is another user's cannot be signalled, but is there.
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
fn is_running(_: i32) -> bool {
    true
}
