//! The files of a process: its segments, and what was carried over or is spooled.
//!
//! - Every process has a directory of its own, its home, and holds the lock in it for as long as it
//!   lives. A home whose lock can be had is that of a dead process; see `recovery.rs`.
//! - A file stays while anything that was read from it is neither delivered, lost and counted, nor
//!   in another file: as long as there is another [`Keep`] of it.
//! - What is done while others of the file are not is noted beside it, in a file that ends in
//!   `.done`: a process that dies delivers twice at most what was on its way.
//! - Only their owner may read them: what is in segments has not passed the mask.
//! - A process that was forked from the owner never writes here.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::segment::{self, Segment};
use super::words::Words;
use crate::clock;
use crate::diagnostics;
use crate::id::{ObservationId, TraceId};

/// Files can be made again when none failed for this long, in nanoseconds.
const CALM: u64 = 5_000_000_000;

/// Where a process keeps what it records.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    /// Locked while it is open.
    lock: Mutex<Option<File>>,
    next: AtomicU64,
    /// Not zero in the process that made it.
    mark: Words,
    /// The last attempt to make a file failed.
    is_broken: AtomicBool,
    /// When making a file last failed, in unix nanoseconds, and that was said; 0: nothing to take back.
    failed: AtomicU64,
}

/// A file of a home.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// What an item holds of the files that its records are in.
pub(crate) type Keep = Arc<Stored>;

/// Names an observation or a score: its trace, and its id or a hash of its record.
pub(crate) type Key = (TraceId, [u8; 8]);

pub(super) const LOCK: &str = "lock";
/// What its process is called, and what its settings say of every trace.
pub(super) const ABOUT: &str = "about";
/// There if the process had a mask.
pub(crate) const MASKED: &str = "masked";

/// Bytes of a segment in a file.
const SEGMENT: usize = 256 << 10;

