//! What dead processes left: finding their homes, and reading what is in them.
//!
//! - One process recovers at a time, and only homes whose lock it got: a living process is never touched.
//! - Damage costs the records that are damaged, nothing else.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::segment;
use super::store::{self, ABOUT, Key, LOCK};
use crate::checksum;
use crate::record;

/// The right to recover what is below a directory.
#[derive(Debug)]
pub(crate) struct Recovery {
    root: PathBuf,
    /// Locked while it is open.
    _lock: File,
}

/// The home of a dead process, locked.
#[derive(Debug)]
pub(crate) struct Dead {
    pub(crate) dir: PathBuf,
    _lock: File,
}

impl Recovery {
    /// `None`: another process recovers, or there is nothing to recover.
    pub(crate) fn begin(root: &Path) -> Option<Self> {
        let lock = File::create(root.join(".recovery")).ok()?;
        lock.try_lock().ok()?;
        Some(Self { root: root.to_owned(), _lock: lock })
    }

    /// The homes of dead processes, oldest first.
    pub(crate) fn dead(&self) -> impl Iterator<Item = Dead> {
        let mut homes: Vec<PathBuf> = entries(&self.root).filter(|path| path.join(LOCK).is_file()).collect();
        homes.sort_by_key(|home| home.metadata().and_then(|metadata| metadata.modified()).ok());
        homes.into_iter().filter_map(|dir| {
            let lock = File::open(dir.join(LOCK)).ok()?;
            lock.try_lock().ok()?;
            Some(Dead { dir, _lock: lock })
        })
    }
}

/// Whether a process below this directory has died and left something.
pub(crate) fn is_anything_left(root: &Path) -> bool {
    let is_free = |home: PathBuf| File::open(home.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok());
    entries(root).any(is_free)
}

impl Dead {
    /// Files whose names end in `kind`, oldest first.
    pub(crate) fn files(&self, kind: &str) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            entries(&self.dir).filter(|path| path.to_string_lossy().ends_with(kind)).collect();
        files.sort();
        files
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.dir.join(name).exists()
    }

    /// The records of its segments that are not done, and of what was carried over. Returns the number of damaged places.
    pub(crate) fn records(&self, key: impl Fn(&[u8]) -> Option<Key>, mut each: impl FnMut(&[u8])) -> u64 {
        let files: Vec<PathBuf> = ["-carried", "-segment"].iter().flat_map(|kind| self.files(kind)).collect();
        let mut done = HashSet::new();
        for path in &files {
            done.extend(store::notes(path).into_iter().filter(|(_, is_elsewhere)| !is_elsewhere).map(|(key, _)| key));
        }
        let mut damaged = 0;
        let mut known = HashSet::new();
        // Numbers are the same in all files of a process.
        let mut sites: HashMap<u32, Vec<u8>> = HashMap::new();
        for path in files {
            let elsewhere: HashSet<Key> = store::notes(&path).into_iter().map(|(key, _)| key).collect();
            damaged += read(&path, |record| {
                if let Some((number, fields)) = record::described(record) {
                    sites.insert(number, fields.to_vec());
                    return;
                }
                let record = &*record::expand(record, |out, number| {
                    out.extend_from_slice(sites.get(&number).map_or(&[], Vec::as_slice));
                });
                let is_done = key(record).is_some_and(|key| done.contains(&key) || elsewhere.contains(&key));
                // What was being carried over when the process died is in two files.
                if !is_done && known.insert(fingerprint(record)) {
                    each(record);
                }
            });
        }
        damaged
    }

    /// Whether its process was one of another version, whose files are not understood here.
    pub(crate) fn is_of_another_version(&self) -> bool {
        fs::read(self.dir.join(ABOUT)).is_ok_and(|about| segment::is_of_another_version(&about))
    }

    /// The records of what its process is called, and what its settings say of every trace.
    pub(crate) fn about(&self, each: impl FnMut(&[u8])) {
        read(&self.dir.join(ABOUT), each);
    }

    pub(crate) fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(&self.dir)
    }
}

/// The records of a file that are not done. Returns the number of damaged places.
pub(crate) fn records(path: &Path, key: impl Fn(&[u8]) -> Option<Key>, mut each: impl FnMut(&[u8])) -> u64 {
    let done: HashSet<Key> = store::notes(path).into_iter().map(|(key, _)| key).collect();
    read(path, |record| {
        if !key(record).is_some_and(|key| done.contains(&key)) {
            each(record);
        }
    })
}

fn read(path: &Path, each: impl FnMut(&[u8])) -> u64 {
    // What cannot be read is as good as damaged.
    fs::read(path).map_or(1, |bytes| segment::decode(&bytes, each))
}

fn fingerprint(record: &[u8]) -> (usize, u32, [u8; 33]) {
    let mut head = [0; 33];
    let length = record.len().min(33);
    head[..length].copy_from_slice(&record[..length]);
    (record.len(), checksum::of(record), head)
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')))
}
