//! Measures variants side by side.
//!
//! - Rounds are interleaved and start with another variant each time; what counts is the median.
//! - The clock is the calling thread's CPU time, so what else runs on the machine disturbs little.

use std::fmt::Write as _;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// One way to do the work.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Shown in the table.
    pub name: &'static str,
    /// Does the work that many times.
    pub run: fn(u64),
    /// Waits until nothing of it goes on in the background.
    pub settle: fn(),
}

/// Medians in nanoseconds of one call, in the order of the variants.
#[must_use]
pub fn compare(variants: &[Variant], rounds: usize, calls: u64) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(rounds); variants.len()];
    for round in 0..=rounds {
        for step in 0..variants.len() {
            let at = (round + step) % variants.len();
            let variant = variants[at];
            let start = ThreadTime::now();
            (variant.run)(calls);
            let took = start.elapsed();
            (variant.settle)();
            // The first round warms up.
            if round > 0 {
                times[at].push(nanoseconds(took, calls));
            }
        }
    }
    times.into_iter().map(|times| quantile(times, 0.5)).collect()
}

/// Runs the work on several threads at once: median CPU nanoseconds of one call, over threads and rounds.
#[must_use]
pub fn threads(variant: Variant, count: usize, rounds: usize, calls: u64) -> f64 {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let barrier = Barrier::new(count);
        let work = || {
            barrier.wait();
            (variant.run)(calls / 10);
            let start = ThreadTime::now();
            (variant.run)(calls);
            nanoseconds(start.elapsed(), calls)
        };
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
            times.extend(running.into_iter().filter_map(|thread| thread.join().ok()));
        });
        (variant.settle)();
    }
    quantile(times, 0.5)
}

/// Wall time of single calls, `pause` apart, with the caches as the rest of the program left them: sorted nanoseconds.
#[must_use]
pub fn paced(run: fn(u64), pause: Duration, calls: usize) -> Vec<f64> {
    let mut trash = vec![1_u8; 1 << 20];
    let mut times: Vec<f64> = (0..calls)
        .map(|_| {
            std::thread::sleep(pause);
            trash.iter_mut().step_by(64).for_each(|byte| *byte = byte.wrapping_add(1));
            let start = Instant::now();
            run(1);
            nanoseconds(start.elapsed(), 1)
        })
        .collect();
    std::hint::black_box(&trash);
    times.sort_by(f64::total_cmp);
    times
}

/// Wall time of every single call: sorted nanoseconds.
#[must_use]
pub fn each(call: impl Fn(), calls: usize) -> Vec<f64> {
    let mut times = Vec::with_capacity(calls);
    let mut last = Instant::now();
    for _ in 0..calls {
        call();
        let now = Instant::now();
        times.push(nanoseconds(now - last, 1));
        last = now;
    }
    times.sort_by(f64::total_cmp);
    times
}

/// Value below which this share of sorted values lies.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index from a share"
)]
pub fn share(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

fn quantile(mut values: Vec<f64>, of: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    share(&values, of)
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a benchmark")]
fn nanoseconds(time: Duration, calls: u64) -> f64 {
    time.as_nanos() as f64 / calls as f64
}

/// A table in Markdown.
#[derive(Debug)]
pub struct Table(String);

impl Table {
    /// A table with these headings; all but the first column are numbers.
    #[must_use]
    pub fn new(headings: &[&str]) -> Self {
        let mut text = format!("| {} |\n|---|", headings.join(" | "));
        text.push_str(&"--:|".repeat(headings.len().saturating_sub(1)));
        text.push('\n');
        Self(text)
    }

    /// Adds a row.
    pub fn row(&mut self, name: &str, cells: &[String]) {
        let _ = writeln!(self.0, "| {name} | {} |", cells.join(" | "));
    }

    /// The table's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}
