//! What comes out, known by its type before there is a value: a future or stream in a box goes on as the call does, a
//! `Result` is taken apart whatever its alias, anything else is a value.
//!
//! - Chains of probes as in `capture/probe.rs`, asked of types: each step finds one thing, by method resolution in the
//!   expansion. What all of them found is [`How`], which takes no room in a future.
//! - A step keeps what was found before it, and the types to ask after it: see [`Ask`].
//!
//! ```text
//! returned: a future? ─┐
//! output: ─────────────┴─> a stream? ─> the error instead of one ─┐
//! of: ────────────────────────────────────────────────────────────┴─> a `Result`? ─> its value ─> its error ─> How
//! ```

#![expect(clippy::type_complexity, reason = "a type says all that was found")]

use std::convert::Infallible;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;

use futures_core::stream::Stream;
use serde_core::Serialize;

use crate::capture::{
    BoxedError, ByDebug, ByDisplay, ByKnown, ByNothing, BySerialize, ByStr, ByType, FaultByBox, FaultByDebug,
    FaultByDisplay, FaultByError, FaultByPlain, FaultByType, FaultViaBox, FaultViaDebug, FaultViaDisplay,
    FaultViaError, FaultViaType, Known, Slot, ViaDebug, ViaDisplay, ViaKnown, ViaSerialize, ViaStr, ViaType, ask_error,
    ask_value, error_probes, probes, value_probes,
};
use crate::finish::Collect;
use crate::lifetimes::{BoxedFuture, BoxedStream};

/// A type that is asked, with what was found so far, what is to be asked then, and the way of values once that is found.
///
/// What was found is a type, not a value: a value would have to be `Copy`, which the compiler would prove at every step.
pub struct Ask<Found, T, Then = (), V = ()>(V, PhantomData<fn() -> (Found, T, Then)>);

impl<Found, T, Then, V> Debug for Ask<Found, T, Then, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").finish_non_exhaustive()
    }
}

/// How a call ends, and its output is captured: when it is over, what kind of output there is, and the ways of its value
/// and its error.
pub struct How<When, Kind, V, F>(pub(crate) V, PhantomData<fn() -> (When, Kind, F)>);

impl<When, Kind, V: Copy, F> Clone for How<When, Kind, V, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<When, Kind, V: Copy, F> Copy for How<When, Kind, V, F> {}

impl<When, Kind, V, F> Debug for How<When, Kind, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("How").finish_non_exhaustive()
    }
}

impl<When, Kind, V, F> How<When, Kind, V, F> {
    pub(crate) fn new(values: V) -> Self {
        Self(values, PhantomData)
    }
}

