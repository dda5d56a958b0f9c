//! What waits in the fold, for those who want to see it or put it elsewhere.

use super::Fold;
use crate::finished::Finished;
use crate::id::TraceId;
use crate::journal::{self, Keep, Key};
use crate::record;

/// An observation that has opened and not left.
struct Waiting<'a> {
    trace: TraceId,
    records: &'a [u8],
    since: u64,
    is_closed: bool,
}

impl Fold {
    /// What has opened and not left, oldest first, each with whether it is still open: at most so many, with so many
    /// bytes of records. And how many more there are.
    pub(crate) fn waiting(&self, most: usize, most_bytes: usize) -> (Vec<(Finished, bool)>, usize) {
        let single = self.observations.iter().filter(|(_, pending)| pending.is_open).map(|((trace, _), pending)| {
            let (records, since, is_closed) = (&pending.records[..], pending.since, pending.is_closed);
            Waiting { trace: *trace, records, since, is_closed }
        });
        let bundled = self.traces.iter().flat_map(|(trace, of)| {
            let each = of.bundles.iter().flat_map(|bundle| bundle.each());
            each.map(|(record, records)| Waiting { trace: *trace, records, since: record.time, is_closed: true })
        });
        let mut all: Vec<Waiting<'_>> = single.chain(bundled).collect();
        all.sort_unstable_by_key(|one| one.since);
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        for one in &all {
            bytes += one.records.len();
            if waiting.len() >= most || bytes > most_bytes {
                break;
            }
            let Some(trace) = self.traces.get(&one.trace) else { continue };
            let finished = Finished {
                trace: one.trace,
                records: one.records.to_vec(),
                count: 1,
                attributes: trace.attributes(),
                trace_io: trace.io(),
                is_part: true,
                keeps: Vec::new(),
            };
            waiting.push((finished, !one.is_closed));
        }
        let omitted = all.len() - waiting.len();
        (waiting, omitted)
    }

    /// Shows every record that waits and is in a file, and one of each trace that says what is known of it.
    pub(crate) fn carry(&self, each: &mut dyn FnMut(&[u8])) {
        for (id, trace) in self.traces.iter().filter(|(_, trace)| !trace.keeps.is_empty()) {
            each(&trace.record(*id));
        }
        let single = self.observations.values().filter(|pending| !pending.keeps.is_empty());
        let bundled = self.traces.values().flat_map(|trace| &trace.bundles).filter(|bundle| bundle.keep.is_some());
        let runs = single.map(|pending| &pending.records).chain(bundled.map(|bundle| &bundle.records));
        for bytes in runs.flat_map(|records| record::frames(records)) {
            each(&record::expand(bytes, record::put_site));
        }
        self.traces.values().flat_map(|trace| &trace.scores).for_each(|(record, _)| each(record));
    }

    /// Says that everything which waits is in this file now. Notes it in the files where it was.
    pub(crate) fn carried(&mut self, keep: &Keep) {
        let mut elsewhere: Vec<(Keep, Key)> = Vec::new();
        let mut carried = |keeps: &mut Vec<Keep>, key: Option<Key>| {
            if !keeps.is_empty() {
                let old = std::mem::replace(keeps, vec![keep.clone()]);
                if let Some(key) = key {
                    elsewhere.extend(old.into_iter().map(|keep| (keep, key)));
                }
            }
        };
        for ((trace, id), pending) in &mut self.observations {
            carried(&mut pending.keeps, Some((*trace, id.to_bytes())));
        }
        for trace in self.traces.values_mut() {
            carried(&mut trace.keeps, None);
            for (record, keeps) in &mut trace.scores {
                carried(keeps, record::key(record));
            }
        }
        for bundle in self.traces.values_mut().flat_map(|trace| &mut trace.bundles) {
            let Some(old) = bundle.keep.take() else { continue };
            bundle.keep = Some(keep.clone());
            let keys = bundle.each().filter_map(|(record, _)| Some((record.trace, record.observation?.to_bytes())));
            elsewhere.extend(keys.map(|key| (old.clone(), key)));
        }
        journal::note(&elsewhere, true);
    }
}
