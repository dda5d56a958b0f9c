//! A lane: a thread's way into a journal.
//!
//! - An append takes no lock; only where a segment is full another one is got under one.
//! - Once the journal is closed nothing more is appended, but for what was begun: the worker reads for
//!   the last time when nobody is writing any more.
//! - A file stands for itself: the first opening in it that names a function by number comes after a
//!   record that describes the function.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Journal;
use super::segment::{WORD, Writer};
use crate::loss::Loss;
use crate::record;

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) client: u32,
    pub(super) journal: Arc<Journal>,
    writer: RefCell<Option<Writer>>,
    /// Bytes that are reserved and not used.
    room: Cell<usize>,
    /// Which functions are described in the file that is written, by number.
    described: RefCell<Vec<bool>>,
    /// The one of them that was opened last.
    last: Cell<u32>,
}

/// Bytes are reserved from the budget in blocks of this size.
const BLOCK: usize = 4 << 10;

impl Lane {
    pub(super) fn new(journal: Arc<Journal>) -> Self {
        Self {
            client: journal.number,
            journal,
            writer: RefCell::new(None),
            room: Cell::new(0),
            described: RefCell::default(),
            last: Cell::new(0),
        }
    }

    /// Appends a record. The buffer is as it was afterwards, but for what is behind its end.
    #[inline]
    pub(super) fn append(&self, record: &mut Vec<u8>) {
        let length = record.len();
        record.extend_from_slice(&[0; WORD]);
        let (words, _) = record[..length.next_multiple_of(WORD)].as_chunks::<WORD>();
        let Ok(mut place) = self.writer.try_borrow_mut() else { return };
        if let Some(writer) = &*place
            && !writer.is_in_file()
            && writer.begin(&self.journal.is_closed)
        {
            let is_appended = self.paid(words, || writer.append_as::<false>(words, length));
            writer.end();
            if is_appended {
                return;
            }
        }
        self.append_elsewhere(&mut place, words, length);
    }

    /// To a file, to another segment, or not at all.
    #[inline(never)]
    fn append_elsewhere(&self, place: &mut Option<Writer>, words: &[[u8; WORD]], length: usize) {
        if let Some(writer) = &*place
            && writer.is_in_file()
            && self.is_described(words)
            && !self.journal.is_foreign()
            && writer.begin(&self.journal.is_closed)
        {
            let is_appended = self.paid(words, || writer.append_as::<true>(words, length));
            writer.end();
            if is_appended {
                return;
            }
        }
        self.append_slowly(place, words, length);
    }

    /// The same, whatever there is to do before.
    #[cold]
    fn append_slowly(&self, place: &mut Option<Writer>, words: &[[u8; WORD]], length: usize) {
        // Half of a segment in a file belongs to the process that this one was forked from.
        if place.as_ref().is_some_and(Writer::is_in_file) && self.journal.is_foreign() {
            *place = None;
        }
        for _ in 0..2 {
            if let Some(writer) = place {
                if !writer.begin(&self.journal.is_closed) {
                    self.journal.counters.lose(Loss::AtExit, 1);
                    return;
                }
                let is_appended = self.describe(writer, words) && self.put(writer, words, length);
                writer.end();
                if is_appended {
                    return;
                }
            } else if self.journal.is_closed.load(Ordering::Acquire) {
                self.journal.counters.lose(Loss::AtExit, 1);
                return;
            }
            let full = place.take();
            let more = if self.journal.home.is_some() { DESCRIPTION } else { 0 };
            *place = Some(self.journal.writer(length + more, full));
            self.described.borrow_mut().clear();
            self.last.set(0);
        }
        // A description that is longer than any: the record does without.
        if let Some(writer) = place {
            self.put(writer, words, length);
        }
    }

    /// Whether this is no opening, or that of the function whose description came last.
    #[inline]
    fn is_described(&self, words: &[[u8; WORD]]) -> bool {
        record::site(words.as_flattened()).is_none_or(|site| site == self.last.get())
    }

    /// Describes the function that an opening names, if it is the first one here. False: there is no room.
    fn describe(&self, writer: &Writer, words: &[[u8; WORD]]) -> bool {
        let Some(number) = record::site(words.as_flattened()).filter(|_| writer.is_in_file()) else { return true };
        let (mut described, at) = (self.described.borrow_mut(), number as usize);
        if described.get(at).is_some_and(|is_described| *is_described) {
            self.last.set(number);
            return true;
        }
        let mut description = Vec::new();
        record::describe(&mut description, number);
        let length = description.len();
        description.resize(length.next_multiple_of(WORD), 0);
        if described.len() <= at {
            described.resize(at + 1, false);
        }
        described[at] = self.put(writer, description.as_chunks().0, length);
        if described[at] {
            self.last.set(number);
        }
        described[at]
    }

    /// Appends to this segment what the budget has room for before anybody reads it.
    fn put(&self, writer: &Writer, words: &[[u8; WORD]], length: usize) -> bool {
        self.paid(words, || writer.append(words, length))
    }

    #[inline(always)]
    fn paid(&self, words: &[[u8; WORD]], append: impl FnOnce() -> bool) -> bool {
        let bytes = (words.len() + 1) * WORD;
        self.take(bytes);
        let is_appended = append();
        if !is_appended {
            self.room.set(self.room.get() + bytes);
        }
        is_appended
    }

    /// Takes bytes of the budget.
    #[inline]
    fn take(&self, bytes: usize) {
        match self.room.get().checked_sub(bytes) {
            Some(left) => self.room.set(left),
            None => self.reserve(bytes),
        }
    }

    #[cold]
    fn reserve(&self, bytes: usize) {
        let more = (bytes - self.room.get()).next_multiple_of(BLOCK);
        self.journal.reserve(more);
        self.room.set(self.room.get() + more - bytes);
    }
}

/// Room for a description beside a record that needs a segment of its own.
const DESCRIPTION: usize = 4 << 10;

impl Drop for Lane {
    fn drop(&mut self) {
        self.journal.release(self.room.get());
        if let Some(writer) = self.writer.take() {
            self.journal.leave(writer);
        }
    }
}
