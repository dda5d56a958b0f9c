//! `#[observe]`: arguments and return value as JSON.

use std::hint::black_box;
use std::time::Duration;

use futures_core::Stream;
use observe::{Score, observe};

use crate::data::Tokens;

#[observe(capture_input = false)]
fn root(work: &dyn Fn()) {
    work();
}

super::functions!(#[observe]);
super::runs!();

/// Workload a, each call the root of a trace of its own.
pub fn run_roots(calls: u64) {
    for _ in 0..calls {
        drop(a(black_box(crate::data::QUESTION)));
    }
}

#[observe]
fn tokens(items: u64) -> impl Stream<Item = String> {
    Tokens(black_box(items))
}

/// An observed stream of so many answers of 30 bytes, read to its end: one observation for a thousand of them.
pub fn run_stream(items: u64) {
    super::chunked(items / 1000, root, &|| crate::data::drain(tokens(1000)));
}

/// Workload a once.
pub fn one() {
    drop(a(black_box(crate::data::QUESTION)));
}

/// Three fields set on the current observation.
pub fn run_update(calls: u64) {
    super::chunked(calls, root, &|| {
        observe::update_current_observation(|o| {
            o.model(black_box("gpt-4o-mini")).metadata("attempt", black_box(2)).version(black_box("v7"))
        });
    });
}

/// A score on the current trace.
pub fn run_score(calls: u64) {
    super::chunked(calls, root, &|| observe::score_current_trace(Score::new("completeness", black_box(0.85))));
}

/// Waits until everything was delivered.
pub fn settle() {
    observe::flush(Duration::from_secs(30));
}
