//! A shard: the records of one thread that the worker has not taken yet, in a chain of segments.
//!
//! - The thread appends through its [`Lane`] without a lock. The chain is locked where the lane changes its segment, and
//!   by the worker, for moments only.
//! - Once the journal is closed nothing more is appended, but for what was begun: the worker takes for the last time
//!   when no lane is writing any more.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Journal;
use super::segment::{START, Segment, WORD};
use crate::loss::Loss;

/// Words of a thread's first segment; the next ones are four times as large each, up to the most.
const FIRST: usize = (4 << 10) / WORD;
pub(super) const MOST: usize = (64 << 10) / WORD;
/// The worker is woken when so many segments wait.
const WAKE: usize = 4;
/// Bytes are reserved from the journal's budget in blocks of this size.
const BLOCK: usize = 4 << 10;

#[derive(Debug)]
pub(super) struct Shard {
    chain: Mutex<Chain>,
    is_writing: AtomicBool,
}

#[derive(Debug)]
struct Chain {
    /// Oldest first. The lane writes to the last one.
    segments: VecDeque<Arc<Segment>>,
    /// Up to where the first one was read.
    read: usize,
}

/// The writing end of a shard.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) journal: Arc<Journal>,
    shard: Arc<Shard>,
    segment: RefCell<Arc<Segment>>,
    at: Cell<usize>,
    /// Bytes reserved and not written yet.
    credit: Cell<usize>,
}

impl Lane {
    /// Opens a shard.
    pub(super) fn open(journal: Arc<Journal>) -> (Self, Arc<Shard>) {
        let segment = journal.segment(FIRST);
        let chain = Chain { segments: VecDeque::from([segment.clone()]), read: START };
        let shard = Arc::new(Shard { chain: Mutex::new(chain), is_writing: AtomicBool::new(false) });
        let segment = RefCell::new(segment);
        (Self { journal, shard: shard.clone(), segment, at: Cell::new(START), credit: Cell::new(0) }, shard)
    }

    /// Appends a record. The buffer is as it was afterwards, but for what is behind its end.
    #[inline]
    pub(super) fn append(&self, record: &mut Vec<u8>) {
        let length = record.len();
        record.extend_from_slice(&[0; WORD - 1]);
        let (words, _) = record.as_chunks::<WORD>();
        self.shard.is_writing.store(true, Ordering::Relaxed);
        if self.journal.is_closed() {
            self.journal.counters.lose(Loss::AtExit, 1);
        } else {
            let bytes = (words.len() + 1) * WORD;
            match self.credit.get().checked_sub(bytes) {
                Some(left) => self.credit.set(left),
                None => self.reserve(bytes),
            }
            let next = self.segment.borrow().append(self.at.get(), words, length);
            match next {
                Some(next) => self.at.set(next),
                None => self.change(words, length),
            }
        }
        self.shard.is_writing.store(false, Ordering::Release);
    }

    #[cold]
    fn reserve(&self, bytes: usize) {
        let more = (bytes - self.credit.get()).next_multiple_of(BLOCK);
        self.credit.set(self.credit.get() + more - bytes);
        self.journal.reserve(more);
    }

    /// Goes on in another segment.
    #[cold]
    fn change(&self, words: &[[u8; WORD]], length: usize) {
        let larger = (self.segment.borrow().size() * 4).min(MOST);
        let segment = self.journal.segment(larger.max(START + 1 + words.len()));
        if let Some(next) = segment.append(START, words, length) {
            self.at.set(next);
        }
        // The old one is let go before the worker can see that it is over: it is used again.
        drop(self.segment.replace(segment.clone()));
        let mut chain = self.shard.chain();
        chain.segments.push_back(segment);
        let is_much = chain.segments.len() > WAKE;
        drop(chain);
        if is_much {
            self.journal.wake.notify_one();
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.journal.release(self.credit.get());
    }
}

impl Shard {
    /// How many segments there are.
    pub(super) fn count(&self) -> usize {
        self.chain().segments.len()
    }

    /// Gives what was appended to the oldest segment to `each`, as a run of frames, and its bytes back to the budget.
    pub(super) fn take(&self, journal: &Journal, buffer: &mut Vec<u8>, each: &mut dyn FnMut(&[u8])) {
        let chain = self.chain();
        let (Some(segment), from) = (chain.segments.front().cloned(), chain.read) else { return };
        let is_over = chain.segments.len() > 1;
        drop(chain);
        let read = segment.read(from, buffer);
        if !buffer.is_empty() {
            each(buffer);
            buffer.clear();
            buffer.shrink_to(LARGE);
            journal.release((read - from) * WORD);
        }
        let mut chain = self.chain();
        if is_over {
            chain.segments.pop_front();
            chain.read = START;
            drop(chain);
            journal.recycle(segment);
        } else {
            chain.read = read;
        }
    }

    /// Whether its lane is in the middle of an append.
    pub(super) fn is_writing(&self) -> bool {
        self.is_writing.load(Ordering::Acquire)
    }

    fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The worker's buffer keeps at most this much.
const LARGE: usize = 1 << 20;
