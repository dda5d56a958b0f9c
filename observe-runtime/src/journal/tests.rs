//! Records through segments, on the heap and in files, whole and damaged.

use std::path::PathBuf;

use proptest::prelude::*;

use super::lane::Lane;
use super::segment::{self, Reading, Segment, Writer};
use super::store::{Home, Stored, note};
use super::words::Words;
use super::*;
use crate::clock;
use crate::id::ObservationId;
use crate::record::{self, Kind};

fn scratch(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("observe-journal-{}-{name}-{}", std::process::id(), TraceId::random()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// An update with so many bytes of something.
fn record(n: u8, bytes: usize) -> Vec<u8> {
    let mut out = Vec::new();
    record::say(
        &mut out,
        Kind::Update,
        TraceId::from_bytes([n.max(1); 16]).unwrap(),
        ObservationId::from_bytes([1; 8]),
        7,
    );
    record::put(&mut out, record::Tag::Status, &vec![n; bytes]);
    out
}

fn words(record: &[u8]) -> Vec<[u8; 8]> {
    let mut padded = record.to_vec();
    padded.resize(record.len().next_multiple_of(8), 0);
    padded.as_chunks().0.to_vec()
}

fn decoded(file: &[u8]) -> (Vec<Vec<u8>>, u64) {
    let mut found = Vec::new();
    let damaged = decode(file, |bytes| found.push(bytes.to_vec()));
    (found, damaged)
}

fn encoded(records: &[Vec<u8>]) -> Vec<u8> {
    encode(records.iter().map(Vec::as_slice))
}

fn any_records() -> impl Strategy<Value = Vec<Vec<u8>>> {
    proptest::collection::vec((any::<u8>(), 0..400_usize).prop_map(|(n, bytes)| record(n, bytes)), 0..20)
}

fn journal() -> Arc<Journal> {
    let rules = Rules {
        limits: Limits::default(),
        capture_io: true,
        sample_below: u64::MAX,
        secrets: Vec::new(),
        memory_limit: usize::MAX,
        patience: Duration::ZERO,
    };
    Journal::open(rules, None)
}

/// What one round brings.
fn round(journal: &Journal, reader: &mut Reader) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    reader.begin(journal);
    while reader.step(journal, |run, _| records.extend(run.map(<[u8]>::to_vec))) {}
    records
}

fn taken(journal: &Journal, reader: &mut Reader) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    reader.rest(journal, |run, _| records.extend(run.map(<[u8]>::to_vec)));
    records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_lane_gives_back_what_it_took(
        lengths in prop::collection::vec(prop_oneof![9 => 1_usize..700, 1 => 1_usize..200_000], 0..300),
        every in 1_usize..200,
    ) {
        let (journal, mut reader) = (journal(), Reader::default());
        let lane = Lane::new(journal.clone());
        let (mut kept, mut got) = (Vec::new(), Vec::new());
        for (number, length) in lengths.into_iter().enumerate() {
            let mut bytes = record((number % 250) as u8, length);
            kept.push(bytes.clone());
            lane.append(&mut bytes);
            if number % every == 0 {
                got.extend(taken(&journal, &mut reader));
            }
        }
        got.extend(taken(&journal, &mut reader));
        prop_assert_eq!(got, kept);
        drop(lane);
        prop_assert_eq!(journal.used(), journal.spared());
        journal.close();
    }

    #[test]
    fn what_is_appended_is_read_whatever_the_rounds(records in any_records(), stop in 0..20_usize) {
        for mapped in [false, true] {
            let dir = scratch("rounds");
            let (memory, stored) = if mapped {
                let path = dir.join("segment");
                let mut file = std::fs::File::options().read(true).write(true).create_new(true).open(&path).unwrap();
                let memory = Words::map(&mut file, 2048).unwrap();
                (memory, Some(Arc::new(Stored { path, bytes: 2048 * 8 })))
            } else {
                (Words::heap(2048), None)
            };
            let writer = Writer::new(Segment::new(memory, stored.clone()));
            let mut reading = Reading { segment: writer.segment.clone(), at: 1 };
            let mut read = Vec::new();
            for (n, bytes) in records.iter().enumerate() {
                prop_assert!(writer.append(&words(bytes), bytes.len()));
                if n == stop {
                    prop_assert!(!reading.read(&mut read, u64::MAX));
                }
            }
            writer.seal();
            prop_assert!(reading.read(&mut read, u64::MAX));
            prop_assert_eq!(segment::Run(&read).collect::<Vec<_>>(), records.iter().collect::<Vec<_>>());
            if let Some(stored) = stored {
                prop_assert_eq!(decoded(&std::fs::read(&stored.path).unwrap()), (records.clone(), 0));
            }
            std::fs::remove_dir_all(dir).unwrap();
        }
    }

    #[test]
    fn a_torn_tail_costs_the_torn_record(records in any_records(), cut in any::<prop::sample::Index>()) {
        let file = encoded(&records);
        let cut = cut.index(file.len() + 1);
        let (found, damaged) = decoded(&file[..cut]);
        let mut whole = segment::MAGIC.len();
        let expected: Vec<_> = records.iter().take_while(|bytes| {
            whole += 8 + bytes.len();
            let is_whole = whole <= cut;
            whole = whole.next_multiple_of(8);
            is_whole
        }).cloned().collect();
        prop_assert_eq!(&found, &expected);
        prop_assert!(damaged <= 1);
    }

    #[test]
    fn a_damaged_byte_costs_the_record_it_is_in(
        records in any_records(), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
    ) {
        let mut file = encoded(&records);
        let at = at.index(file.len());
        file[at] ^= flip;
        let (found, _) = decoded(&file);
        let is_head_zeroed = !file.len().is_multiple_of(8);
        prop_assert!(!is_head_zeroed);
        let missing = records.len() - found.len().min(records.len());
        prop_assert!(missing <= 1, "{} of {}", missing, records.len());
        prop_assert!(found.iter().all(|bytes| records.contains(bytes)));
    }

    #[test]
    fn random_bytes_hurt_nobody(file in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let (found, _) = decoded(&file);
        prop_assert!(found.is_empty());
    }
}

