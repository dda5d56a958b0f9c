//! The budget: how much memory is in use, and what is still let in.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Journal;
use crate::loss::Loss;

/// What is about to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// A new observation: refused while memory is full.
    New,
    /// Something about one that was admitted: refused only when memory is twice as full as it may be.
    Known,
}

impl Journal {
    /// Says that the worker keeps `bytes` more.
    pub(crate) fn reserve(&self, bytes: usize) {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if used >= self.rules.memory_limit {
            self.full.store(true, Ordering::Relaxed);
        }
    }

    /// Says that `bytes` are free again.
    pub(crate) fn release(&self, bytes: usize) {
        let used = self.used.fetch_sub(bytes, Ordering::Relaxed).wrapping_sub(bytes);
        if used < self.rules.memory_limit && self.full.load(Ordering::Relaxed) {
            self.full.store(false, Ordering::Relaxed);
        }
    }

    /// Bytes in use: journal with what it keeps to use again, fold and waiting batches.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Bytes of those in use that only wait to be used again.
    #[cfg(test)]
    pub(super) fn spared(&self) -> usize {
        self.segments().spares.iter().map(|spare| spare.bytes()).sum()
    }

    #[inline]
    pub(super) fn admits(&self, admission: Admission) -> bool {
        !self.full.load(Ordering::Relaxed) || self.admits_when_full(admission)
    }

    #[cold]
    fn admits_when_full(&self, admission: Admission) -> bool {
        // What is open may be closed while the worker makes room.
        let has_room = || match admission {
            Admission::Known => self.used() < self.rules.memory_limit.saturating_mul(2),
            Admission::New => !self.full.load(Ordering::Relaxed),
        };
        if has_room() {
            return true;
        }
        let until = Instant::now().checked_add(self.rules.patience);
        while !self.rules.patience.is_zero() && until.is_none_or(|until| Instant::now() < until) {
            self.wake.notify_one();
            std::thread::sleep(Duration::from_millis(1));
            if has_room() {
                return true;
            }
        }
        self.counters.lose(Loss::MemoryFull, 1);
        false
    }
}
