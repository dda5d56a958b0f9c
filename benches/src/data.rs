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

/// What a model is asked: 1 KB as JSON, mostly text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chat {
    /// Name of the model.
    pub model: String,
    /// What was said.
    pub messages: Vec<Message>,
    /// How freely it answers.
    pub temperature: f64,
    /// Tokens of the answer, at most.
    pub max_tokens: u32,
    /// Whether it comes in parts.
    pub stream: bool,
}

/// One message of a chat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Who said it.
    pub role: String,
    /// What was said.
    pub content: String,
    /// Which call this answers.
    pub tool_call_id: Option<String>,
}

/// The chat of workload t.
pub static CHAT: LazyLock<Chat> = LazyLock::new(|| {
    let message = |role: &str, content: &str, call: Option<&str>| Message {
        role: role.into(),
        content: content.into(),
        tool_call_id: call.map(str::to_owned),
    };
    Chat {
        model: "gpt-4o-mini".into(),
        messages: vec![
            message(
                "system",
                "You are the support agent of a shop that sells bicycles and parts. Answer in the customer's language, in \
                 at most three sentences.\nCall \"search\" for what you do not know; never invent a price, a date or a \
                 policy. If a refund is above 500 EUR, hand over to a person.",
                None,
            ),
            message("user", "I sent my order 48213 back two weeks ago. Where is my refund?", None),
            message(
                "tool",
                r#"{"order":48213,"state":"returned","received":"2026-11-09","refund":{"amount":129.9,"currency":"EUR","paid":false}}"#,
                Some("call_9f2c41d7"),
            ),
            message(
                "assistant",
                "Your parcel arrived on 9 November. A refund of 129.90 EUR takes up to 14 days, so it should be on your \
                 account by 23 November.\nShall I ask our accounting to look at it now?",
                None,
            ),
            message("user", "Yes, please. And is the new frame in stock by now?", None),
        ],
        temperature: 0.2,
        max_tokens: 400,
        stream: true,
    }
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
