//! The fold: joins records by observation id and hands on what is closed, finished and immutable.
//!
//! - Records of one observation come in any order: a task that moves between threads may close on
//!   another shard than it opened on. So a trace leaves one round after the last thing heard of it.
//! - Observations wait until nothing of their trace is open, at most `hold`, so that what is said of
//!   the trace reaches all of them; each leaves exactly once.
//! - What is said of an observation that has left, or never came, is counted.

mod leave;
mod near;
mod waiting;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(super) use self::near::Bundle;
use self::near::Near;
use super::trace::Trace;
use crate::finished::TraceAttributes;
use crate::id::{ObservationId, TraceId};
use crate::journal::Keep;
use crate::loss::{Counters, Loss};
use crate::record::{self, Kind, Record};

#[derive(Debug)]
pub(crate) struct Fold {
    traces: HashMap<TraceId, Trace, Ids>,
    observations: HashMap<(TraceId, ObservationId), Pending, Ids>,
    /// Traces of which nothing is open, to be looked at when this round is over.
    quiet: Vec<TraceId>,
    /// Observations of which something was said before they opened.
    orphans: Vec<(TraceId, ObservationId)>,
    defaults: Arc<TraceAttributes>,
    /// Nanoseconds.
    hold: u64,
    weight: usize,
    /// Scores that wait for their trace.
    scores: usize,
    /// Observations in bundles.
    bundled: usize,
    /// Memory of bundles that were delivered, to be used again.
    spares: Vec<Vec<u8>>,
    /// Whatever is said may be said of something that closed before, so that everything has to be found by its id.
    is_careful: bool,
    /// Records taken so far.
    heard: u64,
}

#[derive(Debug, Default)]
struct Pending {
    records: Vec<u8>,
    is_open: bool,
    is_closed: bool,
    /// Opened, closed, and counted as such by its trace.
    is_done: bool,
    is_forgotten: bool,
    /// When it was first heard of: unix nanoseconds.
    since: u64,
    /// The files that its records are in.
    keeps: Vec<Keep>,
}

/// What a place for an observation takes: tables leave an eighth of theirs empty.
const PENDING: usize = size_of::<((TraceId, ObservationId), Pending)>() / 7 * 8 + 1;
/// What a place for a trace takes.
const TRACE: usize = size_of::<(TraceId, Trace)>() / 7 * 8 + 1;
/// What an observation weighs beside its place and its records: what an allocation takes, and its place in its trace.
const ENTRY: usize = 32;
/// What a waiting score weighs beside its record.
const SCORE: usize = 64;
/// What a closing record needs, mostly.
const CLOSING: usize = 112;
/// How long what was said before the opening waits for it, in nanoseconds.
const ORPHAN: u64 = 1_000_000_000;