#[test]
fn a_full_segment_takes_no_more_and_keeps_its_end() {
    let writer = Writer::new(Segment::new(Words::heap(64), None));
    let mut reading = Reading { segment: writer.segment.clone(), at: 1 };
    let mut count = 0;
    while writer.append(&words(&record(1, 20)), record(1, 20).len()) {
        count += 1;
    }
    writer.seal();
    let mut read = Vec::new();
    assert!(reading.read(&mut read, u64::MAX));
    assert_eq!(segment::Run(&read).count(), count);
    assert!(count > 3);
}

#[test]
fn a_living_process_is_left_alone_and_a_dead_one_is_recovered_once() {
    let root = scratch("homes");
    let (living, dead) =
        (Home::open(&root, std::iter::empty(), false).unwrap(), Home::open(&root, std::iter::empty(), true).unwrap());
    let files: Vec<Keep> = (0..2)
        .map(|_| {
            let writer = Writer::new(dead.segment(0).unwrap());
            for n in 1..=4 {
                assert!(writer.append(&words(&record(n, 10)), record(n, 10).len()));
            }
            writer.segment.stored.clone().unwrap()
        })
        .collect();
    // The first is done, the second was done as far as the first file is concerned.
    let key = |n: u8| record::key(&record(n, 10)).unwrap();
    note(&[(files[0].clone(), key(1)), (files[1].clone(), key(1))], false);
    note(&[(files[0].clone(), key(2))], true);
    // Still locked.
    let found = |recovery: &Recovery| recovery.dead().map(|dead| dead.dir.clone()).collect::<Vec<_>>();
    assert_eq!(found(&Recovery::begin(&root).unwrap()), Vec::<PathBuf>::new());
    dead.unlock();
    let recovery = Recovery::begin(&root).unwrap();
    assert!(Recovery::begin(&root).is_none(), "one at a time");
    assert_eq!(found(&recovery), [dead.dir()]);
    let dead = recovery.dead().next().unwrap();
    assert!(dead.has(MASKED));
    let mut records = Vec::new();
    assert_eq!(dead.records(record::key, |bytes| records.push(bytes.to_vec())), 0);
    records.sort();
    assert_eq!(records, [record(2, 10), record(3, 10), record(4, 10)], "each once");
    dead.remove().unwrap();
    assert_eq!(found(&recovery), Vec::<PathBuf>::new());
    assert!(living.dir().is_dir());
    std::fs::remove_dir_all(root).unwrap();
}