impl Home {
    /// Makes a home below `root`. Nobody sees it before it is locked.
    pub(crate) fn open<'a>(root: &Path, about: impl Iterator<Item = &'a [u8]>, is_masked: bool) -> io::Result<Self> {
        builder().recursive(true).create(root)?;
        let random = ObservationId::random();
        let name = format!("{}-{}-{random}", std::process::id(), clock::now() / 1_000_000);
        let (hidden, dir) = (root.join(format!(".{name}")), root.join(name));
        builder().create(&hidden)?;
        let lock = File::create(hidden.join(LOCK))?;
        lock.try_lock()?;
        fs::write(hidden.join(ABOUT), segment::encode(about))?;
        if is_masked {
            File::create(hidden.join(MASKED))?;
        }
        fs::rename(&hidden, &dir)?;
        let mark = Words::forgotten_by_forks()?;
        if let Some(word) = mark.as_slice().first() {
            word.store(u64::from(std::process::id()), Ordering::Relaxed);
        }
        let (lock, next) = (Mutex::new(Some(lock)), AtomicU64::new(1));
        Ok(Self { dir, lock, next, mark, is_broken: AtomicBool::new(false), failed: AtomicU64::new(0) })
    }

    /// Whether this process was forked from the one that made it.
    #[inline]
    pub(super) fn is_foreign(&self) -> bool {
        let mark = self.mark.as_slice().first().map_or(0, |mark| mark.load(Ordering::Relaxed));
        mark == 0 || !cfg!(target_os = "linux") && mark != u64::from(std::process::id())
    }

    /// A new segment for records of up to `bytes`. `None`: not now, and that was said.
    pub(super) fn segment(&self, bytes: usize) -> Option<Segment> {
        let made = self.create("segment").and_then(|(mut file, path)| {
            let bytes = SEGMENT.max((bytes + 64).next_multiple_of(1 << 12));
            let words = Words::map(&mut file, bytes / size_of::<u64>()).inspect_err(|_| _ = fs::remove_file(&path))?;
            Ok(Segment::new(words, Some(Arc::new(Stored { path, bytes: bytes as u64 }))))
        });
        self.heard(made)
    }

    /// Whether making a file is worth trying on a caller's thread.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Writes records to a new file whose name ends in `kind`; it is there as a whole or not at all.
    pub(crate) fn write<'a>(&self, kind: &str, records: impl Iterator<Item = &'a [u8]>) -> Option<Keep> {
        let path = self.path(kind);
        let made = write_file(&path, records);
        self.heard(made.map(|bytes| Arc::new(Stored { path, bytes })))
    }

    /// A name for a new file here.
    pub(crate) fn path(&self, kind: &str) -> PathBuf {
        self.dir.join(format!("{:08}-{kind}", self.next.fetch_add(1, Ordering::Relaxed)))
    }

    fn create(&self, kind: &str) -> io::Result<(File, PathBuf)> {
        let path = self.path(kind);
        Ok((private().read(true).write(true).create_new(true).open(&path)?, path))
    }

    /// Says once that files cannot be made, and once that they can again: on a disk with room for one more file now and
    /// then that is not said each time.
    fn heard<T>(&self, made: io::Result<T>) -> Option<T> {
        self.is_broken.store(made.is_err(), Ordering::Relaxed);
        match &made {
            Err(error) => {
                if self.failed.swap(clock::now(), Ordering::Relaxed) == 0 {
                    diagnostics::warn(&format!(
                        "cannot write to `{}`: {error}; what is recorded is kept in memory only until that works again",
                        self.dir.display(),
                    ));
                }
            }
            Ok(_) => {
                let failed = self.failed.load(Ordering::Relaxed);
                if failed != 0
                    && clock::now().saturating_sub(failed) >= CALM
                    && self.failed.compare_exchange(failed, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
                {
                    diagnostics::warn(&format!("writing to `{}` works again", self.dir.display()));
                }
            }
        }
        made.ok()
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Lets go of it: what is left is for whoever comes next. `is_empty`: nothing is.
    pub(crate) fn close(&self, is_empty: bool) {
        if self.is_foreign() {
            return;
        }
        if is_empty {
            let _ = fs::remove_dir_all(&self.dir);
        }
        self.unlock();
    }

    /// Lets go of the lock, for this process alone if it was forked.
    pub(crate) fn unlock(&self) {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Stored {
    /// Notes what is done. `is_elsewhere`: it is in another file now, and done as far as this one is concerned.
    fn note<'a>(&self, keys: impl Iterator<Item = &'a Key>, is_elsewhere: bool) {
        let mut bytes = Vec::new();
        for (trace, id) in keys {
            bytes.push(if is_elsewhere { ELSEWHERE } else { DONE });
            bytes.extend_from_slice(&trace.to_bytes());
            bytes.extend_from_slice(id);
        }
        // What cannot be noted would at worst be delivered twice.
        let file = private().append(true).create(true).open(done(&self.path));
        let _ = file.and_then(|mut file| file.write_all(&bytes));
    }

    /// Whether nobody holds anything of it but the caller.
    pub(crate) fn is_free(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1
    }

    pub(crate) fn remove(&self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(done(&self.path));
    }
}

const DONE: u8 = 1;
const ELSEWHERE: u8 = 2;
const NOTE: usize = 25;

pub(super) fn done(path: &Path) -> PathBuf {
    path.with_extension("done")
}

/// What was noted beside a file: keys, and whether they are elsewhere.
pub(super) fn notes(path: &Path) -> Vec<(Key, bool)> {
    let bytes = fs::read(done(path)).unwrap_or_default();
    let (notes, _) = bytes.as_chunks::<NOTE>();
    let read = |note: &[u8; NOTE]| {
        let (trace, id) = (note.get(1..17)?.try_into().ok()?, note.get(17..)?.try_into().ok()?);
        Some(((TraceId::from_bytes(trace)?, id), note[0] == ELSEWHERE))
    };
    notes.iter().filter_map(read).collect()
}

/// Writes records to a file, which is there as a whole or not at all. Returns its size.
pub(crate) fn write_file<'a>(path: &Path, records: impl Iterator<Item = &'a [u8]>) -> io::Result<u64> {
    let bytes = segment::encode(records);
    let hidden = path.with_extension("new");
    let write = || {
        private().write(true).create(true).truncate(true).open(&hidden)?.write_all(&bytes)?;
        fs::rename(&hidden, path)
    };
    write().inspect_err(|_| _ = fs::remove_file(&hidden))?;
    Ok(bytes.len() as u64)
}

/// Notes what is done in each of these files.
pub(crate) fn note(keys: &[(Keep, Key)], is_elsewhere: bool) {
    let mut files: Vec<(&Keep, Vec<&Key>)> = Vec::new();
    for (keep, key) in keys {
        match files.iter_mut().rev().find(|(known, _)| Arc::ptr_eq(known, keep)) {
            Some((_, keys)) => keys.push(key),
            None => files.push((keep, vec![key])),
        }
    }
    for (keep, keys) in files {
        keep.note(keys.into_iter(), is_elsewhere);
    }
}

fn builder() -> DirBuilder {
    #[allow(unused_mut, reason = "elsewhere there are no modes")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "elsewhere there are no modes")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
