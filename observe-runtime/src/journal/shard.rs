//! A shard: the records of one thread that the worker has not taken yet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Journal;
use crate::loss::Loss;
use crate::record;

/// Bytes are reserved from the journal's budget in blocks of this size.
const BLOCK: usize = 16 << 10;
/// The worker is woken when a shard grows past this.
const WAKE: usize = 256 << 10;

#[derive(Debug, Default)]
pub(super) struct Shard {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    reserved: usize,
    is_woken: bool,
    is_closed: bool,
}

impl Shard {
    /// Appends a record. The bytes before it stay whole whatever happens.
    #[inline]
    pub(super) fn append(&self, record: &[u8], journal: &Journal) {
        let mut state = self.state();
        if state.is_closed {
            journal.counters.lose(Loss::AtExit, 1);
            return;
        }
        record::frame(&mut state.bytes, record);
        if state.bytes.len() > state.reserved {
            state.grow(journal);
        }
    }

    /// What was appended since the last time, and the bytes to give back to the budget.
    pub(super) fn take(&self, spare: Vec<u8>) -> (Vec<u8>, usize) {
        let mut state = self.state();
        state.is_woken = false;
        (std::mem::replace(&mut state.bytes, spare), std::mem::take(&mut state.reserved))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state().bytes.is_empty()
    }

    pub(super) fn close(&self) {
        self.state().is_closed = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    #[cold]
    fn grow(&mut self, journal: &Journal) {
        let more = (self.bytes.len() - self.reserved).next_multiple_of(BLOCK);
        self.reserved += more;
        journal.reserve(more);
        if self.bytes.len() > WAKE && !self.is_woken {
            self.is_woken = true;
            journal.wake.notify_one();
        }
    }
}
