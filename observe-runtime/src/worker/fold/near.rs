//! What opens and closes near each other, which most observations do: they never enter the fold's tables.
//!
//! - In a run of records, which is one thread's, a closing mostly belongs to the last opening that is still open. Both are
//!   then added to a bundle of their trace: one copy of their bytes, nothing to allocate, nothing to look up later.
//! - Whoever says anything else of an observation, before, between or after, finds it in the tables: an opening goes there
//!   when something else is said of it or its run ends, and a trace's bundles when something is said that nobody is found for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{ENTRY, Fold, Pending, list};
use crate::finished::{BUNDLED, Finished, Item};
use crate::id::TraceId;
use crate::journal::Keep;
use crate::loss::Counters;
use crate::record::{self, Record};
use crate::worker::trace::Trace;

/// Observations of a trace that opened and closed near each other and have not left.
#[derive(Debug)]
pub(in crate::worker) struct Bundle {
    /// The frames of an opening and of a closing, and so on.
    pub(super) records: Vec<u8>,
    pub(super) count: usize,
    /// The file that they are in.
    pub(super) keep: Option<Keep>,
}

/// Bytes of a bundle.
const BUNDLE: usize = 32 << 10;
/// Bundles whose memory is kept to be used again.
const SPARES: usize = 16;
/// Openings, from the last one on, among which that of a closing is looked for.
const REACH: usize = 8;

/// What is near in a run of records.
#[derive(Default)]
pub(super) struct Near<'a> {
    /// Openings, oldest first.
    pub(super) open: Vec<&'a [u8]>,
    /// Openings with the closings that belong to them.
    pub(super) closed: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Near<'a> {
    /// Takes an opening. False: it is none.
    #[inline]
    pub(super) fn open(&mut self, record: &'a [u8]) -> bool {
        let is_one = record::whom(record).is_some();
        if is_one {
            self.open.push(record);
        }
        is_one
    }

    /// Takes a closing whose opening is not far, if they are not too large for a bundle.
    #[inline]
    pub(super) fn close(&mut self, record: &'a [u8]) -> bool {
        let Some(whom) = record::whom(record) else { return false };
        let mut last = self.open.iter().enumerate().rev().take(REACH);
        let Some((at, _)) = last.find(|(_, opening)| record::whom(opening) == Some(whom)) else { return false };
        if bytes(self.open[at], record) > BUNDLED {
            return false;
        }
        self.closed.push((self.open.remove(at), record));
        true
    }
}

/// What both take in a bundle.
fn bytes(opening: &[u8], closing: &[u8]) -> usize {
    opening.len() + closing.len() + 8
}

impl Fold {
    /// Takes openings with their closings.
    pub(super) fn bundle(&mut self, closed: &[(&[u8], &[u8])], keep: Option<&Keep>, round: u64, counters: &Counters) {
        for closed in closed.chunk_by(|(one, _), (other, _)| record::trace(one) == record::trace(other)) {
            let Some(last) = closed.first().and_then(|(_, closing)| Record::read(closing)) else { continue };
            let trace = self.traces.entry(last.trace).or_insert_with(|| Trace::new(&self.defaults));
            trace.touched = round;
            if trace.is_empty() {
                trace.since = last.time;
            }
            for (opening, closing) in closed {
                let bytes = bytes(opening, closing);
                let is_fit = |last: &Bundle| last.records.len() + bytes <= BUNDLE && is_same(last.keep.as_ref(), keep);
                if !trace.bundles.last().is_some_and(is_fit) {
                    self.weight += ENTRY;
                    trace.bundles.push(Bundle { records: Vec::new(), count: 0, keep: keep.cloned() });
                }
                let Some(bundle) = trace.bundles.last_mut() else { continue };
                let before = bundle.records.capacity();
                bundle.grow(bytes, &mut self.spares);
                record::frame(&mut bundle.records, opening);
                record::frame(&mut bundle.records, closing);
                bundle.count += 1;
                self.weight += bundle.records.capacity() - before;
            }
            list(&mut self.quiet, last.trace, trace);
        }
        let count = closed.len();
        if count > 0 {
            self.heard += 2 * count as u64;
            self.bundled += count;
            counters.recorded.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// Takes the memory of what was delivered, to use it again.
    pub(crate) fn reuse(&mut self, delivered: Vec<Item>) {
        for item in delivered {
            if let Item::Observations(Finished { mut records, .. }) = item
                && records.capacity() >= BUNDLE
                && self.spares.len() < SPARES
            {
                records.clear();
                self.spares.push(records);
            }
        }
    }

    /// Puts what is in a trace's bundles into the tables, where each is found by its id.
    pub(super) fn unbundle(&mut self, id: TraceId) {
        let Some(trace) = self.traces.get_mut(&id) else { return };
        for bundle in std::mem::take(&mut trace.bundles) {
            self.weight = self.weight.saturating_sub(bundle.weight());
            self.bundled -= bundle.count;
            for (record, records) in bundle.each() {
                let Some(observation) = record.observation else { continue };
                let records = records.to_vec();
                self.weight += records.capacity() + ENTRY;
                let (since, keeps) = (record.time, bundle.keep.iter().cloned().collect());
                let pending = Pending {
                    records,
                    since,
                    keeps,
                    is_open: true,
                    is_closed: true,
                    is_done: true,
                    is_forgotten: false,
                };
                self.observations.insert((id, observation), pending);
                trace.closed.push(observation);
            }
        }
    }
}

fn is_same(one: Option<&Keep>, other: Option<&Keep>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

impl Bundle {
    /// Makes room, in few steps: a trace that has some has many, mostly.
    fn grow(&mut self, bytes: usize, spares: &mut Vec<Vec<u8>>) {
        let (length, room) = (self.records.len(), self.records.capacity());
        if room - length >= bytes {
            return;
        }
        let larger = if room == 0 { bytes } else { (4 * room).clamp(length + bytes, BUNDLE.max(length + bytes)) };
        match if larger < BUNDLE { None } else { spares.pop() } {
            Some(mut spare) => {
                spare.extend_from_slice(&self.records);
                self.records = spare;
            }
            None => self.records.reserve_exact(larger - length),
        }
    }

    pub(super) fn weight(&self) -> usize {
        self.records.capacity() + ENTRY
    }

    /// The opening of each, and both its frames.
    pub(super) fn each(&self) -> impl Iterator<Item = (Record<'_>, &[u8])> {
        let mut rest = &self.records[..];
        std::iter::from_fn(move || {
            let (records, others) = rest.split_at(record::two(rest));
            rest = others;
            Some((Record::read(record::frames(records).next()?)?, records))
        })
    }
}
