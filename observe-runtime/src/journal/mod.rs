//! The journal: what was recorded and not folded yet.
//!
//! - Every thread appends to a segment of its own; the worker reads all segments in rounds.
//! - Nothing is locked for an append: a record is built in a scratch buffer and then stored.
//! - Nobody is woken per call: only when a segment is full.
//! - Bounded: what is appended is reserved from one budget in blocks; new observations are refused in
//!   constant time while it is used up, and the refusal is counted.
//! - With a directory segments are files, and what was appended survives the process: see `segment.rs`.
//!   The worker makes them in advance; a caller does only when it is faster than the worker.

mod budget;
mod lane;
mod local;
mod reader;
mod recovery;
mod segment;
mod store;
#[cfg(test)]
mod tests;
mod words;

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;

pub(crate) use self::budget::Admission;
pub(crate) use self::local::{capturing, is_capturing, write};
pub(crate) use self::reader::Reader;
pub(crate) use self::recovery::{Dead, Recovery, is_anything_left, records};
use self::segment::{LARGEST, SMALLEST, Segment, Writer, words_for};
#[cfg(test)]
pub(crate) use self::segment::{decode, encode};
pub(crate) use self::store::{Home, Keep, Key, MASKED, Stored, note, write_file};
use self::words::Words;
use crate::capture::{self, Limits};
use crate::id::TraceId;
use crate::loss::{Counters, Loss};
use crate::registry::Entry;

/// What a client records, and how much.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) limits: Limits,
    pub(crate) capture_io: bool,
    /// Traces whose id's last 8 bytes are below this are recorded; `u64::MAX`: all.
    pub(crate) sample_below: u64,
    pub(crate) secrets: Vec<String>,
    pub(crate) memory_limit: usize,
    /// How long a caller waits for room.
    pub(crate) patience: Duration,
}

#[derive(Debug)]
pub(crate) struct Journal {
    number: u32,
    /// Names the word list of `rules.secrets` in the entries' caches.
    generation: u16,
    pub(crate) rules: Rules,
    /// Where segments are files.
    pub(crate) home: Option<Arc<Home>>,
    segments: Mutex<Segments>,
    is_closed: AtomicBool,
    /// Bytes reserved by threads, and kept by the worker.
    used: AtomicUsize,
    full: AtomicBool,
    pub(crate) wake: Notify,
    pub(crate) counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Segments {
    /// The worker has not seen them.
    new: Vec<Arc<Segment>>,
    /// Made in advance.
    spares: Vec<Segment>,
    /// Left behind by threads that ended.
    partial: Vec<Writer>,
    /// Spares used since the worker last looked.
    used: usize,
}

/// The client that records outside any context: its number in the low half, 0: none; in the high half that of its
/// [`Rules::sample_below`].
static DEFAULT: AtomicU64 = AtomicU64::new(0);
/// How many clients record. While it is 0 a call costs this one load.
static ACTIVE: AtomicU32 = AtomicU32::new(0);
static JOURNALS: RwLock<Vec<(u32, Arc<Journal>)>> = RwLock::new(Vec::new());

#[inline]
pub(crate) fn is_active() -> bool {
    ACTIVE.load(Ordering::Relaxed) != 0
}

/// The client of a context: its own, else the default one. `None`: nobody records.
#[inline]
pub(crate) fn client(number: u32) -> Option<u32> {
    let number = if number == 0 { DEFAULT.load(Ordering::Relaxed) as u32 } else { number };
    (number != 0).then_some(number)
}

/// Whether it is seen at once that this trace is not in the sample: that of the default client, and not at its edge.
#[inline]
pub(crate) fn is_left_out(client: u32, trace: TraceId) -> bool {
    let default = DEFAULT.load(Ordering::Relaxed);
    default as u32 == client && low(trace) >> 32 > default >> 32
}

/// What decides whether a trace is in the sample.
#[inline]
fn low(trace: TraceId) -> u64 {
    let [_, _, _, _, _, _, _, _, low @ ..] = trace.to_bytes();
    u64::from_be_bytes(low)
}

pub(crate) fn set_default(journal: &Journal) {
    DEFAULT.store(journal.default(), Ordering::Release);
}

/// Segments are kept in memory to be used again, up to this part of it: touching new pages costs more than a call.
const SPARES: usize = 4;
/// Segments in files that are made in advance, at most.
const SPARE_FILES: usize = 16;

fn find(client: u32) -> Option<Arc<Journal>> {
    let journals = JOURNALS.read().unwrap_or_else(PoisonError::into_inner);
    journals.iter().find(|(number, _)| *number == client).map(|(_, journal)| journal.clone())
}

impl Journal {
    pub(crate) fn open(rules: Rules, home: Option<Arc<Home>>) -> Arc<Self> {
        static NUMBERS: AtomicU32 = AtomicU32::new(1);
        static GENERATIONS: AtomicU16 = AtomicU16::new(1);
        let journal = Arc::new(Self {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            generation: GENERATIONS.fetch_add(1, Ordering::Relaxed).max(1),
            rules,
            home,
            segments: Mutex::default(),
            is_closed: AtomicBool::new(false),
            used: AtomicUsize::new(0),
            full: AtomicBool::new(false),
            wake: Notify::new(),
            counters: Arc::default(),
        });
        let mut journals = JOURNALS.write().unwrap_or_else(PoisonError::into_inner);
        journals.push((journal.number, journal.clone()));
        ACTIVE.fetch_add(1, Ordering::Release);
        journal
    }

