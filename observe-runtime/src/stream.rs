//! An observed stream: its call, its inner stream, and what was heard of it so far.
//!
//! - The observation lasts until the stream ends or is dropped; every poll runs with the call current.
//! - What was heard is kept within the limit of one captured value; what is beyond it is counted.
//! - An error among the items makes the outcome an error, whether or not anybody goes on polling.

use std::fmt;
use std::hint::black_box;
use std::marker::PhantomData;
use std::mem::{forget, replace};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::call::{Call, Ending};
use crate::finish::Tell;
use crate::heard::Heard;

pin_project! {
    /// The stream that an observed function returned.
    #[must_use = "streams do nothing unless polled"]
    pub struct ObservedStream<S, H>
    where
        S: Stream,
        H: Tell<S::Item>,
    {
        #[pin]
        inner: Inner<S>,
        how: H,
        state: H::State,
        call: Call,
        // Nothing before the first poll, after the end, and where nothing is recorded.
        heard: Option<Box<Heard>>,
    }

    impl<S, H> PinnedDrop for ObservedStream<S, H>
    where
        S: Stream,
        H: Tell<S::Item>,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.call.leave(&mut || this.inner.set(Inner::Gone));
            if let Some(heard) = this.heard {
                Session { call: this.call, how: *this.how, state: this.state, heard, item: PhantomData }.close(&Ending::Cancelled);
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

/// Makes an observed stream.
#[inline]
pub(crate) fn stream<S, H>(call: Call, inner: S, how: H) -> ObservedStream<S, H>
where
    S: Stream,
    H: Tell<S::Item>,
{
    ObservedStream { inner: Inner::Here { stream: inner }, how, state: H::State::default(), call, heard: None }
}

impl<S, H> Stream for ObservedStream<S, H>
where
    S: Stream,
    H: Tell<S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let InnerProjection::Here { stream } = this.inner.project() else { return Poll::Ready(None) };
        if !this.call.is_recorded() {
            return this.call.scope(|| stream.poll_next(cx));
        }
        let heard = this.heard.get_or_insert_with(|| Heard::begin(this.call.limits()));
        let session = Session { call: this.call, how: *this.how, state: this.state, heard, item: PhantomData };
        recorded(session, stream, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.inner {
            Inner::Here { stream } => stream.size_hint(),
            Inner::Gone => (0, Some(0)),
        }
    }
}

/// Polls the stream, and hears what comes. That is put where it is returned at once: it is not moved, and by the time that
/// somebody reads it as a whole its parts have arrived in memory.
#[inline(always)]
fn recorded<S: Stream, H: Tell<S::Item>>(
    mut session: Session<'_, S::Item, H>,
    stream: Pin<&mut S>,
    cx: &mut Context<'_>,
) -> Poll<Option<S::Item>> {
    let mut polled = Poll::Pending;
    // Nothing is dropped: there is no item yet.
    session.watched(|| forget(replace(&mut polled, stream.poll_next(cx))));
    match black_box(&polled) {
        Poll::Ready(Some(item)) => session.listen(Some(item)),
        Poll::Ready(None) => session.close(&Ending::Complete),
        Poll::Pending => {}
    }
    polled
}

/// What it takes to end the call with what was heard.
struct Session<'a, T, H: Tell<T>> {
    call: &'a mut Call,
    how: H,
    state: &'a mut H::State,
    heard: &'a mut Heard,
    item: PhantomData<fn(T)>,
}

impl<T, H: Tell<T>> Session<'_, T, H> {
    /// Polls the stream; if that unwinds, the call is closed.
    #[inline]
    fn watched(&mut self, poll: impl FnOnce()) {
        if let Err(thrown) = self.call.caught(poll) {
            self.close(&Ending::Panicked(&thrown));
            resume_unwind(thrown)
        }
    }

    #[inline]
    fn listen(&mut self, item: Option<&T>) {
        self.how.hear(self.state, self.heard, item);
    }

    fn close(&mut self, how: &Ending<'_>) {
        if self.call.is_recorded() {
            self.listen(None);
            self.call.close_stream(how, self.heard);
        }
    }
}

impl<S, H> FusedStream for ObservedStream<S, H>
where
    S: FusedStream,
    H: Tell<S::Item>,
{
    fn is_terminated(&self) -> bool {
        match &self.inner {
            Inner::Here { stream } => stream.is_terminated(),
            Inner::Gone => true,
        }
    }
}

impl<S, H> fmt::Debug for ObservedStream<S, H>
where
    S: Stream,
    H: Tell<S::Item>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedStream").field("call", &self.call).finish_non_exhaustive()
    }
}
