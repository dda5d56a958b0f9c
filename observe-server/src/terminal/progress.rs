//! How far something is, for whoever waits at a terminal longer than a second.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on stderr, which appears after a second and is gone at the end.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_wanted: bool,
}

impl Progress {
    /// Counts up to `total`, if that is known, in bytes or in things.
    pub(crate) fn new(what: &'static str, total: Option<u64>, is_bytes: bool) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match (total, is_bytes) {
            (Some(_), true) => "{msg} {wide_bar} {bytes}/{total_bytes} {eta}",
            (Some(_), false) => "{msg} {wide_bar} {human_pos}/{human_len} {eta}",
            (None, true) => "{msg} {spinner} {bytes}",
            (None, false) => "{msg} {spinner} {human_pos}",
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Self { bar, start: Instant::now(), is_wanted: std::io::stderr().is_terminal() }
    }

    /// So much more is done.
    pub(crate) fn advance(&mut self, by: u64) {
        self.bar.inc(by);
        if self.is_wanted && self.start.elapsed() > Duration::from_secs(1) {
            self.is_wanted = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
