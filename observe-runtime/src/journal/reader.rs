//! The worker's side of the journal: reads what was appended, and knows which files are still needed.

use std::sync::Arc;

use super::segment::{LARGEST, Reading, Run, WORD};
use super::{Journal, Keep, SPARES};
use crate::clock;

#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Segments that may get more.
    open: Vec<Reading>,
    /// How many of them were looked at in this round.
    looked: usize,
    /// What was said later is not for this round: unix nanoseconds.
    until: u64,
    /// The last round, which was cut short, brought nothing.
    is_stuck: bool,
    /// Everything that was said before is read when this round is over.
    horizon: u64,
    /// Files that are read to their end, as long as something of them is not done.
    kept: Vec<Keep>,
    /// Records of one segment.
    buffer: Vec<[u8; WORD]>,
}

/// A buffer keeps at most so many words.
const BUFFER: usize = (128 << 10) / WORD;
/// Words of a backlog that are read in one round.
const PIECE: usize = (1 << 20) / WORD;

impl Reader {
    /// Begins a round: what was appended so far is to be read, segment by segment. Of a backlog it is only the oldest part,
    /// in which nothing is missing that was said earlier than the rest, by whatever thread.
    pub(crate) fn begin(&mut self, journal: &Journal) {
        let new = std::mem::take(&mut journal.segments().new);
        self.open.extend(new.into_iter().map(|segment| Reading { segment, at: 1 }));
        self.looked = 0;
        self.until = if std::mem::take(&mut self.is_stuck) { u64::MAX } else { self.cut() };
        self.is_stuck = self.is_behind();
        self.horizon = self.until.min(clock::now());
    }

    /// When the first segment was begun that is left for later.
    fn cut(&self) -> u64 {
        let mut backlog = 0;
        let later = self.open.iter().skip_while(|reading| {
            backlog += reading.backlog();
            backlog <= PIECE
        });
        later.skip(1).map(|reading| reading.segment.since).min().unwrap_or(u64::MAX)
    }

    /// Whether a part of what was appended before this round is not for it.
    pub(crate) fn is_behind(&self) -> bool {
        self.until != u64::MAX
    }

    /// Everything that was said before this time is read once the round is over: unix nanoseconds.
    pub(crate) fn horizon(&self) -> u64 {
        self.horizon
    }

    /// Hands the next piece to `each`, with the file that it is in. False: the round is over.
    pub(crate) fn step(&mut self, journal: &Journal, each: impl FnOnce(Run<'_>, Option<&Keep>)) -> bool {
        let until = self.until;
        let is_due = |reading: &Reading| reading.segment.since < until;
        let Some(skipped) = self.open.get(self.looked..).and_then(|rest| rest.iter().position(is_due)) else {
            return false;
        };
        self.looked += skipped;
        let reading = &mut self.open[self.looked];
        let start = reading.at;
        let is_over = reading.read(&mut self.buffer, until);
        if !self.buffer.is_empty() {
            self.is_stuck = false;
            each(Run(&self.buffer), reading.segment.stored.as_ref());
            journal.release((reading.at - start) * WORD);
            self.buffer.clear();
            self.buffer.shrink_to(BUFFER);
        }
        if is_over {
            // Older segments of a thread stay before newer ones.
            let over = self.open.remove(self.looked);
            self.close(over, journal);
        } else {
            self.looked += 1;
        }
        true
    }

    /// Hands everything that was appended to `each`.
    pub(crate) fn rest(&mut self, journal: &Journal, mut each: impl FnMut(Run<'_>, Option<&Keep>)) {
        loop {
            self.begin(journal);
            while self.step(journal, &mut each) {}
            if !self.is_behind() {
                return;
            }
        }
    }

    /// Whether no thread is in the middle of an append.
    pub(crate) fn is_quiet(&self, journal: &Journal) -> bool {
        journal.segments().new.is_empty() && !self.open.iter().any(|reading| reading.segment.is_writing())
    }

    fn close(&mut self, over: Reading, journal: &Journal) {
        if let Some(stored) = &over.segment.stored {
            self.kept.push(stored.clone());
            return;
        }
        if let Some(mut segment) = Arc::into_inner(over.segment)
            && journal.home.is_none()
            && segment.words() == LARGEST
        {
            segment.clear(over.at);
            let mut segments = journal.segments();
            if segments.spares.len() < journal.rules.memory_limit / SPARES / segment.bytes() {
                journal.reserve(segment.bytes());
                segments.spares.push(segment);
            }
        }
    }

    /// Removes the files of which everything is done.
    pub(crate) fn clean(&mut self) {
        self.kept.retain(|file| {
            let is_free = file.is_free();
            if is_free {
                file.remove();
            }
            !is_free
        });
    }

    /// Looks after a file that was made of others.
    pub(crate) fn keep(&mut self, file: Keep) {
        self.kept.push(file);
    }

    /// Bytes of files that are read to their end and still needed.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.kept.iter().map(|file| usize::try_from(file.bytes).unwrap_or(usize::MAX)).sum()
    }
}
