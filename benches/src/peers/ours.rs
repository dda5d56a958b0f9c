//! `#[observe]`: arguments and return value as JSON.

use std::hint::black_box;
use std::time::Duration;

use observe::{Score, observe};

use crate::data::{Document, Yield};

#[observe(capture_input = false)]
fn root(work: &dyn Fn()) {
    work();
}

#[inline(never)]
#[observe]
fn a(question: &str) -> String {
    black_box(question).to_owned()
}

#[inline(never)]
#[observe]
fn b(document: &Document) -> Document {
    black_box(document).clone()
}

#[inline(never)]
#[observe]
fn c(question: &str) -> String {
    c2(black_box(question))
}

#[inline(never)]
#[observe]
fn c2(question: &str) -> String {
    c3(black_box(question))
}

#[inline(never)]
#[observe]
fn c3(question: &str) -> String {
    black_box(question).to_owned()
}

#[inline(never)]
#[observe]
async fn d(question: &str) -> String {
    Yield::default().await;
    black_box(question).to_owned()
}

super::runs!();

/// Workload a, each call the root of a trace of its own.
pub fn run_roots(calls: u64) {
    for _ in 0..calls {
        drop(a(black_box(crate::data::QUESTION)));
    }
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
