//! The fold under any order of records: what leaves is the same, once.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fold::Fold;
use crate::finished::{Item, TraceAttributes};
use crate::id::{ObservationId, TraceId};
use crate::journal;
use crate::loss::Counters;
use crate::observation::{ObservationType, Outcome};
use crate::prepare::Prepare;
use crate::record::{self, Kind, Opening, Tag};

fn trace(n: u8) -> TraceId {
    TraceId::from_bytes([n + 1; 16]).unwrap()
}

fn observation(n: u8) -> ObservationId {
    ObservationId::from_bytes([n + 1; 8]).unwrap()
}

/// The records of one observation, and a trace update: each with its frame.
fn records(t: u8, n: u8) -> Vec<Vec<u8>> {
    let (trace, id) = (trace(t), observation(n));
    let mut open = Vec::new();
    let parent = (n > 0).then(|| observation(0));
    let start = 1000 + u64::from(n);
    record::open(
        &mut open,
        &Opening { trace, observation: id, parent, start, kind: ObservationType::Span, flags: 0, site: 0 },
    );
    record::put(&mut open, Tag::Name, format!("o{n}").as_bytes());
    let mut update = Vec::new();
    record::say(&mut update, Kind::Update, trace, Some(id), start + 10);
    record::put_pair(&mut update, Tag::Metadata, "k", |out| out.extend_from_slice(n.to_string().as_bytes()));
    let mut about = Vec::new();
    record::say(&mut about, Kind::Trace, trace, Some(id), start + 20);
    record::put(&mut about, Tag::TraceLabel, format!("t{n}").as_bytes());
    let mut close = Vec::new();
    record::close(&mut close, trace, id, 0, start + 30, Outcome::Ok);
    record::put(&mut close, Tag::Output, b"1");
    [open, update, about, close]
        .iter()
        .map(|bytes| {
            let mut framed = Vec::new();
            record::frame(&mut framed, bytes);
            framed
        })
        .collect()
}

/// Feeds the records in this order, `per_round` at a time, in runs of `per_run`, and describes what leaves.
fn run(order: &[(u8, u8, usize)], per_round: usize, per_run: usize) -> (BTreeMap<String, String>, usize) {
    let counters = Counters::default();
    let mut fold = Fold::new(TraceAttributes::default(), u64::MAX);
    let (mut left, mut round) = (Vec::new(), 0);
    for chunk in order.chunks(per_round) {
        round += 1;
        for run in chunk.chunks(per_run) {
            let run: Vec<u8> = run.iter().flat_map(|(t, n, which)| records(*t, *n)[*which].clone()).collect();
            fold.add(record::frames(&run), None, round, &counters);
        }
        fold.settle(round, &mut left);
    }
    for _ in 0..3 {
        round += 1;
        fold.settle(round, &mut left);
    }
    fold.finish(9999, Outcome::Unfinished, "not ended", &mut left, &counters);
    assert_eq!(fold.weight(), 0);
    assert_eq!(fold.pending(), 0);
    let count = left.iter().map(Item::count).sum();
    let finished = left.iter().filter_map(|item| match item {
        Item::Observations(finished) => Some(finished.each()),
        Item::Score(_) => None,
    });
    let described = finished.flatten().map(|one| {
        let view = one.view().unwrap();
        assert_eq!(one.id(), Some(view.id));
        let key = format!("{} {}", view.trace_id, view.id);
        let text = format!(
            "{} {:?} {:?} {:?} {}..{} {:?}",
            view.name,
            view.outcome,
            view.output,
            view.metadata,
            view.start,
            view.end,
            view.trace.tags.len()
        );
        (key, text)
    });
    (described.collect(), count)
}

