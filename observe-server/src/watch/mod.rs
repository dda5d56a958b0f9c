//! Local files: what the runtime writes where no server is configured.

pub(crate) mod lines;
mod live;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use self::live::Snapshots;
use crate::store::Store;

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(200);
/// How often it looks for what a process left that died, and how long it may take to take that over.
const RECOVERY: Duration = Duration::from_secs(5);

/// Reads what is there, and then what comes, as long as the program runs.
pub(crate) async fn follow(store: Store, dir: PathBuf) {
    let mut reader = Reader::new(dir);
    loop {
        if let Err(error) = reader.look(&store, |_| ()).await {
            reader.complain(&error);
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Reads what is there now.
#[derive(Debug)]
pub(crate) struct Reader {
    dir: PathBuf,
    /// What a file looked like when it had been read to its end.
    seen: HashMap<PathBuf, (u64, Option<SystemTime>)>,
    snapshots: Snapshots,
    recovered: Option<Instant>,
    complaint: String,
}

impl Reader {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir, seen: HashMap::new(), snapshots: Snapshots::default(), recovered: None, complaint: String::new() }
    }

    /// Stores all that is new, and says as it goes how many changes that is. A directory that is not there has none.
    pub(crate) async fn look(&mut self, store: &Store, mut stored: impl FnMut(usize)) -> Result<(), String> {
        self.recover().await;
        let (mut files, mut snapshots) = (Vec::new(), Vec::new());
        for path in self.entries()? {
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("jsonl") => files.push(path),
                Some("json") if live::is_snapshot(&path) => snapshots.push(path),
                _ => {}
            }
        }
        // Snapshots first: what ended since then is in the files.
        stored(self.snapshots.look(store, &snapshots).await?);
        for path in files {
            let Some(now) = stamp(&path) else { continue };
            if self.seen.get(&path) == Some(&now) {
                continue;
            }
            lines::read(store, &path, &mut stored).await?;
            self.seen.insert(path, now);
        }
        Ok(())
    }

    /// Has what dead processes left undelivered written to the files.
    async fn recover(&mut self) {
        if self.recovered.is_some_and(|last| last.elapsed() < RECOVERY) {
            return;
        }
        let dir = self.dir.clone();
        let recovered = tokio::task::spawn_blocking(move || observe_runtime::recover(dir, RECOVERY)).await;
        if let Ok(Err(error)) = recovered {
            self.complain(&error.to_string());
        }
        self.recovered = Some(Instant::now());
    }

    fn entries(&self) -> Result<Vec<PathBuf>, String> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(format!("{} cannot be read: {error}", self.dir.display())),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    }

    /// Once for each different error.
    fn complain(&mut self, error: &str) {
        if self.complaint != error {
            eprintln!("observe: {error}");
            error.clone_into(&mut self.complaint);
        }
    }
}

fn stamp(path: &Path) -> Option<(u64, Option<SystemTime>)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}
