//! A segment: a run of records in words of memory, written by one thread and read by the worker.
//!
//! - Layout: [`MAGIC`], then frames. A frame is a head word (length in its low half, checksum
//!   of the record in its high half) and the record, padded to whole words. A head of zero is the end.
//! - A record is there once its head is: the body is stored first, the head last, with `Release`.
//!   So neither the worker nor whoever finds the file after a crash sees half a record, and no lock
//!   is needed.
//! - Frames that are there never change. One writer at a time: whoever owns the [`Writer`].
//! - In a file a record survives the process the moment it was appended: its pages are the
//!   operating system's. (They do not survive the operating system: nothing is synced.)

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::store::Stored;
use super::words::Words;
use crate::checksum::{self, Checksum, LANES};
use crate::clock;
use crate::record::TIME;

/// What segment files and those of finished items begin with: a name, and the version of what follows.
pub(super) const MAGIC: [u8; 8] = *b"observe3";

/// Whether this begins like a file of another version.
pub(super) fn is_of_another_version(file: &[u8]) -> bool {
    let [name @ .., _] = &MAGIC;
    file.starts_with(name) && !file.starts_with(&MAGIC)
}

#[derive(Debug)]
pub(crate) struct Segment {
    words: Words,
    /// Nothing more will be written to it.
    is_sealed: AtomicBool,
    /// Its writer is in the middle of an append.
    is_writing: AtomicBool,
    /// When somebody began to write to it, in unix nanoseconds: what is in it was said later.
    pub(super) since: u64,
    /// Its file, if it has one.
    pub(super) stored: Option<Arc<Stored>>,
}

impl Segment {
    pub(super) fn new(words: Words, stored: Option<Arc<Stored>>) -> Self {
        if let Some(first) = words.as_slice().first() {
            first.store(u64::from_ne_bytes(MAGIC), Ordering::Relaxed);
        }
        Self { words, is_sealed: AtomicBool::new(false), is_writing: AtomicBool::new(false), since: 0, stored }
    }

    pub(super) fn words(&self) -> usize {
        self.words.as_slice().len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.words() * WORD
    }

    pub(super) fn is_writing(&self) -> bool {
        self.is_writing.load(Ordering::Acquire)
    }

    /// Makes it as good as new, if it was written up to the word `end`.
    pub(super) fn clear(&mut self, end: usize) {
        for word in self.words.as_slice().get(1..end).unwrap_or_default() {
            word.store(0, Ordering::Relaxed);
        }
        *self.is_sealed.get_mut() = false;
    }
}

/// Bytes in a word.
pub(super) const WORD: usize = size_of::<u64>();
/// Words of a thread's first segment on the heap; the next ones are four times as large each, up to the largest.
pub(super) const SMALLEST: usize = (4 << 10) / WORD;
pub(super) const LARGEST: usize = (64 << 10) / WORD;

/// Words that a record takes, with its head.
pub(super) const fn words_for(record: usize) -> usize {
    1 + record.div_ceil(WORD)
}

/// The right to append to a segment.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) segment: Arc<Segment>,
    /// Where the next head goes.
    at: Cell<usize>,
    is_in_file: bool,
}

impl Writer {
    pub(super) fn new(segment: Segment) -> Self {
        let segment = Segment { since: clock::now(), ..segment };
        Self { is_in_file: segment.stored.is_some(), segment: Arc::new(segment), at: Cell::new(1) }
    }

    #[inline]
    pub(super) fn is_in_file(&self) -> bool {
        self.is_in_file
    }

    /// Words that are free, but for the last: a head of zero has to follow the records.
    pub(super) fn room(&self) -> usize {
        (self.segment.words() - self.at.get()).saturating_sub(1)
    }

    /// Says that an append begins, which the last reading waits for. False: it is too late.
    #[inline]
    pub(super) fn begin(&self, is_closed: &AtomicBool) -> bool {
        self.segment.is_writing.store(true, Ordering::Relaxed);
        if is_closed.load(Ordering::Relaxed) {
            self.end();
            return false;
        }
        true
    }

    #[inline]
    pub(super) fn end(&self) {
        self.segment.is_writing.store(false, Ordering::Release);
    }

    /// Appends a record of this length, padded to words. False: there is no room for it.
    pub(super) fn append(&self, record: &[[u8; WORD]], length: usize) -> bool {
        match self.is_in_file {
            true => self.append_as::<true>(record, length),
            false => self.append_as::<false>(record, length),
        }
    }

    /// The same where it is known whether it is `CHECKED`, as in a file.
    #[inline(always)]
    pub(super) fn append_as<const CHECKED: bool>(&self, record: &[[u8; WORD]], length: usize) -> bool {
        let (words, at) = (self.segment.words.as_slice(), self.at.get());
        let Some([head, rest @ ..]) = words.get(at..) else { return false };
        // A head of zero has to follow.
        let Some(body) = rest.get(..record.len()).filter(|_| rest.len() > record.len()) else { return false };
        let checksum = copy::<CHECKED>(body, record, length);
        head.store((u64::from(checksum) << 32 | length as u64 & LENGTH).to_le(), Ordering::Release);
        self.at.set(at + 1 + record.len());
        true
    }