proptest! {
    #[test]
    fn any_order_gives_the_same(
        order in Just((0..2_u8).flat_map(|t| (0..4_u8).flat_map(move |n| (0..4).map(move |w| (t, n, w)))).collect::<Vec<_>>()).prop_shuffle(),
        per_run in 1..33_usize,
    ) {
        let mut straight = order.clone();
        straight.sort_unstable();
        let (expected, count) = run(&straight, 32, 1);
        prop_assert_eq!(count, 8);
        let (got, count) = run(&order, 32, per_run);
        prop_assert_eq!(count, 8);
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn what_closes_near_its_opening_is_no_different(
        kinds in proptest::collection::vec((0..2_u8, any::<bool>(), any::<bool>(), 0..3_usize), 12),
        swaps in proptest::collection::vec(0..60_usize, 0..6),
        per_run in 2..60_usize,
    ) {
        // One after another or each in the one before, with something said of some, some of it later.
        let (mut order, mut open) = (Vec::new(), Vec::new());
        for (n, (t, is_said, is_parent, late)) in (0..).zip(kinds) {
            order.push((t, n, 0));
            order.extend(is_said.then_some((t, n, 1)));
            open.push((t, n, late));
            while let Some((t, n, late)) = open.pop_if(|_| !is_parent) {
                order.push((t, n, 3));
                order.extend((late == 1).then_some((t, n, 1)));
                order.extend((late == 2).then_some((t, n, 2)));
            }
        }
        order.extend(open.into_iter().map(|(t, n, _)| (t, n, 3)));
        for at in swaps {
            let at = at % (order.len() - 1);
            order.swap(at, at + 1);
        }
        let (expected, count) = run(&order, 60, 1);
        prop_assert_eq!(count, 12);
        let (got, count) = run(&order, 60, per_run);
        prop_assert_eq!(count, 12);
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn whatever_the_rounds_nothing_leaves_twice_or_gets_lost(
        order in Just((0..2_u8).flat_map(|t| (0..4_u8).flat_map(move |n| [0, 3].map(move |w| (t, n, w)))).collect::<Vec<_>>()).prop_shuffle(),
        per_round in 1..20_usize,
        per_run in 1..20_usize,
    ) {
        let (got, count) = run(&order, per_round, per_run);
        prop_assert_eq!(count, 8);
        prop_assert_eq!(got.len(), 8);
        prop_assert!(got.values().all(|text| text.contains("Ok")), "{:?}", got);
    }

    #[test]
    fn bytes_that_are_no_records_hurt_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let counters = Counters::default();
        let mut fold = Fold::new(TraceAttributes::default(), 0);
        let mut left = Vec::new();
        fold.add(record::frames(&bytes), None, 1, &counters);
        let mut framed = Vec::new();
        record::frame(&mut framed, &bytes);
        fold.add(record::frames(&framed), None, 2, &counters);
        fold.finish(1, Outcome::Unfinished, "", &mut left, &counters);
        for item in &left {
            if let Item::Observations(finished) = item {
                let _ = finished.view();
            }
        }
    }
}

/// Segments of a process that died, damaged in every way: what can be read is recovered, nothing panics.
#[test]
fn ten_thousand_damaged_segments_are_recovered_as_far_as_they_can_be() {
    const INPUTS: usize = 10_000;
    let records: Vec<Vec<u8>> = (0..6).flat_map(|n| records(0, n)).collect();
    let whole = journal::encode(records.iter().flat_map(|framed| record::frames(framed)));
    let mut random = fuzz::Random(0x9e37_79b9_7f4a_7c15);
    let (mut recovered, mut damaged) = (0, 0);
    for _ in 0..INPUTS {
        let mut found = Vec::new();
        damaged += journal::decode(&random.damage(&whole), |bytes| record::frame(&mut found, bytes));
        let items = super::recovery::items(&found, TraceAttributes::default(), &Counters::default());
        for item in &items {
            let Item::Observations(finished) = item else { panic!("{item:?}") };
            let view = finished.view().unwrap();
            assert!(view.outcome == Outcome::Ok || view.outcome == Outcome::Killed);
        }
        assert!(items.len() <= 6);
        recovered += items.len();
    }
    assert!(recovered > INPUTS && damaged > 1000, "{recovered} observations, {damaged} damaged places");
}

mod fuzz {
    /// Xorshift: the same inputs every time.
    pub(super) struct Random(pub(super) u64);

    impl Random {
        fn next(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % below as u64) as usize
        }

        /// One to four of: cut off, flipped bits, random runs, zeros, pieces moved and doubled.
        pub(super) fn damage(&mut self, whole: &[u8]) -> Vec<u8> {
            let mut file = whole.to_vec();
            for _ in 0..=self.next(4) {
                let (at, length) = (self.next(file.len().max(1)), self.next(200));
                let end = (at + length).min(file.len());
                match self.next(7) {
                    0 => file.truncate(at),
                    1 => file.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (length % 8)),
                    2 => file[at.min(end)..end].iter_mut().for_each(|byte| *byte = self.next(256) as u8),
                    3 => file[at.min(end)..end].fill(0),
                    4 => file[at.min(end)..end].fill(0xff),
                    5 => {
                        let piece = file[at.min(end)..end].to_vec();
                        let to = self.next(file.len() + 1);
                        file.splice(to..to, piece);
                    }
                    _ => drop(file.drain(at.min(end)..end)),
                }
            }
            file
        }
    }
}

