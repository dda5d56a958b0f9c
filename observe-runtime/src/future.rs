//! An observed future: its call, its inner future, and how it ends.
//!
//! - Every poll runs with the call current; nothing is boxed or allocated.
//! - The inner future is dropped when this one is: with the call current, and before the call is closed if it was not
//!   done.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::future::FusedFuture;
use pin_project_lite::pin_project;

use crate::call::Call;
use crate::finish::Finish;

pin_project! {
    /// The future of an observed `async fn`, or one that an observed function returned.
    #[must_use = "futures do nothing unless polled"]
    pub struct Observed<F, H> {
        #[pin]
        inner: Inner<F>,
        how: H,
        call: Call,
    }

    impl<F, H> PinnedDrop for Observed<F, H> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.call.has_begun() {
                this.call.leave(&mut || this.inner.set(Inner::Gone));
            }
        }
    }
}

pin_project! {
    #[project = InnerProjection]
    enum Inner<F> {
        Here { #[pin] future: F },
        Gone,
    }
}

/// Makes an observed future. Called by the expansion of `#[observe]` only.
#[inline]
pub fn future<F, H>(how: H, call: Call, inner: F) -> Observed<F, H>
where
    F: Future,
    H: Finish<F::Output>,
{
    Observed { inner: Inner::Here { future: inner }, how, call: call.restarted() }
}

impl<F, H> Future for Observed<F, H>
where
    F: Future,
    H: Finish<F::Output>,
{
    type Output = H::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<H::Output> {
        let this = self.project();
        let InnerProjection::Here { future } = this.inner.project() else {
            // Only while it is dropped.
            return Poll::Pending;
        };
        if this.call.is_off() {
            let output = ready!(future.poll(cx));
            return Poll::Ready(this.how.finish(Call::OFF, output));
        }
        let output = ready!(this.call.scope(|| future.poll(cx)));
        let call = std::mem::replace(this.call, Call::OFF);
        Poll::Ready(this.how.finish(call, output))
    }
}

impl<F, H> FusedFuture for Observed<F, H>
where
    F: FusedFuture,
    H: Finish<F::Output>,
{
    fn is_terminated(&self) -> bool {
        match &self.inner {
            Inner::Here { future } => future.is_terminated(),
            Inner::Gone => true,
        }
    }
}

impl<F, H> fmt::Debug for Observed<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").field("call", &self.call).finish_non_exhaustive()
    }
}
