//! The worker's side of the journal: reads what was appended, and knows which files are still needed.

use std::sync::Arc;

use super::segment::{LARGEST, Reading, WORD};
use super::{Journal, Keep, SPARES};

#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Segments that may get more.
    open: Vec<Reading>,
    /// How many of them were looked at in this round.
    looked: usize,
    /// Files that are read to their end, as long as something of them is not done.
    kept: Vec<Keep>,
    /// Records of one segment.
    buffer: Vec<u8>,
}

/// A buffer keeps at most this much.
const BUFFER: usize = 1 << 20;

impl Reader {
    /// Begins a round: what was appended so far is to be read piece by piece.
    pub(crate) fn begin(&mut self, journal: &Journal) {
        let new = std::mem::take(&mut journal.segments().new);
        self.open.extend(new.into_iter().map(|segment| Reading { segment, at: 1 }));
        self.looked = 0;
    }

    /// Hands the next piece to `each`, as framed records with the file that they are in. False: the round is over.
    pub(crate) fn step(&mut self, journal: &Journal, each: impl FnOnce(&[u8], Option<&Keep>)) -> bool {
        let Some(reading) = self.open.get_mut(self.looked) else { return false };
        let start = reading.at;
        let is_over = reading.read(&mut self.buffer);
        if !self.buffer.is_empty() {
            each(&self.buffer, reading.segment.stored.as_ref());
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
            if segments.spares.len() < SPARES {
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
