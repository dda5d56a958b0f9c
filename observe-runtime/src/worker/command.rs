//! What callers ask of the worker, and how it hears of it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::journal::Journal;
use crate::stats::Stats;

/// What callers ask of the worker. The answer is sent when it is done or its time is over.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) is_last: bool,
    pub(crate) until: Instant,
    pub(crate) answer: tokio::sync::oneshot::Sender<Stats>,
}

/// Commands that the worker has not seen; `None` once there is no worker to see them.
#[derive(Debug)]
pub(crate) struct Commands(Mutex<Option<Vec<Command>>>);

impl Default for Commands {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl Commands {
    /// Asks the worker. Without one the command is dropped, and whoever waits for the answer hears that.
    pub(crate) fn send(&self, command: Command, journal: &Journal) {
        if let Some(commands) = &mut *self.list() {
            commands.push(command);
        }
        journal.wake.notify_one();
    }

    /// There is no worker any more.
    pub(super) fn close(&self) {
        *self.list() = None;
    }

    pub(super) fn take(&self) -> Vec<Command> {
        self.list().as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn list(&self) -> MutexGuard<'_, Option<Vec<Command>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that waits for its answer.
pub(super) struct Asked {
    pub(super) command: Command,
    /// Rounds since it was asked.
    pub(super) rounds: u32,
}
