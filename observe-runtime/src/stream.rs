//! An observed stream: its call, its inner stream, and what was heard of it so far.
//!
//! - The observation lasts until the stream ends or is dropped; every poll runs with the call current.
//! - What was heard is kept within the limit of one captured value; what is beyond it is counted.
//! - An error among the items makes the outcome an error, whether or not anybody goes on polling.

use std::fmt;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::call::{Call, Ending};
use crate::heard::Heard;

pin_project! {
    /// The stream that an observed function returned.
    #[must_use = "streams do nothing unless polled"]
    pub struct ObservedStream<S, Hear>
    where
        S: Stream,
        Hear: FnMut(&mut Heard, Option<&S::Item>),
    {
        #[pin]
        inner: Inner<S>,
        hear: Hear,
        call: Call,
        // Nothing before the first poll, after the end, and where nothing is recorded.
        heard: Option<Box<Heard>>,
    }

    impl<S, Hear> PinnedDrop for ObservedStream<S, Hear>
    where
        S: Stream,
        Hear: FnMut(&mut Heard, Option<&S::Item>),
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.call.leave(&mut || this.inner.set(Inner::Gone));
            if let Some(heard) = this.heard {
                Session { call: this.call, hear: this.hear, heard }.close(&Ending::Cancelled);
            }
        }
    }
}

pin_project! {
    #[project = InnerProjection]
    enum Inner<S> {
        Here { #[pin] stream: S },
        Gone,
    }
}

/// Makes an observed stream. `hear` is told of each item, and at the end of nothing.
/// Called by the expansion of `#[observe]` only.
#[inline]
pub fn stream<T, S, Hear>(call: Call, inner: S, hear: Hear) -> ObservedStream<S, Hear>
where
    S: Stream<Item = T>,
    Hear: FnMut(&mut Heard, Option<&T>),
{
    ObservedStream { inner: Inner::Here { stream: inner }, hear, call, heard: None }
}

impl<S, Hear> Stream for ObservedStream<S, Hear>
where
    S: Stream,
    Hear: FnMut(&mut Heard, Option<&S::Item>),
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let InnerProjection::Here { stream } = this.inner.project() else { return Poll::Ready(None) };
        if !this.call.is_recorded() {
            return this.call.scope(|| stream.poll_next(cx));
        }
        let heard = this.heard.get_or_insert_with(|| Box::new(Heard::new(this.call.limits())));
        let mut session = Session { call: this.call, hear: this.hear, heard };
        let polled = session.watched(|| stream.poll_next(cx));
        match &polled {
            Poll::Ready(Some(item)) => session.heard.listen(|heard| (session.hear)(heard, Some(item)), true),
            Poll::Ready(None) => session.close(&Ending::Complete),
            Poll::Pending => {}
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.inner {
            Inner::Here { stream } => stream.size_hint(),
            Inner::Gone => (0, Some(0)),
        }
    }
}

/// What it takes to end the call with what was heard.
struct Session<'a, Hear> {
    call: &'a mut Call,
    hear: &'a mut Hear,
    heard: &'a mut Heard,
}

impl<Hear> Session<'_, Hear> {
    /// Polls the stream; if that unwinds, the call is closed.
    fn watched<T, R>(&mut self, poll: impl FnOnce() -> R) -> R
    where
        Hear: FnMut(&mut Heard, Option<&T>),
    {
        self.call.caught(poll).unwrap_or_else(|thrown| {
            self.close(&Ending::Panicked(&thrown));
            resume_unwind(thrown)
        })
    }

    fn close<T>(&mut self, how: &Ending<'_>)
    where
        Hear: FnMut(&mut Heard, Option<&T>),
    {
        if self.call.is_recorded() {
            self.heard.listen(|heard| (self.hear)(heard, None), false);
            self.call.close_stream(how, self.heard);
        }
    }
}

impl<S, Hear> FusedStream for ObservedStream<S, Hear>
where
    S: FusedStream,
    Hear: FnMut(&mut Heard, Option<&S::Item>),
{
    fn is_terminated(&self) -> bool {
        match &self.inner {
            Inner::Here { stream } => stream.is_terminated(),
            Inner::Gone => true,
        }
    }
}

impl<S, Hear> fmt::Debug for ObservedStream<S, Hear>
where
    S: Stream,
    Hear: FnMut(&mut Heard, Option<&S::Item>),
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedStream").field("call", &self.call).finish_non_exhaustive()
    }
}
