//! An observed future: its call, its inner future, and what to do with the output.
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

pin_project! {
    /// The future of an observed `async fn`, or one that an observed function returned.
    #[must_use = "futures do nothing unless polled"]
    pub struct Observed<F, Finish> {
        #[pin]
        inner: Inner<F>,
        finish: Finish,
        call: Call,
    }

    impl<F, Finish> PinnedDrop for Observed<F, Finish> {
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
pub fn future<O, F, Finish, T>(call: Call, inner: F, finish: Finish) -> Observed<F, Finish>
where
    F: Future<Output = O>,
    Finish: Fn(Call, O) -> T,
{
    Observed { inner: Inner::Here { future: inner }, finish, call: call.restarted() }
}

impl<F, Finish, T> Future for Observed<F, Finish>
where
    F: Future,
    Finish: Fn(Call, F::Output) -> T,
{
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        let InnerProjection::Here { future } = this.inner.project() else {
            // Only while it is dropped.
            return Poll::Pending;
        };
        let output = ready!(this.call.scope(|| future.poll(cx)));
        let call = std::mem::replace(this.call, Call::OFF);
        Poll::Ready((this.finish)(call, output))
    }
}

impl<F, Finish, T> FusedFuture for Observed<F, Finish>
where
    F: FusedFuture,
    Finish: Fn(Call, F::Output) -> T,
{
    fn is_terminated(&self) -> bool {
        match &self.inner {
            Inner::Here { future } => future.is_terminated(),
            Inner::Gone => true,
        }
    }
}

impl<F, Finish> fmt::Debug for Observed<F, Finish> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").field("call", &self.call).finish_non_exhaustive()
    }
}