macro_rules! markers {
    ($($(#[$doc:meta])* $marker:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct $marker;
    )*};
}

markers! {
    /// The call is over when the function returns, or the future that was made of it is done.
    Now,
    /// The call is over when the future in a box is done.
    Later,
    /// Nothing goes on.
    Plain,
    /// A stream in a box, which is put into another.
    Boxed,
    /// Such a stream, or an error.
    BoxedOr,
    /// A stream that becomes one of ours.
    Opened,
    /// Such a stream, or an error.
    OpenedOr,
    /// It is a `Result`.
    Parts,
    /// It is a value.
    Whole,
}

probes! {
    /// A boxed future.
    ViaFuture(ViaNow);
    /// A boxed stream.
    ViaStream(ViaStreamResult);
    /// A boxed stream, or an error instead.
    ViaStreamResult(ViaPlain);
    /// A `Result`.
    ViaResult(ViaValue);
}

/// No future.
#[derive(Debug)]
pub struct ViaNow<T>(T);

/// Nothing that goes on.
#[derive(Debug)]
pub struct ViaPlain<T>(T);

/// A value.
#[derive(Debug)]
pub struct ViaValue<T>(T);

type Found<When, Stream, Refusal> = (When, Stream, Refusal);
type AskRefusal<When, Stream, E, T> = FaultViaBox<Ask<(When, Stream), E, T>>;
type AskSplit<When, Stream, Refusal, T> = ViaResult<Ask<Found<When, Stream, Refusal>, T>>;
type AskStream<When, T> = ViaStream<Ask<When, T>>;

#[inline]
fn ask_split<D, T>() -> ViaResult<Ask<D, T>> {
    ViaResult(ViaValue(Ask((), PhantomData)))
}

#[inline]
fn ask_stream<D, T>() -> ViaStream<Ask<D, T>> {
    ViaStream(ViaStreamResult(ViaPlain(Ask((), PhantomData))))
}

#[inline]
fn ask_refusal<D, E, T>() -> FaultViaBox<Ask<D, E, T>> {
    ask_error(Ask((), PhantomData))
}

/// Asks the type of what a function returns: it may be a future in a box.
#[inline]
pub fn returned<R>(_: &[R]) -> ViaFuture<Ask<(), R>> {
    ViaFuture(ViaNow(Ask((), PhantomData)))
}

/// Asks the type of what a future gives: it may be a stream in a box.
#[inline]
pub fn output<F: Future>(_: &F) -> AskStream<Now, F::Output> {
    ask_stream()
}

/// Asks the type of an output that has no name: it may be a stream in a box.
#[inline]
pub fn output_type<R>(_: Type<R>) -> AskStream<Now, R> {
    ask_stream()
}

/// Asks the type of what a future gives, which does not go on.
#[inline]
pub fn of_output<F: Future>(_: &F) -> AskSplit<Now, Plain, FaultByError, F::Output> {
    ask_split()
}

/// Asks the type of an output that does not go on.
#[inline]
pub fn of<R>(_: &[R]) -> AskSplit<Now, Plain, FaultByError, R> {
    ask_split()
}

/// Asks the type of an output that has no name.
#[inline]
pub fn of_type<R>(_: Type<R>) -> AskSplit<Now, Plain, FaultByError, R> {
    ask_split()
}

/// Asks the type of the error that comes instead of a stream, and then that of its items.
#[inline]
pub fn items_or<I, S: Stream<Item = I>, E>(_: Type<Result<S, E>>) -> AskRefusal<Now, OpenedOr, E, I> {
    ask_refusal()
}

/// A type that need not be named.
pub struct Type<T>(Other<T>);

/// One that is no stream, whatever it is called.
pub struct Other<T>(PhantomData<fn() -> T>);

impl<T> Debug for Other<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Other").finish_non_exhaustive()
    }
}

impl<T> Deref for Type<T> {
    type Target = Other<T>;

    #[inline]
    fn deref(&self) -> &Other<T> {
        &self.0
    }
}

impl<S: Stream> Type<S> {
    /// Asks the type of a stream's items.
    #[inline]
    pub fn __observe_items<I>(&self) -> AskSplit<Now, Opened, FaultByError, I>
    where
        S: Stream<Item = I>,
    {
        ask_split()
    }
}

impl<T> Other<T> {
    /// Asks the type of a value.
    #[inline]
    #[expect(clippy::extra_unused_type_parameters, reason = "as that of a stream has")]
    pub fn __observe_items<I>(&self) -> AskSplit<Now, Plain, FaultByError, T> {
        ask_split()
    }
}

impl<T> Debug for Type<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Type").finish_non_exhaustive()
    }
}

/// The type of this.
#[inline]
pub fn typed<T>(_: &T) -> Type<T> {
    Type(Other(PhantomData))
}

/// The type of what this future gives.
#[inline]
pub fn awaited<O, F: Future<Output = O>>(_: &[O], _: &F) -> Type<O> {
    Type(Other(PhantomData))
}

impl<R: BoxedFuture> ViaFuture<Ask<(), R>> {
    /// It is over when the future is.
    #[inline]
    pub fn __observe_later(&self) -> AskStream<Later, R::Output> {
        ask_stream()
    }
}

impl<R> ViaNow<Ask<(), R>> {
    /// It is over at once.
    #[inline]
    pub fn __observe_later(&self) -> AskStream<Now, R> {
        ask_stream()
    }
}

impl<W, S: BoxedStream> ViaStream<Ask<W, S>> {
    /// It is a stream.
    #[inline]
    pub fn __observe_stream(&self) -> AskRefusal<W, Boxed, Infallible, S::Item> {
        ask_refusal()
    }
}

impl<W, S: BoxedStream, E> ViaStreamResult<Ask<W, Result<S, E>>> {
    /// It is a stream or an error.
    #[inline]
    pub fn __observe_stream(&self) -> AskRefusal<W, BoxedOr, E, S::Item> {
        ask_refusal()
    }
}

