//! The fold under any order of records: what leaves is the same, once.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fold::Fold;
use crate::finished::{Item, TraceAttributes};
use crate::id::{ObservationId, TraceId};
use crate::loss::Counters;
use crate::observation::{ObservationType, Outcome};
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

/// Feeds the records in this order, `per_round` at a time, and describes what leaves.
fn run(order: &[(u8, u8, usize)], per_round: usize) -> (BTreeMap<String, String>, usize) {
    let counters = Counters::default();
    let mut fold = Fold::new(TraceAttributes::default(), u64::MAX);
    let (mut left, mut round) = (Vec::new(), 0);
    for chunk in order.chunks(per_round) {
        round += 1;
        for (t, n, which) in chunk {
            fold.add(&records(*t, *n)[*which], round, &counters);
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
    let count = left.len();
    let described = left.iter().filter_map(|item| match item {
        Item::Observation(finished) => finished.view(),
        Item::Score(_) => None,
    });
    let described = described.map(|view| {
        let key = format!("{} {}", view.trace_id, view.id);
        let text = format!(
            "{} {:?} {:?} {:?} {}..{}",
            view.name, view.outcome, view.output, view.metadata, view.start, view.end
        );
        (key, text)
    });
    (described.collect(), count)
}

proptest! {
    #[test]
    fn any_order_gives_the_same(
        order in Just((0..2_u8).flat_map(|t| (0..4_u8).flat_map(move |n| (0..4).map(move |w| (t, n, w)))).collect::<Vec<_>>()).prop_shuffle(),
        per_round in 32..33_usize,
    ) {
        let mut straight = order.clone();
        straight.sort_unstable();
        let (expected, count) = run(&straight, 32);
        prop_assert_eq!(count, 8);
        let (got, count) = run(&order, per_round);
        prop_assert_eq!(count, 8);
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn whatever_the_rounds_nothing_leaves_twice_or_gets_lost(
        order in Just((0..2_u8).flat_map(|t| (0..4_u8).flat_map(move |n| [0, 3].map(move |w| (t, n, w)))).collect::<Vec<_>>()).prop_shuffle(),
        per_round in 1..20_usize,
    ) {
        let (got, count) = run(&order, per_round);
        prop_assert_eq!(count, 8);
        prop_assert_eq!(got.len(), 8);
        prop_assert!(got.values().all(|text| text.contains("Ok")), "{:?}", got);
    }

    #[test]
    fn bytes_that_are_no_records_hurt_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let counters = Counters::default();
        let mut fold = Fold::new(TraceAttributes::default(), 0);
        let mut left = Vec::new();
        fold.add(&bytes, 1, &counters);
        let mut framed = Vec::new();
        record::frame(&mut framed, &bytes);
        fold.add(&framed, 2, &counters);
        fold.finish(1, Outcome::Unfinished, "", &mut left, &counters);
        for item in &left {
            if let Item::Observation(finished) = item {
                let _ = finished.view();
            }
        }
    }
}
