//! How far something is, for whoever waits at a terminal longer than a second.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// After which time somebody wants to know.
const PATIENCE: Duration = Duration::from_secs(1);
const REDRAW: Duration = Duration::from_millis(100);

/// A bar on stderr, which appears after a second, whatever goes on meanwhile, and is gone at the end.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    watch: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Counts up to `total`, if that is known, in bytes or in things.
    pub(crate) fn new(what: &'static str, total: Option<u64>, is_bytes: bool) -> Self {
        Self::with(
            what,
            total,
            match (total, is_bytes) {
                (Some(_), true) => "{msg} {wide_bar} {bytes}/{total_bytes} {eta}",
                (Some(_), false) => "{msg} {wide_bar} {human_pos}/{human_len} {eta}",
                (None, true) => "{msg} {spinner} {bytes}",
                (None, false) => "{msg} {spinner} {human_pos}",
            },
        )
    }

    /// Of something that has no parts to count.
    pub(crate) fn waiting(what: &'static str) -> Self {
        Self::with(what, None, "{msg} {spinner} {elapsed}")
    }

    fn with(what: &'static str, total: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_wanted = std::io::stderr().is_terminal() && !is_dumb;
        Self { watch: is_wanted.then(|| watch(bar.clone())), bar }
    }

    /// So much more is done.
    pub(crate) fn advance(&self, by: u64) {
        self.bar.inc(by);
    }
}

/// Shows the bar when a second has passed and it is still there.
fn watch(bar: ProgressBar) -> (Sender<()>, JoinHandle<()>) {
    let (over, is_over) = mpsc::channel();
    let thread = thread::spawn(move || {
        if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(REDRAW);
        }
    });
    (over, thread)
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((over, thread)) = self.watch.take() {
            drop(over);
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}
