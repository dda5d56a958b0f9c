//! Ends a call with what came out, in the way that was found for its type; or hands it on to what goes on.

use std::fmt;
use std::marker::PhantomData;

use futures_core::stream::Stream;

use crate::call::Call;
use crate::capture::{
    Blame, ByDebug, ByDisplay, ByKnown, ByNothing, BySerialize, ByStr, ByType, Captured, Reason, Show, Slot,
};
use crate::heard::Heard;
use crate::lifetimes::{BoxedFuture, BoxedStream};
use crate::returned::{Boxed, BoxedOr, How, Later, Now, Opened, OpenedOr, Parts, Plain, Whole};
use crate::stream::{ObservedStream, stream};

/// Ends a call.
pub trait Finish<R>: Copy {
    /// What is given back.
    type Output;
    /// Whether nothing goes on once the function has returned.
    const IS_OVER: bool = true;

    /// Ends the call with `out`.
    fn finish(self, call: Call, out: R) -> Self::Output;

    /// Runs the body of a function with the call current, and ends the call with what comes out, or hands it on.
    #[inline]
    fn run(self, call: &mut Call, body: impl FnOnce() -> R) -> R
    where
        Self: Finish<R, Output = R>,
    {
        let out = call.run(body);
        self.finish(std::mem::replace(call, Call::OFF), out)
    }
}

/// The output is not looked at.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the expansion names it")]
pub struct Unseen;

impl<R> Finish<R> for Unseen {
    type Output = R;

    #[inline]
    fn finish(self, call: Call, out: R) -> R {
        call.end();
        out
    }
}

/// How values are shown, and the items of a stream heard.
pub trait Listen<T>: Copy {
    /// The way of a value.
    type Way: Show<T>;
    /// What is made of the items.
    type State: Default;

    /// Hears an item.
    fn item(self, state: &mut Self::State, heard: &mut Heard, item: &T);

    /// Hears that there is no more.
    fn done(self, state: &mut Self::State, heard: &mut Heard);
}

macro_rules! listen {
    ($($way:ident)*) => {$(
        impl<T> Listen<T> for $way
        where
            $way: Show<T>,
        {
            type Way = Self;
            type State = ();

            #[inline]
            fn item(self, (): &mut (), heard: &mut Heard, item: &T) {
                if let Some(text) = Self::text(item) {
                    heard.text(text);
                } else if Self::CAPTURES {
                    heard.guarded(|heard| heard.item(&mut Self::show(item)));
                }
            }

            fn done(self, (): &mut (), heard: &mut Heard) {
                if !Self::CAPTURES {
                    heard.silence();
                }
            }
        }
    )*};
}

listen! { ByKnown BySerialize ByDebug ByDisplay ByStr ByType ByNothing }

/// Items are folded.
pub struct Collect<S, C, M, V>(C, M, V, PhantomData<fn() -> S>);

impl<S, C, M, V> Collect<S, C, M, V> {
    pub(crate) fn new(fold: C, made: M, way: V) -> Self {
        Self(fold, made, way, PhantomData)
    }
}

impl<S, C: Copy, M: Copy, V: Copy> Clone for Collect<S, C, M, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, C: Copy, M: Copy, V: Copy> Copy for Collect<S, C, M, V> {}

impl<S, C, M, V> fmt::Debug for Collect<S, C, M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collect").finish_non_exhaustive()
    }
}

