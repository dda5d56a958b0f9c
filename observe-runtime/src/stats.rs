//! What happened to everything that was recorded, in numbers.

use std::fmt;
use std::sync::atomic::Ordering;

use crate::loss::{Counters, Loss};

/// Counts of observations and scores since `init`.
///
/// `recorded` and `pending` lag behind by the worker's next look at the journal, 20 ms at most;
/// after a flush they are exact.
///
/// ```
/// let stats = observe::stats();
/// assert_eq!(stats.to_string(), "0 recorded, 0 delivered, 0 pending");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Opened or given, and admitted.
    pub recorded: u64,
    /// Taken by the destination.
    pub delivered: u64,
    /// Still open, waiting, or on their way.
    pub pending: u64,
    /// Of those pending: on disk, where they wait for the server or for the next process.
    pub on_disk: u64,
    /// Taken over from processes that ended before they had delivered everything. Not among those recorded.
    pub recovered: u64,
    /// Sent again after a failure.
    pub retried: u64,
    /// Bytes that the destination took, before compression.
    pub bytes: u64,
    /// What was lost, by reason.
    pub lost: Vec<(Loss, u64)>,
}

impl Stats {
    pub(crate) fn of(counters: &Counters) -> Self {
        Self {
            recorded: counters.recorded.load(Ordering::Relaxed),
            delivered: counters.delivered.load(Ordering::Relaxed),
            pending: counters.pending.load(Ordering::Relaxed),
            on_disk: counters.on_disk.load(Ordering::Relaxed),
            recovered: counters.recovered.load(Ordering::Relaxed),
            retried: counters.retried.load(Ordering::Relaxed),
            bytes: counters.bytes.load(Ordering::Relaxed),
            lost: counters.losses(),
        }
    }

    /// How many were lost for this reason.
    ///
    /// ```
    /// use observe::Loss;
    /// assert_eq!(observe::stats().lost_to(Loss::MemoryFull), 0);
    /// ```
    #[must_use]
    pub fn lost_to(&self, reason: Loss) -> u64 {
        self.lost.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }

    /// Whether nothing is pending and nothing was lost.
    ///
    /// ```
    /// assert!(observe::stats().is_complete());
    /// ```
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pending == 0 && self.lost.is_empty()
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} recorded, {} delivered, {} pending", self.recorded, self.delivered, self.pending)?;
        if self.on_disk > 0 {
            write!(f, " ({} on disk)", self.on_disk)?;
        }
        if self.recovered > 0 {
            write!(f, ", {} recovered", self.recovered)?;
        }
        for (reason, count) in &self.lost {
            write!(f, ", {count} lost ({reason})")?;
        }
        Ok(())
    }
}
