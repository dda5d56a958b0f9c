//! What the worker says of losses and outages: one line when it starts, one when it ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::OnLoss;
use crate::diagnostics;
use crate::loss::{Counters, Loss};

#[derive(Debug)]
pub(super) struct Watch {
    counters: Arc<Counters>,
    on_loss: Option<OnLoss>,
    /// What was reported to `on_loss`.
    told: HashMap<Loss, u64>,
    /// When the last loss was seen, while one is being talked of.
    losing_since: Option<Instant>,
    state: State,
    /// Why the server refused something, until it is told.
    refusal: Option<String>,
}

/// What was last said of the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Down,
    Locked,
    Up,
}

/// Losing has ended when nothing was lost for this long.
const CALM: Duration = Duration::from_secs(5);

impl Watch {
    pub(super) fn new(counters: Arc<Counters>, on_loss: Option<OnLoss>) -> Self {
        Self { counters, on_loss, told: HashMap::new(), losing_since: None, state: State::Up, refusal: None }
    }

    /// Looks for new losses.
    pub(super) fn look(&mut self, now: Instant) {
        let new = self.news();
        if !new.is_empty() {
            if self.losing_since.is_none() {
                let reason = self.reason();
                diagnostics::warn(&format!("losing observations: {}{reason}", words(&new)));
            }
            self.losing_since = Some(now);
        } else if self.losing_since.is_some_and(|since| now.saturating_duration_since(since) > CALM) {
            self.losing_since = None;
            diagnostics::warn(&format!("no longer losing observations; in all: {}", words(&self.counters.losses())));
        }
    }

    /// The last word. `on_disk`: how many items the next process will find.
    pub(super) fn last(&mut self, on_disk: usize) {
        if on_disk > 0 {
            diagnostics::warn(&format!("{on_disk} observations and scores wait on disk for the next start"));
        }
        let new = self.news();
        if !new.is_empty() || self.losing_since.is_some() {
            let reason = self.reason();
            diagnostics::warn(&format!("lost: {}{reason}", words(&self.counters.losses())));
        }
    }

    /// What the server said, once.
    fn reason(&mut self) -> String {
        self.refusal.take().map(|why| format!(" ({why})")).unwrap_or_default()
    }

    /// The server refused something for good.
    pub(super) fn refused(&mut self, why: &str) {
        diagnostics::debug(|| format!("refused: {why}"));
        self.refusal = Some(why.to_owned());
    }

    /// The destination takes nothing.
    pub(super) fn down(&mut self, why: &str) {
        if self.state == State::Up {
            diagnostics::warn(&format!("cannot deliver, will go on trying: {why}"));
            self.state = State::Down;
        }
    }

    /// The destination wants other keys.
    pub(super) fn locked(&mut self, why: &str) {
        if self.state != State::Locked {
            diagnostics::warn(&format!("these keys are refused, what is recorded is kept up to the limits: {why}"));
            self.state = State::Locked;
        }
    }

    /// The destination takes what it gets.
    pub(super) fn up(&mut self) {
        if self.state != State::Up {
            diagnostics::warn("delivering again");
            self.state = State::Up;
        }
    }

    fn news(&mut self) -> Vec<(Loss, u64)> {
        let losses = self.counters.losses();
        let new = losses.iter().map(|(reason, count)| (*reason, count - self.told.get(reason).copied().unwrap_or(0)));
        let new: Vec<_> = new.filter(|(_, count)| *count > 0).collect();
        self.told.extend(losses);
        if let Some(on_loss) = &self.on_loss {
            for (reason, count) in &new {
                on_loss.call(*reason, *count);
            }
        }
        new
    }
}

fn words(losses: &[(Loss, u64)]) -> String {
    losses.iter().map(|(reason, count)| format!("{count} × {reason}")).collect::<Vec<_>>().join(", ")
}