impl<T, S, C, M, V> Listen<T> for Collect<S, C, M, V>
where
    S: Default,
    C: Fn(&mut S, &T) + Copy,
    M: Fn(&S, Slot<'_>) + Copy,
    V: Listen<T>,
{
    type Way = V::Way;
    type State = S;

    fn item(self, state: &mut S, heard: &mut Heard, item: &T) {
        heard.guarded(|_| (self.0)(state, item));
    }

    fn done(self, state: &mut S, heard: &mut Heard) {
        heard.guarded(|heard| heard.made(&|slot| (self.1)(state, slot)));
    }
}

/// How an output is taken apart.
pub trait Tell<R>: Copy {
    /// Whether values are captured.
    const CAPTURES: bool;
    /// What is made of the items of a stream.
    type State: Default;

    /// The value or the error.
    fn tell(out: &R) -> Result<Option<Captured<'_>>, Reason<'_>>;

    /// Hears an item of a stream, or that there is no more.
    fn hear(self, state: &mut Self::State, heard: &mut Heard, item: Option<&R>);
}

impl<D, T, V: Listen<T>, F> Tell<T> for How<D, Whole, V, F> {
    const CAPTURES: bool = V::Way::CAPTURES;
    type State = V::State;

    #[inline]
    fn tell(out: &T) -> Result<Option<Captured<'_>>, Reason<'_>> {
        Ok(Self::CAPTURES.then(|| V::Way::show(out)))
    }

    #[inline]
    fn hear(self, state: &mut V::State, heard: &mut Heard, item: Option<&T>) {
        match item {
            Some(item) => {
                self.0.item(state, heard, item);
                heard.came();
            }
            None => self.0.done(state, heard),
        }
    }
}

impl<D, T, E, V: Listen<T>, F: Blame<E>> Tell<Result<T, E>> for How<D, Parts, V, F> {
    const CAPTURES: bool = V::Way::CAPTURES;
    type State = V::State;

    #[inline]
    fn tell(out: &Result<T, E>) -> Result<Option<Captured<'_>>, Reason<'_>> {
        match out {
            Ok(value) => Ok(Self::CAPTURES.then(|| V::Way::show(value))),
            Err(error) => Err(F::blame(error)),
        }
    }

    #[inline]
    fn hear(self, state: &mut V::State, heard: &mut Heard, item: Option<&Result<T, E>>) {
        match item {
            Some(Ok(item)) => {
                self.0.item(state, heard, item);
                heard.came();
            }
            Some(Err(error)) => heard.guarded(|heard| heard.fault(F::blame(error))),
            None => self.0.done(state, heard),
        }
    }
}

impl<R, F0, K, V: Copy, F> Finish<R> for How<(Now, Plain, F0), K, V, F>
where
    Self: Tell<R>,
{
    type Output = R;

    #[inline]
    fn finish(self, mut call: Call, out: R) -> R {
        tell(self, &mut call, &out);
        // There is nothing left to end.
        std::mem::forget(call);
        out
    }

    /// The call and what comes out stay where they are: they were just written in parts, and the processor would wait to
    /// read them as a whole.
    #[inline]
    fn run(self, call: &mut Call, body: impl FnOnce() -> R) -> R {
        call.run_and_tell(body, |call, out| tell(self, call, out))
    }
}

#[inline]
fn tell<R, H: Tell<R>>(_: H, call: &mut Call, out: &R) {
    if call.is_recorded() {
        call.finish(H::tell(out), H::CAPTURES);
    }
}

impl<S: BoxedStream, F0, K, V: Copy, F> Finish<S> for How<(Now, Boxed, F0), K, V, F>
where
    Self: Tell<S::Item, State: Send + Sync + 'static> + Send + Sync + 'static,
{
    type Output = S;
    const IS_OVER: bool = false;

    fn finish(self, call: Call, out: S) -> S {
        if call.is_off() { out } else { out.observed(call, self) }
    }
}

impl<S: BoxedStream, E, F0: Blame<E>, K, V: Copy, F> Finish<Result<S, E>> for How<(Now, BoxedOr, F0), K, V, F>
where
    Self: Tell<S::Item, State: Send + Sync + 'static> + Send + Sync + 'static,
{
    type Output = Result<S, E>;
    const IS_OVER: bool = false;

    fn finish(self, mut call: Call, out: Result<S, E>) -> Result<S, E> {
        match out {
            Ok(stream) if call.is_off() => Ok(stream),
            Ok(stream) => Ok(stream.observed(call, self)),
            Err(error) => {
                call.finish(Err(F0::blame(&error)), Self::CAPTURES);
                Err(error)
            }
        }
    }
}

impl<S: Stream, F0, K, V: Copy, F> Finish<S> for How<(Now, Opened, F0), K, V, F>
where
    Self: Tell<S::Item>,
{
    type Output = ObservedStream<S, Self>;
    const IS_OVER: bool = false;

    #[inline]
    fn finish(self, call: Call, out: S) -> ObservedStream<S, Self> {
        stream(call, out, self)
    }
}

impl<S: Stream, E, F0: Blame<E>, K, V: Copy, F> Finish<Result<S, E>> for How<(Now, OpenedOr, F0), K, V, F>
where
    Self: Tell<S::Item>,
{
    type Output = Result<ObservedStream<S, Self>, E>;
    const IS_OVER: bool = false;

    #[inline]
    fn finish(self, mut call: Call, out: Result<S, E>) -> Result<ObservedStream<S, Self>, E> {
        match out {
            Ok(out) => Ok(stream(call, out, self)),
            Err(error) => {
                call.finish(Err(F0::blame(&error)), Self::CAPTURES);
                Err(error)
            }
        }
    }
}

impl<B: BoxedFuture, S, F0, K, V: Copy, F> Finish<B> for How<(Later, S, F0), K, V, F>
where
    How<(Now, S, F0), K, V, F>: Finish<B::Output, Output = B::Output> + Send + Sync + 'static,
{
    type Output = B;
    const IS_OVER: bool = false;

    fn finish(self, call: Call, out: B) -> B {
        if call.is_off() { out } else { out.observed(call, How::<(Now, S, F0), K, V, F>::new(self.0)) }
    }
}
