//! The worker's work on disk: what waits too long or at the end is put there, and comes back from there.

use std::sync::atomic::Ordering;
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant};

use super::Worker;
use super::parcel;
use super::spool::kept;
use crate::finished::Item;
use crate::journal::{self, Keep, Key};
use crate::loss::Loss;

/// What waits longer than this for a server that is down goes to disk.
const PATIENCE: Duration = Duration::from_secs(5);
/// Files of segments may be larger than what is still needed of them by this, and twice that.
const SLACK: usize = 16 << 20;

impl Worker {
    /// Puts away, or gives up, what is too much for the memory while the server is down or the end has come.
    pub(super) fn make_room(&mut self, now: Instant) {
        let is_late = self.is_late(now);
        if !is_late && !self.outbox.is_down() {
            return;
        }
        let limit = self.journal.rules.memory_limit;
        if self.spool.is_some() {
            let is_old = || self.outbox.oldest().is_some_and(|oldest| now.saturating_duration_since(oldest) > PATIENCE);
            if self.outbox.waiting() > limit / 8 || is_old() {
                self.put_away();
            }
        }
        let given_up = self.outbox.give_up(limit / 2);
        self.lose(if is_late { Loss::AtExit } else { Loss::Backlog }, &given_up);
    }

    /// Puts away what waits if the server is slower than what comes, and memory runs out. True: now there is room.
    pub(super) fn unburden(&mut self) -> bool {
        let is_tight = self.journal.used() > self.journal.rules.memory_limit / 2;
        if is_tight && self.spool.is_some() {
            self.put_away();
            return self.outbox.waiting() == 0;
        }
        false
    }

    /// Looks after files now and then.
    pub(super) fn tidy(&mut self, now: Instant) {
        self.make_room(now);
        let Some(spool) = &mut self.spool else { return };
        spool.expire();
        spool.clean();
        self.reader.clean();
        if self.reader.kept_bytes() > SLACK + 2 * self.fold.weight() {
            self.carry_over();
        }
    }

    /// Frees segments from what is open for long.
    fn carry_over(&mut self) {
        let Some(home) = &self.journal.home else { return };
        let mut records = Vec::new();
        self.fold.carry(&mut |bytes| crate::record::frame(&mut records, bytes));
        if records.is_empty() {
            return;
        }
        if let Some(keep) = home.write("carried", crate::record::frames(&records)) {
            self.fold.carried(&keep);
            self.reader.keep(keep);
        }
    }

    /// Moves to disk what waits. What does not fit there goes on waiting in memory.
    pub(super) fn put_away(&mut self) {
        let Some(spool) = &mut self.spool else { return };
        for mut parcel in self.outbox.empty() {
            let items = std::mem::take(&mut parcel.items);
            if let Err(items) = spool.put(parcel.signal, items, parcel.process.as_deref()) {
                parcel.items = items;
                self.outbox.again(parcel);
            }
        }
    }

    /// Takes back what is on its way, as nobody waits for it any longer.
    pub(super) fn call_back(&mut self) {
        for delivery in std::mem::take(&mut self.deliveries) {
            self.outbox.landed(delivery.weight, delivery.parcel.count());
            match (delivery.parcel.from.clone(), &mut self.spool) {
                (Some(file), Some(spool)) => spool.back(file),
                _ => self.outbox.again(delivery.parcel),
            }
        }
    }

    /// Takes over what the recovery found. True: there may be more.
    pub(super) fn adopt(&mut self) -> bool {
        let (Some(recovery), Some(spool)) = (&self.recovery, &mut self.spool) else { return false };
        loop {
            match recovery.try_recv() {
                Ok(files) => spool.adopt(files),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => {
                    self.recovery = None;
                    return false;
                }
            }
        }
    }

    /// Notes that these need not be delivered any more, whatever happens to this process.
    pub(super) fn done(&self, items: &[Item]) {
        if self.journal.home.is_some() {
            let keys: Vec<(Keep, Key)> = items.iter().flat_map(kept).collect();
            journal::note(&keys, false);
        }
    }

    pub(super) fn lose(&self, reason: Loss, items: &[Item]) {
        if !items.is_empty() {
            self.done(items);
            self.journal.counters.lose(reason, parcel::count(items) as u64);
        }
    }

    /// Items on disk and not in memory.
    pub(super) fn on_disk(&self) -> usize {
        self.spool.as_ref().map_or(0, super::spool::Spool::items)
    }

    /// The end: what is left goes to disk for the next process, or is lost and counted.
    pub(super) fn leave(&mut self) {
        self.call_back();
        self.put_away();
        let counters = &self.journal.counters;
        let mut on_disk = self.on_disk();
        for parcel in self.outbox.empty() {
            // What cannot be put away is still in the segments it came in, if it came in any.
            let (kept, lost): (Vec<_>, Vec<_>) = parcel.items.into_iter().partition(|item| !item.keeps().is_empty());
            on_disk += parcel::count(&kept);
            counters.lose(Loss::AtExit, parcel::count(&lost) as u64);
        }
        counters.pending.store(on_disk as u64, Ordering::Relaxed);
        counters.on_disk.store(on_disk as u64, Ordering::Relaxed);
        if let Some(spool) = &mut self.spool {
            spool.clean();
        }
        self.reader.clean();
        if let Some(home) = &self.journal.home {
            home.close(on_disk == 0);
        }
        self.watch.last(on_disk);
    }
}