/// What was masked, cut or spooled reads as it did before.
#[test]
fn what_is_written_back_reads_the_same() {
    let counters = std::sync::Arc::new(Counters::default());
    let mut fold = Fold::new(TraceAttributes { release: Some("r1".to_owned()), ..TraceAttributes::default() }, 0);
    (0..3).flat_map(|n| records(1, n)).for_each(|bytes| fold.add(record::frames(&bytes), None, 1, &counters));
    let near: Vec<u8> = (3..6).flat_map(|n| [0, 3].map(|which| records(1, n)[which].clone())).flatten().collect();
    fold.add(record::frames(&near), None, 1, &counters);
    // Other traces, of which nothing is known but what is known of all.
    let others: Vec<u8> = (2..5).flat_map(|t| [0, 3].map(|which| records(t, 7)[which].clone())).flatten().collect();
    fold.add(record::frames(&others), None, 1, &counters);
    let mut items = Vec::new();
    fold.finish(9999, Outcome::Unfinished, "not ended", &mut items, &counters);
    let keep_all = crate::mask::Mask::new(|_, _| crate::Masked::Keep);
    let prepare = Prepare { mask: Some(keep_all), most_bytes: 1 << 20, counters: counters.clone() };
    let shown = |items: &[Item]| {
        let mut lines: Vec<String> = items
            .iter()
            .flat_map(|item| match item {
                Item::Observations(finished) => {
                    finished.each().map(|one| format!("{:?}", one.view().unwrap())).collect()
                }
                Item::Score(score) => vec![format!("{:?}", score.view().unwrap())],
            })
            .collect();
        lines.sort();
        lines
    };
    let before = shown(&items);
    let spooled = super::recovery::items(
        &super::spool::records(&items, &record::process(&[])),
        TraceAttributes::default(),
        &counters,
    );
    assert_eq!(shown(&spooled), before);
    let mut masked = Vec::new();
    items.into_iter().for_each(|item| prepare.ready(item, |item| masked.push(item)));
    assert_eq!(shown(&masked), before);
    assert_eq!(counters.losses(), []);
}

/// What waits, of traces that left as a whole or in part: observations whose trace and number say which.
fn waiting(traces: &[(u8, bool)]) -> (super::outbox::Outbox, usize) {
    let (terms, mut weight) = (terms(), 0);
    let mut outbox = super::outbox::Outbox::new(terms);
    for (t, is_part) in traces {
        for n in 0..4 {
            let mut item = finished(*t, n);
            if let Item::Observations(finished) = &mut item {
                finished.is_part = *is_part;
            }
            weight += item.weight();
            outbox.push(item, std::time::Instant::now());
        }
    }
    (outbox, weight)
}

fn terms() -> super::Terms {
    let long = std::time::Duration::from_secs(3600);
    super::Terms { count: 512, bytes: 1 << 20, interval: long, max_age: long, in_flight: 1, room: 1 << 20 }
}