#[test]
fn threads_append_while_the_worker_takes() {
    const EACH: u64 = 20_000;
    let journal = journal();
    let mut next = [0_u64; 4];
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let lane = Lane::new(journal.clone());
            scope.spawn(move || {
                let mut record = Vec::new();
                for number in 0..EACH {
                    record.clear();
                    record.extend_from_slice(&thread.to_le_bytes());
                    // Its time is among these.
                    record.extend_from_slice(&[0; 32]);
                    let length = number % 90;
                    (0..=length).for_each(|_| record.extend_from_slice(&number.to_le_bytes()));
                    record.truncate(48 + usize::try_from(length).unwrap() * 8 - usize::try_from(number % 8).unwrap());
                    lane.append(&mut record);
                }
            });
        }
        scope.spawn(|| {
            let mut reader = Reader::default();
            while next.iter().any(|next| *next < EACH) {
                for record in taken(&journal, &mut reader) {
                    let (words, rest) = record.as_chunks::<8>();
                    let thread = usize::try_from(u64::from_le_bytes(words[0])).unwrap();
                    let number = next[thread];
                    assert!(words[5..].iter().all(|word| u64::from_le_bytes(*word) == number), "whole, and in order");
                    assert!(number.to_le_bytes().starts_with(rest));
                    next[thread] += 1;
                }
            }
        });
    });
    assert_eq!(journal.used(), journal.spared());
    journal.close();
}

#[test]
fn nothing_is_appended_once_the_journal_is_closed() {
    let (journal, mut reader) = (journal(), Reader::default());
    let lane = Lane::new(journal.clone());
    lane.append(&mut vec![1; 10]);
    journal.close();
    lane.append(&mut vec![2; 10]);
    assert_eq!(taken(&journal, &mut reader), [[1; 10]]);
    assert!(reader.is_quiet(&journal));
    assert_eq!(journal.counters.losses(), [(Loss::AtExit, 1)]);
}

#[test]
fn a_backlog_is_read_piece_by_piece_in_the_order_of_time() {
    const RECORDS: usize = 60_000;
    const LANES: usize = 3;
    let (journal, mut reader) = (journal(), Reader::default());
    let lanes: Vec<Lane> = (0..LANES).map(|_| Lane::new(journal.clone())).collect();
    for number in 0..RECORDS {
        // One of them is nearly silent: its only segment is as old as the oldest and has records of all times.
        let lane = if number.is_multiple_of(5000) { 2 } else { number * 7 % 13 % 2 };
        let (mut out, trace) = (Vec::new(), TraceId::from_bytes([1; 16]).unwrap());
        record::say(&mut out, Kind::Update, trace, ObservationId::from_bytes([1; 8]), clock::now());
        record::put(&mut out, record::Tag::Status, &number.to_le_bytes());
        record::put(&mut out, record::Tag::Output, &[7; 100]);
        lanes[lane].append(&mut out);
    }
    let (mut read, mut rounds) = (Vec::new(), 0);
    while read.len() < RECORDS {
        rounds += 1;
        let before = read.len();
        for record in round(&journal, &mut reader) {
            let record = record::Record::read(&record).unwrap();
            read.push(usize::from_le_bytes(record.fields().next().unwrap().1.try_into().unwrap()));
        }
        assert!((read.len() - before) * 170 < 3 << 20, "{} in one round", read.len() - before);
        // A record whose segment was made for it is a little older than that.
        let last = read.iter().max().unwrap();
        assert!(last + 1 - read.len() <= LANES, "{} of {last} are read", read.len());
    }
    assert!(rounds > 4, "{rounds}");
    drop(lanes);
    taken(&journal, &mut reader);
    assert_eq!(journal.used(), journal.spared());
    journal.close();
}
