//! An observed future: its call, its inner future, and what to do with the output.
//!
//! - Every poll runs with the call current; nothing is boxed or allocated.
//! - The inner future is dropped with the call current, before the call is closed.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::call::Call;

pin_project! {
    /// The future of an observed `async fn`.
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
                this.call.scope(|| this.inner.set(Inner::Done));
            }
        }
    }
}

pin_project! {
    #[project = InnerProjection]
    enum Inner<F> {
        Running { #[pin] future: F },
        Done,
    }
}

/// Makes an observed future. Called by the expansion of `#[observe]` only.
#[inline]
pub fn future<F, Finish, T>(call: Call, inner: F, finish: Finish) -> Observed<F, Finish>
where
    F: Future,
    Finish: Fn(Call, F::Output) -> T,
{
    Observed { inner: Inner::Running { future: inner }, finish, call }
}

impl<F, Finish, T> Future for Observed<F, Finish>
where
    F: Future,
    Finish: Fn(Call, F::Output) -> T,
{
    type Output = T;

    #[inline]
    #[expect(clippy::panic, reason = "a contract of `Future` that the caller broke, as `async` blocks say it")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let mut this = self.project();
        let InnerProjection::Running { future } = this.inner.as_mut().project() else {
            panic!("`async fn` resumed after completion");
        };
        let output = ready!(this.call.scope(|| future.poll(cx)));
        this.inner.set(Inner::Done);
        let call = std::mem::replace(this.call, Call::OFF);
        Poll::Ready((this.finish)(call, output))
    }
}

impl<F, Finish> fmt::Debug for Observed<F, Finish> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").field("call", &self.call).finish_non_exhaustive()
    }
}
