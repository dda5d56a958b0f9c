//! A segment: words to which one thread appends records while the worker reads what was appended before.
//!
//! - Word 0 says how many words are committed, itself included. A record's words are written first and committed
//!   after: what is committed is whole, and is not touched again.
//! - A record is a header word (its length in the low half, its checksum in the high one) and its bytes, with zeros up to
//!   a whole word.
//! - A word is an atomic, so nothing here needs `unsafe`, whatever the two threads do.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes in a word.
pub(super) const WORD: usize = 8;

#[derive(Debug)]
pub(super) struct Segment {
    words: Box<[AtomicU64]>,
}

/// Where the first record starts.
pub(super) const START: usize = 1;

impl Segment {
    /// An empty one with that many words.
    pub(super) fn new(words: usize) -> Self {
        let words: Box<[AtomicU64]> = (0..words).map(|_| AtomicU64::new(0)).collect();
        let segment = Self { words };
        segment.clear();
        segment
    }

    /// Words that a record of so many bytes takes.
    pub(super) const fn needs(bytes: usize) -> usize {
        1 + bytes.div_ceil(WORD)
    }

    /// How many words it has.
    pub(super) fn size(&self) -> usize {
        self.words.len()
    }

    /// Forgets its records.
    pub(super) fn clear(&self) {
        self.commit(START);
    }

    /// Appends a record at `at`, which is [`START`] or what the last append returned: where the next one goes, or `None`
    /// without room. One thread only.
    #[inline]
    pub(super) fn append(&self, at: usize, record: &[[u8; WORD]], length: usize) -> Option<usize> {
        let end = at + 1 + record.len();
        let [head, body @ ..] = self.words.get(at..end)? else { return None };
        head.store(length as u64 & LENGTH, Ordering::Relaxed);
        // Four a step: the compiler does not do it by itself where words are atomics.
        let ((fours, rest), (four_bytes, rest_bytes)) = (body.as_chunks::<4>(), record.as_chunks::<4>());
        for (words, bytes) in fours.iter().zip(four_bytes) {
            copy(words, bytes);
        }
        copy(rest, rest_bytes);
        self.commit(end);
        Some(end)
    }

    /// Puts the records from `at` on behind `out`, as frames, and returns where they end.
    pub(super) fn read(&self, at: usize, out: &mut Vec<u8>) -> usize {
        let end = self.committed();
        let mut at = at;
        while at < end {
            let Some(next) = self.read_one(at, end, out) else { break };
            at = next;
        }
        at
    }

    fn read_one(&self, at: usize, end: usize, out: &mut Vec<u8>) -> Option<usize> {
        let length = self.words.get(at)?.load(Ordering::Relaxed) & LENGTH;
        let next = at + Self::needs(usize::try_from(length).ok()?);
        let body = self.words[..end].get(at + 1..next)?;
        out.reserve(4 + body.len() * WORD);
        let [length @ .., _, _, _, _] = length.to_le_bytes();
        out.extend_from_slice(&length);
        let end = out.len() + u32::from_le_bytes(length) as usize;
        for word in body {
            out.extend_from_slice(&word.load(Ordering::Relaxed).to_le_bytes());
        }
        out.truncate(end);
        Some(next)
    }

    #[inline]
    fn commit(&self, end: usize) {
        if let Some(committed) = self.words.first() {
            committed.store(end as u64, Ordering::Release);
        }
    }

    /// How many words may be read.
    pub(super) fn committed(&self) -> usize {
        let committed = self.words.first().map_or(0, |word| word.load(Ordering::Acquire));
        usize::try_from(committed).unwrap_or(0).min(self.words.len())
    }
}

#[inline(always)]
fn copy(words: &[AtomicU64], bytes: &[[u8; WORD]]) {
    for (word, bytes) in words.iter().zip(bytes) {
        word.store(u64::from_le_bytes(*bytes), Ordering::Relaxed);
    }
}

/// The half of a header word that is the length.
const LENGTH: u64 = u32::MAX as u64;