fn finished(t: u8, n: u8) -> Item {
    let mut fold = Fold::new(TraceAttributes::default(), 0);
    let (counters, mut items) = (Counters::default(), Vec::new());
    records(t, n).iter().for_each(|bytes| fold.add(record::frames(bytes), None, 1, &counters));
    fold.finish(9999, Outcome::Unfinished, "", &mut items, &counters);
    items.remove(0)
}

#[test]
fn the_oldest_are_given_up_first_and_whole_traces_before_parts_of_traces() {
    let traces = [(0, true), (1, false), (2, false), (3, true), (4, false)];
    let given_up = |at_most: fn(usize) -> usize| {
        let (mut outbox, weight) = waiting(&traces);
        let given_up = outbox.give_up(at_most(weight));
        assert_eq!(given_up.len() % 4, 0, "all that waits of a trace");
        assert_eq!(outbox.pending() + given_up.len(), 20);
        let mut ids: Vec<TraceId> = given_up.iter().map(Item::trace).collect();
        ids.sort_unstable_by_key(|id| id.to_bytes());
        ids.dedup();
        ids
    };
    assert_eq!(given_up(|weight| weight), []);
    assert_eq!(given_up(|weight| weight - 1), [trace(1)], "the oldest whole one");
    assert_eq!(given_up(|weight| weight * 3 / 5), [trace(1), trace(2), trace(4)], "and a little more than has to be");
    assert_eq!(given_up(|weight| weight / 4), [trace(0), trace(1), trace(2), trace(4)], "parts last, oldest first");
}

/// Observations of a trace that left together, with their numbers.
fn together(count: u8) -> Item {
    let mut fold = Fold::new(TraceAttributes::default(), 0);
    let (counters, mut items) = (Counters::default(), Vec::new());
    let run: Vec<u8> = (0..count).flat_map(|n| [0, 3].map(|which| records(0, n)[which].clone())).flatten().collect();
    fold.add(record::frames(&run), None, 1, &counters);
    fold.finish(9999, Outcome::Unfinished, "", &mut items, &counters);
    assert_eq!((items.len(), items[0].count()), (1, usize::from(count)));
    items.remove(0)
}

fn names(items: &[Item]) -> Vec<String> {
    let name = |item: &Item| match item {
        Item::Observations(finished) => finished.each().map(|one| one.view().unwrap().name.into_owned()).collect(),
        Item::Score(_) => Vec::new(),
    };
    items.iter().flat_map(name).collect()
}

#[test]
fn what_left_together_is_parted_where_a_batch_is_full() {
    let expected = |of: std::ops::Range<u8>| of.map(|n| format!("o{n}")).collect::<Vec<_>>();
    let now = std::time::Instant::now();
    let one = together(1).weight();
    for (count, bytes, per_batch) in [(7, 1 << 20, 7), (512, 5 * one + one / 2, 5), (512, 1, 1), (1, 1, 1)] {
        let mut outbox = super::outbox::Outbox::new(super::Terms { count, bytes, ..terms() });
        outbox.push(together(20), now);
        outbox.push(finished(1, 99), now);
        assert_eq!(outbox.pending(), 21);
        let mut all = Vec::new();
        while let Some(parcel) = outbox.next(now, true, || None) {
            assert!(parcel.count() <= per_batch, "{} of {per_batch}", parcel.count());
            outbox.landed(parcel.weight(), parcel.count());
            all.extend(names(&parcel.items));
        }
        assert_eq!(all, [expected(0..20), expected(99..100)].concat());
        assert_eq!((outbox.pending(), outbox.weight()), (0, 0));
    }
    for at in 0..22 {
        let (first, others) = super::parcel::split(vec![together(20), finished(1, 99)], usize::from(at));
        assert_eq!(names(&first), [expected(0..at.min(20)), expected(99..99 + at.saturating_sub(20))].concat());
        assert_eq!(names(&first).len() + names(&others).len(), 21);
    }
    let apart: Vec<Item> = together(20).apart().collect();
    assert!(apart.iter().all(|item| item.count() == 1));
    assert_eq!(names(&apart), expected(0..20));
}