impl<W, T> ViaPlain<Ask<W, T>> {
    /// It does not go on.
    #[inline]
    pub fn __observe_stream(&self) -> AskRefusal<W, Plain, Infallible, T> {
        ask_refusal()
    }
}

impl<D, T, E> ViaResult<Ask<D, Result<T, E>>> {
    /// A value or an error.
    #[inline]
    pub fn __observe_split(&self) -> ViaKnown<Ask<(D, Parts), T, E>> {
        ask_value(Ask((), PhantomData))
    }
}

impl<D, T> ViaValue<Ask<D, T>> {
    /// A value.
    #[inline]
    pub fn __observe_split(&self) -> ViaKnown<Ask<(D, Whole), T, Infallible>> {
        ask_value(Ask((), PhantomData))
    }
}

macro_rules! values {
    ($($probe:ident $(: $bound:ident$(<$of:ty>)?)?, $way:ident;)*) => {$(
        impl<D, T $(: $bound$(<$of>)?)?, E> $probe<Ask<D, T, E>> {
            /// The way of the value.
            #[inline]
            pub fn __observe_shown(&self) -> FaultViaBox<Ask<D, E, T, $way>> {
                ask_error(Ask($way, PhantomData))
            }
        }
    )*};
}

value_probes!(values);

impl<D, T, E> ViaKnown<Ask<D, T, E>> {
    /// The value is not captured.
    #[inline]
    pub fn __observe_nothing(&self) -> FaultViaBox<Ask<D, E, T, ByNothing>> {
        ask_error(Ask(ByNothing, PhantomData))
    }
}

impl<D, V: Copy, E, T> FaultViaBox<Ask<D, E, T, V>> {
    /// The items of a stream are folded, and what was made of them is captured.
    #[inline]
    pub fn __observe_collect<S: Default, C, M>(
        &self,
        fold: C,
        made: M,
    ) -> FaultViaBox<Ask<D, E, T, Collect<S, C, M, V>>>
    where
        C: Fn(&mut S, &T) + Copy,
        M: Fn(&S, Slot<'_>) + Copy,
    {
        ask_error(Ask(Collect::new(fold, made, self.asked().0), PhantomData))
    }
}

macro_rules! errors {
    ($($probe:ident $(: $bound:ident)?, $way:ident;)*) => {$(
        impl<W, S, E $(: $bound)?, T> $probe<Ask<(W, S), E, T>> {
            /// The way of the error that comes instead of a stream.
            #[inline]
            pub fn __observe_refusal(&self) -> AskSplit<W, S, $way, T> {
                ask_split()
            }
        }

        impl<D, K, V: Copy, E $(: $bound)?, T> $probe<Ask<(D, K), E, T, V>> {
            /// The way of the error.
            #[inline]
            pub fn __observe_fault(&self) -> How<D, K, V, $way> {
                How::new(self.asked().0)
            }
        }
    )*};
}

error_probes!(errors);

/// The option `err = Debug`, of the error that comes instead of a stream.
#[inline]
pub fn refusal_by_debug<W, S, E: Debug, T>(_: &FaultViaBox<Ask<(W, S), E, T>>) -> AskSplit<W, S, FaultByDebug, T> {
    ask_split()
}

/// The option `err = Display`, of the error that comes instead of a stream.
#[inline]
pub fn refusal_by_display<W, S, E: Display, T>(_: &FaultViaBox<Ask<(W, S), E, T>>) -> AskSplit<W, S, FaultByPlain, T> {
    ask_split()
}

/// The option `err = Debug`.
#[inline]
pub fn fault_by_debug<D, K, V: Copy, E: Debug, T>(
    asked: &FaultViaBox<Ask<(D, K), E, T, V>>,
) -> How<D, K, V, FaultByDebug> {
    How::new(asked.asked().0)
}

/// The option `err = Display`.
#[inline]
pub fn fault_by_display<D, K, V: Copy, E: Display, T>(
    asked: &FaultViaBox<Ask<(D, K), E, T, V>>,
) -> How<D, K, V, FaultByPlain> {
    How::new(asked.asked().0)
}