/// Ids are random: any of their bytes make a hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdHasher(u64);
type Ids = BuildHasherDefault<IdHasher>;

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        // Ids are whole words.
        for word in bytes.as_chunks::<8>().0 {
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Fold {
    pub(crate) fn new(defaults: TraceAttributes, hold: u64) -> Self {
        Self {
            traces: HashMap::default(),
            observations: HashMap::default(),
            quiet: Vec::new(),
            orphans: Vec::new(),
            defaults: Arc::new(defaults),
            hold,
            weight: 0,
            scores: 0,
            bundled: 0,
            spares: Vec::new(),
            is_careful: false,
            heard: 0,
        }
    }

    /// One for records that may come twice.
    pub(crate) fn careful(self) -> Self {
        Self { is_careful: true, ..self }
    }

    /// Bytes it keeps.
    pub(crate) fn weight(&self) -> usize {
        let spares = self.spares.iter().map(Vec::capacity).sum::<usize>();
        self.weight + spares + self.traces.capacity() * TRACE + self.observations.capacity() * PENDING
    }

    /// Observations and scores that have not left.
    pub(crate) fn pending(&self) -> usize {
        self.observations.len() + self.scores + self.bundled
    }

    /// How many records were taken: as long as this stays the same nothing has changed.
    pub(crate) fn heard(&self) -> u64 {
        self.heard
    }

    /// Whether a further round can let something leave at once.
    pub(crate) fn is_settled(&self) -> bool {
        self.quiet.is_empty()
    }

    /// Takes a run of records, which are in the file that is kept, if in any.
    pub(crate) fn add<'a>(
        &mut self,
        run: impl Iterator<Item = &'a [u8]>,
        keep: Option<&Keep>,
        round: u64,
        counters: &Counters,
    ) {
        let mut near = Near::default();
        for bytes in run {
            let kind = record::kind(bytes);
            let is_near = match kind {
                // What was said before waits in the tables.
                Some(Kind::Open) => !self.is_careful && self.orphans.is_empty() && near.open(bytes),
                Some(Kind::Close) => near.close(bytes),
                _ => false,
            };
            if is_near {
                continue;
            }
            if !matches!(kind, Some(Kind::Trace | Kind::Score | Kind::Site | Kind::Process)) {
                self.part(&mut near, keep, round, counters);
            }
            self.take(bytes, keep, round, counters);
        }
        self.part(&mut near, keep, round, counters);
    }

    /// Takes what is near: what has closed into bundles, what is open into the tables.
    fn part(&mut self, near: &mut Near<'_>, keep: Option<&Keep>, round: u64, counters: &Counters) {
        self.bundle(&near.closed, keep, round, counters);
        near.open.iter().for_each(|opening| self.take(opening, keep, round, counters));
        near.closed.clear();
        near.open.clear();
    }

    fn take(&mut self, bytes: &[u8], keep: Option<&Keep>, round: u64, counters: &Counters) {
        let Some(record) = Record::read(bytes) else { return counters.lose(Loss::Unreadable, 1) };
        if matches!(record.kind, Kind::Process | Kind::Site) {
            return;
        }
        self.heard += 1;
        let trace = self.traces.entry(record.trace).or_insert_with(|| Trace::new(&self.defaults));
        trace.touched = round;
        match (record.kind, record.observation) {
            (Kind::Trace, _) => {
                trace.set(record.time, record.fields());
                if trace.is_empty() {
                    trace.since = record.time;
                }
                trace.is_said = true;
                trace.is_unseen = true;
                add_keep(&mut trace.keeps, keep);
                list(&mut self.quiet, record.trace, trace);
            }
            (Kind::Score, _) => {
                counters.recorded.fetch_add(1, Ordering::Relaxed);
                if trace.is_empty() {
                    trace.since = record.time;
                }
                trace.scores.push((bytes.to_vec(), keep.into_iter().cloned().collect()));
                self.scores += 1;
                self.weight += bytes.len() + SCORE;
                list(&mut self.quiet, record.trace, trace);
            }
            (_, None) => counters.lose(Loss::Unreadable, 1),
            (_, Some(id)) => self.observe(record, id, bytes, keep, counters),
        }
    }

    fn observe(
        &mut self,
        record: Record<'_>,
        id: ObservationId,
        bytes: &[u8],
        keep: Option<&Keep>,
        counters: &Counters,
    ) {
        let (kind, key) = (record.kind, (record.trace, id));
        let is_bundled = self.traces.get(&record.trace).is_some_and(|trace| !trace.bundles.is_empty());
        if is_bundled && kind != Kind::Open && !self.observations.contains_key(&key) {
            self.unbundle(record.trace);
        }
        let Some(trace) = self.traces.get_mut(&record.trace) else { return };
        let (weight, orphans) = (&mut self.weight, &mut self.orphans);
        let pending = self.observations.entry(key).or_insert_with(|| {
            *weight += ENTRY;
            if kind != Kind::Open {
                orphans.push(key);
            }
            // Room for the closing record too.
            let records = Vec::with_capacity(bytes.len() + CLOSING);
            *weight += records.capacity();
            Pending { records, since: record.time, ..Pending::default() }
        });
        if kind != Kind::Forget {
            let before = pending.records.capacity();
            if kind == Kind::Close {
                pending.records.reserve_exact(bytes.len() + 4);
            }
            record::frame(&mut pending.records, bytes);
            *weight += pending.records.capacity() - before;
        }
        add_keep(&mut pending.keeps, keep);
        match kind {
            Kind::Open if !pending.is_open => {
                counters.recorded.fetch_add(1, Ordering::Relaxed);
                pending.is_open = true;
                trace.open += 1;
            }
            Kind::Close => pending.is_closed = true,
            Kind::Forget => pending.is_forgotten = true,
            _ => {}
        }
        if pending.is_open && pending.is_forgotten {
            trace.open = trace.open.saturating_sub(usize::from(!pending.is_done));
            counters.recorded.fetch_sub(1, Ordering::Relaxed);
            self.weight = self.weight.saturating_sub(pending.records.capacity() + ENTRY);
            self.observations.remove(&key);
        } else if pending.is_open && pending.is_closed && !pending.is_done {
            pending.is_done = true;
            trace.open = trace.open.saturating_sub(1);
            if trace.is_empty() {
                trace.since = record.time;
            }
            trace.closed.push(id);
        }
        list(&mut self.quiet, record.trace, trace);
    }

    /// The time that closed observations wait for the rest of their trace, in nanoseconds.
    pub(crate) fn hold(&self) -> u64 {
        self.hold
    }

    fn remove(&mut self, key: (TraceId, ObservationId)) {
        if let Some(pending) = self.observations.remove(&key) {
            self.weight = self.weight.saturating_sub(pending.records.capacity() + ENTRY);
        }
    }
}

/// Puts a trace of which nothing is open among those that may leave.
fn list(quiet: &mut Vec<TraceId>, id: TraceId, trace: &mut Trace) {
    if trace.open == 0 && !std::mem::replace(&mut trace.is_listed, true) {
        quiet.push(id);
    }
}

fn add_keep(keeps: &mut Vec<Keep>, keep: Option<&Keep>) {
    if let Some(keep) = keep
        && !keeps.iter().any(|known| Arc::ptr_eq(known, keep))
    {
        keeps.push(keep.clone());
    }
}
