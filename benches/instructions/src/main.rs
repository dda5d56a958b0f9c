//! A fixed number of observed calls, for callgrind to count instructions in `measured`: see `check`.
//!
//! The journal is real, but no worker runs: what is counted is the caller's part.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;
use observe::observe;
use observe::testing::captured;
use serde::Serialize;

const CALLS: usize = 1200;
/// Items of a stream.
const ITEMS: usize = 100;
const QUESTION: &str = "How do I request a refund now?";

#[derive(Clone, Serialize)]
struct Document {
    id: u64,
    title: String,
    text: String,
    score: f64,
    source: Option<String>,
    tags: Vec<String>,
    embedding: Vec<f32>,
}

#[observe]
fn a(question: &str) -> usize {
    black_box(question).len()
}

#[observe]
fn b(document: &Document) -> &Document {
    black_box(document)
}

#[observe]
fn c(question: &str) -> usize {
    c2(black_box(question))
}

#[observe]
fn c2(question: &str) -> usize {
    c3(black_box(question))
}

#[observe]
fn c3(question: &str) -> usize {
    black_box(question).len()
}

#[observe]
async fn d(question: &str) -> usize {
    Yield(false).await;
    black_box(question).len()
}

#[observe(capture_input = false, capture_output = false)]
fn root<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[observe]
fn stream(items: usize) -> impl Stream<Item = String> {
    Items(items)
}

struct Items(usize);

impl Stream for Items {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<String>> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(None) };
        self.0 = left;
        Poll::Ready(Some(QUESTION.to_owned()))
    }
}

fn drain(stream: impl Stream) {
    let mut stream = std::pin::pin!(stream);
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(item)) = stream.as_mut().poll_next(&mut cx) {
        drop(black_box(item));
    }
}

struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

fn twice<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
    }
    None
}

/// Callgrind counts while this runs.
#[inline(never)]
fn measured(call: &dyn Fn(), calls: usize) {
    (0..calls).for_each(|_| call());
}

fn main() {
    let document = Document {
        id: 48_213,
        title: "Refunds, returns and exchanges".into(),
        text: "Refunds are paid within \"14 days\" to the account they came from.\nAsk support if it takes longer. "
            .repeat(6),
        score: 0.913_274,
        source: Some("https://example.com/help/refunds".into()),
        tags: ["support", "billing", "refund"].map(str::to_owned).to_vec(),
        embedding: (0..16_u8).map(|n| f32::from(n).mul_add(0.061_35, -0.48)).collect(),
    };
    let a = || {
        black_box(a(black_box(QUESTION)));
    };
    let b = || {
        black_box(b(black_box(&document)));
    };
    let c = || {
        black_box(c(black_box(QUESTION)));
    };
    let d = || {
        black_box(twice(d(black_box(QUESTION))));
    };
    let stream = || drain(stream(black_box(ITEMS)));
    // The root, one call first, then those that count.
    let recorded = |call: &dyn Fn(), calls, each| {
        let ((), recorded) = captured(|| {
            root(|| {
                call();
                measured(call, calls);
            });
        });
        assert_eq!(recorded.observations().len(), 1 + (1 + calls) * each, "every call is recorded");
    };
    match std::env::args().nth(1).as_deref() {
        Some("a") => recorded(&a, CALLS, 1),
        Some("b") => recorded(&b, CALLS, 1),
        // Three calls each.
        Some("c") => recorded(&c, CALLS / 3, 3),
        Some("d") => recorded(&d, CALLS, 1),
        // So many items each.
        Some("stream") => recorded(&stream, CALLS / ITEMS, 1),
        Some("sampled-out") => {
            let dir = std::env::temp_dir().join(format!("observe-instructions-{}", std::process::id()));
            let config = observe::Config::new().without_environment().files(&dir).sample_rate(0.0);
            let guard = config.init().expect("these settings hold");
            a();
            measured(&a, CALLS);
            assert_eq!(guard.shutdown(Duration::from_secs(9)).recorded, 0, "nothing is recorded");
            let _ = std::fs::remove_dir_all(&dir);
        }
        Some("disabled") => measured(&a, CALLS),
        Some("disabled-async") => measured(&d, CALLS),
        other => panic!("no such workload: {other:?}"),
    }
}