    /// Says that nothing more will come.
    pub(super) fn seal(self) {
        self.segment.is_sealed.store(true, Ordering::Release);
    }
}

/// Copies a record of this length. Returns its checksum, or nothing.
#[inline(always)]
fn copy<const CHECKED: bool>(words: &[AtomicU64], record: &[[u8; WORD]], length: usize) -> u32 {
    let store = |words: &[AtomicU64], bytes: &[[u8; WORD]]| {
        for (word, bytes) in words.iter().zip(bytes) {
            word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
        }
    };
    let mut checksum = Checksum::new();
    // Several a step: the compiler does not do it by itself where words are atomics.
    let ((steps, rest), (step_bytes, rest_bytes)) = (words.as_chunks::<LANES>(), record.as_chunks::<LANES>());
    for (words, bytes) in steps.iter().zip(step_bytes) {
        store(words, bytes);
        if CHECKED {
            checksum.add(bytes);
        }
    }
    store(rest, rest_bytes);
    if CHECKED {
        checksum.add_rest(rest_bytes);
        checksum.sum(length)
    } else {
        0
    }
}

const LENGTH: u64 = 0xffff_ffff;

/// How far the worker has read a segment.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) segment: Arc<Segment>,
    pub(super) at: usize,
}

impl Reading {
    /// Words that nobody writes to any more and that are not read.
    pub(super) fn backlog(&self) -> usize {
        if self.segment.is_sealed.load(Ordering::Relaxed) { self.segment.words() - self.at } else { 0 }
    }

    /// Appends what is new to `out`, as a [`Run`], as far as it was said before `until`. True: it has come to the end of a
    /// sealed segment.
    pub(super) fn read(&mut self, out: &mut Vec<[u8; WORD]>, until: u64) -> bool {
        // Looked at first: what was there when it was sealed is read below.
        let is_sealed = self.segment.is_sealed.load(Ordering::Acquire);
        let words = self.segment.words.as_slice();
        let (start, mut is_early) = (self.at, true);
        while let Some(head) = words.get(self.at) {
            let length = (u64::from_le(head.load(Ordering::Acquire)) & LENGTH) as usize;
            let end = self.at + words_for(length);
            if length == 0 || end > words.len() {
                break;
            }
            let is_late = |body| time(body).is_some_and(|time| time >= until);
            if until != u64::MAX && words.get(self.at + 1..end).is_some_and(is_late) {
                is_early = false;
                break;
            }
            self.at = end;
        }
        let new = words.get(start..self.at).unwrap_or_default();
        out.extend(new.iter().map(|word| word.load(Ordering::Relaxed).to_ne_bytes()));
        is_sealed && is_early
    }
}

/// Records as they stand in a segment, one after another.
pub(crate) struct Run<'a>(pub(super) &'a [[u8; WORD]]);

impl<'a> Iterator for Run<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_first()?;
        let length = (u64::from_le_bytes(*head) & LENGTH) as usize;
        let (record, rest) = rest.split_at_checked(length.div_ceil(WORD))?;
        self.0 = rest;
        record.as_flattened().get(..length)
    }
}

/// When the record in these words was said.
fn time(body: &[AtomicU64]) -> Option<u64> {
    body.get(TIME / WORD).map(|word| u64::from_le(word.load(Ordering::Relaxed)))
}

/// Appends a record as a segment file has it.
fn write(out: &mut Vec<u8>, record: &[u8]) {
    let head = u64::from(checksum::of(record)) << 32 | record.len() as u64 & LENGTH;
    out.extend_from_slice(&head.to_le_bytes());
    out.extend_from_slice(record);
    out.resize(out.len().next_multiple_of(size_of::<u64>()), 0);
}

/// A file of these records.
pub(crate) fn encode<'a>(records: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    records.for_each(|record| write(&mut file, record));
    file
}

/// Reads the records of a file, whatever is in it. Returns how many damaged places there are.
///
/// After a damaged place it goes on at the next frame whose checksum holds.
pub(crate) fn decode(file: &[u8], mut each: impl FnMut(&[u8])) -> u64 {
    if file.is_empty() {
        return 0;
    }
    let (mut at, mut damaged) = (MAGIC.len(), u64::from(!file.starts_with(&MAGIC)));
    loop {
        match frame(file, at) {
            Frame::End => return damaged,
            Frame::Record(record) => {
                each(record);
                at += words_for(record.len()) * size_of::<u64>();
            }
            Frame::Damaged => {
                damaged += 1;
                let later = (at + 8..file.len()).step_by(8);
                let Some(next) = later.into_iter().find(|at| matches!(frame(file, *at), Frame::Record(_))) else {
                    return damaged;
                };
                at = next;
            }
        }
    }
}

enum Frame<'a> {
    End,
    Record(&'a [u8]),
    Damaged,
}

fn frame(file: &[u8], at: usize) -> Frame<'_> {
    let Some((head, rest)) = file.get(at..).and_then(|rest| rest.split_first_chunk::<8>()) else {
        return Frame::End;
    };
    let head = u64::from_le_bytes(*head);
    if head == 0 {
        return Frame::End;
    }
    match rest.get(..(head & LENGTH) as usize) {
        Some(record) if !record.is_empty() && checksum::of(record) == (head >> 32) as u32 => Frame::Record(record),
        _ => Frame::Damaged,
    }
}
