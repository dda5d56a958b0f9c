//! What leaves the fold, and when: with its trace, when it has waited long enough, or at the end.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ENTRY, Fold, ORPHAN, SCORE, add_keep};
use crate::finished::{Finished, FinishedScore, Item};
use crate::id::TraceId;
use crate::journal::Keep;
use crate::loss::{Counters, Loss};
use crate::observation::Outcome;
use crate::record::{self, Tag};
use crate::worker::trace::Trace;

impl Fold {
    /// Ends a round: lets the traces leave of which nothing is open and nothing came in this round.
    pub(crate) fn settle(&mut self, round: u64, leave: &mut Vec<Item>) {
        let mut quiet = std::mem::take(&mut self.quiet);
        quiet.retain(|id| {
            let Some(trace) = self.traces.get_mut(id) else { return false };
            trace.is_listed = trace.open == 0 && trace.touched == round;
            if trace.open == 0 && !trace.is_listed {
                self.leave(*id, leave);
            }
            self.traces.get(id).is_some_and(|trace| trace.is_listed)
        });
        self.quiet = quiet;
        self.shrink();
    }

    /// Lets go of what has waited for longer than `hold`, at the time `now`.
    pub(crate) fn sweep(&mut self, now: u64, hold: u64, leave: &mut Vec<Item>, counters: &Counters) {
        self.spares.truncate(self.spares.len() / 2);
        let orphans = std::mem::take(&mut self.orphans);
        for key in orphans {
            match self.observations.get(&key) {
                Some(pending) if pending.is_open => {}
                Some(pending) if now.saturating_sub(pending.since) < ORPHAN => self.orphans.push(key),
                Some(pending) => {
                    if !pending.is_forgotten {
                        counters.lose(Loss::TooLate, 1);
                    }
                    self.remove(key);
                }
                None => {}
            }
        }
        let waited = |trace: &Trace| now.saturating_sub(trace.since) >= hold;
        let late: Vec<TraceId> = self.traces.iter().filter(|(_, trace)| waited(trace)).map(|(id, _)| *id).collect();
        for id in late {
            self.leave(id, leave);
            let is_over = self.traces.get(&id).is_some_and(|trace| trace.open == 0 && !trace.is_listed);
            if is_over && let Some(trace) = self.traces.remove(&id) {
                counters.lose(Loss::TooLate, u64::from(trace.is_unseen));
            }
        }
    }

    /// Gives back what a rush has left.
    fn shrink(&mut self) {
        if self.observations.len() < self.observations.capacity() / 8 {
            self.observations.shrink_to(2 * self.observations.len());
        }
        if self.traces.len() < self.traces.capacity() / 8 {
            self.traces.shrink_to(2 * self.traces.len());
        }
    }

    /// Closes what is open, at the time `now`, and lets everything leave.
    pub(crate) fn finish(
        &mut self,
        now: u64,
        outcome: Outcome,
        fault: &str,
        leave: &mut Vec<Item>,
        counters: &Counters,
    ) {
        let open: Vec<_> =
            self.observations.iter().filter(|(_, pending)| !pending.is_done).map(|(key, _)| *key).collect();
        for key in open {
            let Some(pending) = self.observations.get_mut(&key) else { continue };
            if !pending.is_open {
                if !pending.is_forgotten {
                    counters.lose(Loss::TooLate, 1);
                }
                self.remove(key);
                continue;
            }
            let mut close = Vec::with_capacity(64);
            record::close(&mut close, key.0, key.1, 0, now, outcome);
            record::put(&mut close, Tag::Fault, fault.as_bytes());
            let before = pending.records.capacity();
            record::frame(&mut pending.records, &close);
            self.weight += pending.records.capacity() - before;
            pending.is_done = true;
            if let Some(trace) = self.traces.get_mut(&key.0) {
                trace.closed.push(key.1);
            }
        }
        let traces: Vec<TraceId> = self.traces.keys().copied().collect();
        for id in traces {
            self.leave(id, leave);
        }
        let unseen = self.traces.drain().filter(|(_, trace)| trace.is_unseen).count();
        counters.lose(Loss::TooLate, unseen as u64);
        self.quiet.clear();
        self.orphans.clear();
        (self.observations, self.traces) = (HashMap::default(), HashMap::default());
    }

    /// Lets the closed observations of a trace leave, and its scores. A trace that nothing was said of goes with them.
    fn leave(&mut self, id: TraceId, leave: &mut Vec<Item>) {
        let Some(trace) = self.traces.get_mut(&id) else { return };
        let (attributes, trace_io) = (trace.attributes(), trace.io());
        trace.is_unseen &= trace.is_empty();
        let is_part = trace.open > 0 || trace.has_left;
        trace.has_left |= !trace.closed.is_empty() || !trace.bundles.is_empty();
        for bundle in std::mem::take(&mut trace.bundles) {
            self.weight = self.weight.saturating_sub(bundle.weight());
            self.bundled -= bundle.count;
            leave.push(Item::Observations(Finished {
                trace: id,
                records: bundle.records,
                count: bundle.count,
                attributes: attributes.clone(),
                trace_io: trace_io.clone(),
                is_part,
                keeps: with(bundle.keep.into_iter().collect(), &trace.keeps),
            }));
        }
        for observation in std::mem::take(&mut trace.closed) {
            let Some(pending) = self.observations.remove(&(id, observation)) else { continue };
            self.weight = self.weight.saturating_sub(pending.records.capacity() + ENTRY);
            leave.push(Item::Observations(Finished {
                trace: id,
                records: pending.records,
                count: 1,
                attributes: attributes.clone(),
                trace_io: trace_io.clone(),
                is_part,
                keeps: with(pending.keeps, &trace.keeps),
            }));
        }
        let environment: Option<Arc<str>> = attributes.environment.as_deref().map(Arc::from);
        for (record, keeps) in std::mem::take(&mut trace.scores) {
            self.scores -= 1;
            self.weight = self.weight.saturating_sub(record.len() + SCORE);
            leave.push(Item::Score(FinishedScore {
                trace: id,
                key: record::key(&record).unwrap_or((id, [0; 8])),
                record,
                environment: environment.clone(),
                keeps: with(keeps, &trace.keeps),
            }));
        }
        if trace.open == 0 && !trace.is_said {
            self.traces.remove(&id);
        }
    }
}

fn with(mut keeps: Vec<Keep>, more: &[Keep]) -> Vec<Keep> {
    more.iter().for_each(|keep| add_keep(&mut keeps, Some(keep)));
    keeps
}
