//! What was lost, counted by reason: every place that can drop something counts here.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! losses {
    ($($(#[$doc:meta])* $variant:ident => $word:literal,)*) => {
        /// Why something was not delivered.
        ///
        /// ```
        /// for (why, count) in observe::stats().lost {
        ///     eprintln!("{count} lost: {why}");
        /// }
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(usize)]
        pub enum Loss { $($(#[$doc])* $variant,)* }

        impl Loss {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The reason in a few words.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

losses! {
    /// Refused at its opening: the journal, the fold and the waiting batches had used up `memory_limit`.
    MemoryFull => "memory limit reached",
    /// Given up after `max_age` without a server that took it.
    TooOld => "older than max_age",
    /// Given up as the oldest of too much that waited for a server that was down.
    Backlog => "too much waited for the server",
    /// The server refused it for good.
    Refused => "refused by the server",
    /// It could not be written to the local disk.
    Disk => "could not be written to disk",
    /// Still undelivered when the time to exit was over.
    AtExit => "not delivered before exit",
    /// An update, score or trace update outside any observation.
    NoObservation => "said outside any observation",
    /// An update of an observation that had left, or of a trace of which nothing came any more.
    TooLate => "said after the observation had left",
    /// A score that no server takes: without a name, without a value, or not a finite number.
    Invalid => "no valid score",
    /// Bytes of a journal that could not be read.
    Unreadable => "unreadable in the journal",
    /// A value replaced by a marker because its mask failed.
    MaskFailed => "mask failed",
    /// A field replaced by a marker because the observation was larger than the server takes.
    Cut => "field too large, replaced by a marker",
}

/// Counters of everything that happened to what was recorded.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) recorded: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) pending: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) on_disk: AtomicU64,
    pub(crate) recovered: AtomicU64,
    lost: [AtomicU64; Loss::ALL.len()],
}

impl Counters {
    pub(crate) fn lose(&self, reason: Loss, count: u64) {
        self.lost[reason as usize].fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn losses(&self) -> Vec<(Loss, u64)> {
        let count = |reason: &Loss| self.lost[*reason as usize].load(Ordering::Relaxed);
        Loss::ALL.iter().map(|reason| (*reason, count(reason))).filter(|(_, count)| *count > 0).collect()
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
