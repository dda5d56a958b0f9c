//! What came out: a future or stream in a box goes on as the call does; a `Result` is taken apart, whatever its alias;
//! anything else is a value.
//!
//! Chains of probes as in `capture/probe.rs`: the type decides, by method resolution in the expansion.

use std::convert::Infallible;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use futures_core::stream::Stream;

use crate::call::Call;
use crate::future::future;
use crate::heard::Heard;
use crate::stream::stream;

macro_rules! probes {
    ($($(#[$doc:meta])* $probe:ident($next:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $probe<T>($next<T>);

        impl<T> Deref for $probe<T> {
            type Target = $next<T>;

            #[inline]
            fn deref(&self) -> &$next<T> {
                &self.0
            }
        }
    )*};
}

probes! {
    /// Of what a function returned: a boxed future.
    ViaFuture(ViaNow);
    /// Of an output: a boxed stream.
    ViaStream(ViaStreamResult);
    /// Of an output: a boxed stream, or an error instead.
    ViaStreamResult(ViaPlain);
    /// Of a plain output: a `Result`.
    ViaResult(ViaValue);
}

/// Of what a function returned: it is the output.
#[derive(Debug)]
pub struct ViaNow<T>(T);

/// Of an output: nothing that goes on.
#[derive(Debug)]
pub struct ViaPlain<T>(T);

/// Of a plain output: a value.
#[derive(Debug)]
pub struct ViaValue<T>(T);

/// Looks at what a function returned.
#[inline]
pub fn returned<T>(out: &T) -> ViaFuture<&T> {
    ViaFuture(ViaNow(out))
}

/// Looks at an output.
#[inline]
pub fn output<T>(out: &T) -> ViaStream<&T> {
    ViaStream(ViaStreamResult(ViaPlain(out)))
}

/// Looks at a plain output.
#[inline]
pub fn outcome<T>(out: &T) -> ViaResult<&T> {
    ViaResult(ViaValue(out))
}

impl<T: BoxedFuture> ViaFuture<&T> {
    /// How to go on.
    #[inline]
    pub fn __observe_how(&self) -> AsFuture {
        AsFuture
    }
}

impl<T> ViaNow<&T> {
    /// How to go on.
    #[inline]
    pub fn __observe_how(&self) -> AsNow {
        AsNow
    }
}

impl<T: BoxedStream> ViaStream<&T> {
    /// How to go on.
    #[inline]
    pub fn __observe_how(&self) -> AsStream {
        AsStream
    }
}

impl<T: BoxedStream, E> ViaStreamResult<&Result<T, E>> {
    /// How to go on.
    #[inline]
    pub fn __observe_how(&self) -> AsStreamResult {
        AsStreamResult
    }
}

impl<T> ViaPlain<&T> {
    /// How to go on.
    #[inline]
    pub fn __observe_how(&self) -> AsPlain {
        AsPlain
    }
}

impl<'a, T, E> ViaResult<&'a Result<T, E>> {
    /// The value, or the error.
    #[inline]
    pub fn __observe_split(&self) -> Result<&'a T, &'a E> {
        self.0.0.as_ref()
    }
}

impl<'a, T> ViaValue<&'a T> {
    /// The value.
    #[inline]
    pub fn __observe_split(&self) -> Result<&'a T, &'a Infallible> {
        Ok(self.0)
    }
}

/// The call goes on with the future.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AsFuture;

impl AsFuture {
    /// Observes the future; `finish` ends the call with its output.
    #[inline]
    pub fn __observe_finish<T: BoxedFuture>(
        self,
        call: Call,
        out: T,
        finish: impl Fn(Call, T::Output) -> T::Output + Send + Sync + 'static,
    ) -> T {
        if call.is_off() { out } else { out.observed(call, finish) }
    }
}

/// The call is over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AsNow;

impl AsNow {
    /// `finish` ends the call.
    #[inline]
    pub fn __observe_finish<T>(self, call: Call, out: T, finish: impl FnOnce(Call, T) -> T) -> T {
        finish(call, out)
    }
}

/// The call goes on with the stream.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AsStream;

impl AsStream {
    /// Observes the stream; `hear` is told of each item.
    #[inline]
    pub fn __observe_finish<T: BoxedStream>(
        self,
        call: Call,
        out: T,
        _end: impl FnOnce(Call, &Infallible),
        hear: impl FnMut(&mut Heard, Option<&T::Item>) + Send + Sync + 'static,
    ) -> T {
        if call.is_off() { out } else { out.observed(call, hear) }
    }
}

/// The call goes on with the stream, if there is one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AsStreamResult;

impl AsStreamResult {
    /// Observes the stream, or ends the call with the error.
    #[inline]
    pub fn __observe_finish<T: BoxedStream, E>(
        self,
        call: Call,
        out: Result<T, E>,
        end: impl FnOnce(Call, &Result<Infallible, E>),
        hear: impl FnMut(&mut Heard, Option<&T::Item>) + Send + Sync + 'static,
    ) -> Result<T, E> {
        match out {
            Ok(stream) => Ok(AsStream.__observe_finish(call, stream, |_, _| {}, hear)),
            Err(error) => {
                let error = Err(error);
                end(call, &error);
                error.map(|never| match never {})
            }
        }
    }
}

/// The call is over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AsPlain;

impl AsPlain {
    /// `end` ends the call.
    #[inline]
    pub fn __observe_finish<T>(
        self,
        call: Call,
        out: T,
        end: impl FnOnce(Call, &T),
        _hear: impl FnMut(&mut Heard, Option<&T>),
    ) -> T {
        end(call, &out);
        out
    }
}

/// A boxed future that can be put into another box of the same type.
pub trait BoxedFuture: Sized {
    /// What it gives.
    type Output;

    /// Observes it.
    fn observed(self, call: Call, finish: impl Fn(Call, Self::Output) -> Self::Output + Send + Sync + 'static) -> Self;
}

/// A boxed stream that can be put into another box of the same type.
pub trait BoxedStream: Sized {
    /// What it gives.
    type Item;

    /// Observes it.
    fn observed(self, call: Call, hear: impl FnMut(&mut Heard, Option<&Self::Item>) + Send + Sync + 'static) -> Self;
}

macro_rules! boxed {
    ($(($($auto:ident)*))*) => {$(
        impl<'a, T: 'a> BoxedFuture for Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>> {
            type Output = T;

            fn observed(self, call: Call, finish: impl Fn(Call, T) -> T + Send + Sync + 'static) -> Self {
                Box::pin(future(call, self, finish))
            }
        }

        impl<'a, T: 'a> BoxedFuture for Box<dyn Future<Output = T> $(+ $auto)* + Unpin + 'a> {
            type Output = T;

            fn observed(self, call: Call, finish: impl Fn(Call, T) -> T + Send + Sync + 'static) -> Self {
                Box::new(future(call, self, finish))
            }
        }

        impl<'a, T: 'a> BoxedStream for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>> {
            type Item = T;

            fn observed(self, call: Call, hear: impl FnMut(&mut Heard, Option<&T>) + Send + Sync + 'static) -> Self {
                Box::pin(stream(call, self, hear))
            }
        }

        impl<'a, T: 'a> BoxedStream for Box<dyn Stream<Item = T> $(+ $auto)* + Unpin + 'a> {
            type Item = T;

            fn observed(self, call: Call, hear: impl FnMut(&mut Heard, Option<&T>) + Send + Sync + 'static) -> Self {
                Box::new(stream(call, self, hear))
            }
        }
    )*};
}

boxed! { () (Send) (Send Sync) }
