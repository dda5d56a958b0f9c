use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::segment::{START, Segment, WORD};
use super::{Journal, Rules};
use crate::capture::Limits;
use crate::loss::Loss;
use crate::record;

fn journal(memory_limit: usize) -> Arc<Journal> {
    Journal::open(Rules {
        limits: Limits::default(),
        capture_io: true,
        sample_below: u64::MAX,
        secrets: Vec::new(),
        memory_limit,
        patience: Duration::ZERO,
    })
}

fn words(record: &[u8]) -> Vec<[u8; WORD]> {
    let mut padded = record.to_vec();
    padded.resize(record.len().next_multiple_of(WORD), 0);
    padded.as_chunks().0.to_vec()
}

fn taken(journal: &Journal) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    let mut round = journal.round();
    while round.take(journal, &mut Vec::new(), &mut |frames| {
        records.extend(record::frames(frames).map(<[u8]>::to_vec));
    }) {}
    records
}

/// A record of so many bytes that no other number has.
fn record_of(number: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((number * 31 + at * 7) % 251).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_segment_gives_back_what_it_took(lengths in prop::collection::vec(0_usize..200, 0..60), size in 2_usize..400) {
        let segment = Segment::new(size);
        let (mut at, mut read, mut kept, mut out) = (START, START, Vec::new(), Vec::new());
        for (number, length) in lengths.into_iter().enumerate() {
            let record = record_of(number, length);
            let Some(next) = segment.append(at, &words(&record), length) else { break };
            at = next;
            kept.push(record);
            if number % 3 == 0 {
                read = segment.read(read, &mut out);
            }
        }
        prop_assert_eq!(segment.read(read, &mut out), at);
        prop_assert_eq!(record::frames(&out).map(<[u8]>::to_vec).collect::<Vec<_>>(), kept);
    }

    #[test]
    fn a_shard_gives_back_what_it_took(lengths in prop::collection::vec(prop_oneof![9 => 1_usize..700, 1 => 1_usize..200_000], 0..300), every in 1_usize..200) {
        let journal = journal(usize::MAX);
        let lane = journal.clone().lane();
        let (mut kept, mut got) = (Vec::new(), Vec::new());
        for (number, length) in lengths.into_iter().enumerate() {
            let mut record = record_of(number, length);
            kept.push(record.clone());
            lane.append(&mut record);
            if number % every == 0 {
                got.extend(taken(&journal));
            }
        }
        got.extend(taken(&journal));
        prop_assert_eq!(got, kept);
        drop(lane);
        prop_assert_eq!(journal.used(), 0);
        journal.close();
    }
}

#[test]
fn threads_append_while_the_worker_takes() {
    const EACH: u64 = 20_000;
    let journal = journal(usize::MAX);
    let mut next = [0_u64; 4];
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let lane = journal.clone().lane();
            scope.spawn(move || {
                let mut record = Vec::new();
                for number in 0..EACH {
                    record.clear();
                    record.extend_from_slice(&thread.to_le_bytes());
                    let length = number % 90;
                    (0..=length).for_each(|_| record.extend_from_slice(&number.to_le_bytes()));
                    record.truncate(16 + usize::try_from(length).unwrap() * 8 - usize::try_from(number % 8).unwrap());
                    lane.append(&mut record);
                }
            });
        }
        scope.spawn(|| {
            while next.iter().any(|next| *next < EACH) {
                for record in taken(&journal) {
                    let (words, rest) = record.as_chunks::<WORD>();
                    let thread = usize::try_from(u64::from_le_bytes(words[0])).unwrap();
                    let number = next[thread];
                    assert!(words[1..].iter().all(|word| u64::from_le_bytes(*word) == number), "whole, and in order");
                    assert!(number.to_le_bytes().starts_with(rest));
                    next[thread] += 1;
                }
            }
        });
    });
    assert_eq!(journal.used(), 0);
    journal.close();
}

#[test]
fn nothing_is_appended_once_the_journal_is_closed() {
    let journal = journal(usize::MAX);
    let lane = journal.clone().lane();
    lane.append(&mut vec![1; 10]);
    journal.close();
    lane.append(&mut vec![2; 10]);
    assert_eq!(taken(&journal), [[1; 10]]);
    assert!(journal.is_quiet());
    assert_eq!(journal.counters.losses(), [(Loss::AtExit, 1)]);
}
