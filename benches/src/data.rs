//! What goes into the observed functions and comes out.

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use serde::{Deserialize, Serialize};

/// 30 bytes.
pub const QUESTION: &str = "How do I request a refund now?";

/// What a retriever returns: 1 KB as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// Number in the store.
    pub id: u64,
    /// One line.
    pub title: String,
    /// 600 bytes with a few characters that JSON escapes.
    pub text: String,
    /// Similarity to the question.
    pub score: f64,
    /// Where it was found.
    pub source: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// The start of the embedding.
    pub embedding: Vec<f32>,
}

/// The document of workload b.
pub static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document {
    id: 48_213,
    title: "Refunds, returns and exchanges".into(),
    text: "Refunds are paid within \"14 days\" to the account they came from.\nAsk support if it takes longer. "
        .repeat(6),
    score: 0.913_274,
    source: Some("https://example.com/help/refunds".into()),
    tags: ["support", "billing", "refund"].map(str::to_owned).to_vec(),
    embedding: (0..16_u8).map(|n| f32::from(n).mul_add(0.061_35, -0.48)).collect(),
});

/// Pending once, then ready.
#[derive(Debug, Default)]
pub struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Polls until it is ready, with no runtime whose cost would blur the difference.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// A stream of so many answers of 30 bytes.
#[derive(Debug)]
pub struct Tokens(pub u64);

impl Stream for Tokens {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<String>> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(None) };
        self.0 = left;
        Poll::Ready(Some(QUESTION.to_owned()))
    }
}

/// Reads a stream that is never pending to its end.
pub fn drain(stream: impl Stream) {
    let mut stream = std::pin::pin!(stream);
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(item)) = stream.as_mut().poll_next(&mut cx) {
        drop(std::hint::black_box(item));
    }
}