    /// From now on nothing more is recorded here; what was appended can still be taken.
    pub(crate) fn close(&self) {
        let _ = DEFAULT.compare_exchange(self.default(), 0, Ordering::AcqRel, Ordering::Relaxed);
        let mut journals = JOURNALS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = journals.iter().position(|(number, _)| *number == self.number) {
            journals.swap_remove(at);
            ACTIVE.fetch_sub(1, Ordering::Release);
        }
        drop(journals);
        self.is_closed.store(true, Ordering::Release);
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Whether this trace is in the sample: the same verdict in every process and SDK.
    #[inline]
    pub(crate) fn samples(&self, trace: TraceId) -> bool {
        self.rules.sample_below == u64::MAX || low(trace) < self.rules.sample_below
    }

    /// What [`DEFAULT`] holds while this client is the default one.
    fn default(&self) -> u64 {
        self.rules.sample_below >> 32 << 32 | u64::from(self.number)
    }

    pub(crate) fn redacted(&self, entry: &Entry) -> u64 {
        entry.redacted(self.generation, |name| capture::redacts(name, &self.rules.secrets))
    }

    #[inline]
    fn is_foreign(&self) -> bool {
        self.home.as_ref().is_some_and(|home| home.is_foreign())
    }

    /// Another segment, for a record of this length and those that follow it, in place of the full one.
    #[cold]
    fn writer(&self, record: usize, full: Option<Writer>) -> Writer {
        let is_in_files = self.home.is_some() && !self.is_foreign();
        // The longer a thread records, the larger its segments.
        let larger = full.as_ref().map_or(SMALLEST, |full| (full.segment.words() * 4).min(LARGEST));
        if let Some(full) = full {
            full.seal();
        }
        let needed = words_for(record) + 2;
        let mut segments = self.segments();
        let is_fit = |writer: &Writer| writer.room() >= needed && (is_in_files || !writer.is_in_file());
        if let Some(at) = segments.partial.iter().position(is_fit) {
            return segments.partial.swap_remove(at);
        }
        let is_spare = !self.is_foreign()
            && segments
                .spares
                .last()
                .is_some_and(|spare| spare.words() >= needed && (is_in_files || larger == LARGEST));
        let spare = if is_spare { segments.spares.pop() } else { None };
        if let Some(spare) = spare.as_ref().filter(|spare| spare.stored.is_none()) {
            self.release(spare.bytes());
        }
        segments.used += 1;
        let is_due = is_in_files || segments.used.is_multiple_of(4);
        drop(segments);
        let segment = spare.or_else(|| self.segment_in_file(record));
        let segment = segment.unwrap_or_else(|| {
            let words = larger.max(needed);
            Segment::new(if words < LARGEST { Words::heap(words) } else { Words::pages(words) }, None)
        });
        let writer = Writer::new(segment);
        self.segments().new.push(writer.segment.clone());
        if is_due {
            self.wake.notify_one();
        }
        writer
    }

    fn segment_in_file(&self, record: usize) -> Option<Segment> {
        let home = self.home.as_ref().filter(|home| !home.is_foreign() && !home.is_broken())?;
        home.segment(record)
    }

    /// Takes what is left of a segment from a thread that needs it no more.
    fn leave(&self, writer: Writer) {
        // Files are large: a thread that comes later goes on there.
        if writer.is_in_file() && writer.room() > SMALLEST && !self.is_closed.load(Ordering::Acquire) {
            self.segments().partial.push(writer);
        } else {
            writer.seal();
        }
    }

    /// Makes segments in advance, as many as were lately used.
    pub(crate) fn make_spares(&self) {
        let Some(home) = self.home.as_ref() else { return };
        let (used, spares) = {
            let mut segments = self.segments();
            (std::mem::take(&mut segments.used), segments.spares.len())
        };
        for _ in spares..used.clamp(1, SPARE_FILES) {
            match home.segment(0) {
                Some(segment) => self.segments().spares.push(segment),
                None => return,
            }
        }
    }

    fn segments(&self) -> MutexGuard<'_, Segments> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The limits of that client, if it captures what goes in and comes out.
pub(crate) fn capture_limits(client: u32) -> Option<Limits> {
    find(client).filter(|journal| journal.rules.capture_io).map(|journal| journal.rules.limits)
}

/// Counts a loss of that client.
#[cold]
pub(crate) fn lose(client: u32, reason: Loss) {
    if let Some(journal) = find(client) {
        journal.counters.lose(reason, 1);
    }
}
