//! What an error says: the same chain of probes as for values, with the errors first.
//!
//! `Error` (with all its sources) → `Display` (alternate, which shows the sources of `anyhow`) → `Debug` → what the
//! type turns out to be → its name.
//!
//! The methods that expansions call are named so that no trait in a user's scope has one of the same name.

use std::any::Any;
use std::error::Error;
use std::fmt::{Arguments, Write};
#[cfg(test)]
use std::fmt::{Debug, Display};
use std::ops::Deref;

#[cfg(test)]
use super::chains::error_probes;
use super::chains::probes;
use super::slot::{Slot, Text};
#[cfg(test)]
use super::value::{Blame as _, FaultByBox, FaultByDebug, FaultByDisplay, FaultByError, FaultByType};

/// The most sources that are followed: a chain may be a circle.
const SOURCES: usize = 64;

/// What a panic unwound with.
pub(crate) type Thrown = Box<dyn Any + Send>;

/// Says that something panicked, and with which text: that of `panic!` and its like is a `&str` or a `String`.
#[cold]
pub(crate) fn panicked(thrown: Option<&Thrown>, slot: Slot<'_>) {
    let text = thrown.and_then(|thrown| {
        let literal = thrown.downcast_ref::<&str>().copied();
        literal.or_else(|| thrown.downcast_ref::<String>().map(String::as_str))
    });
    match text {
        Some(text) => format(slot, format_args!("panicked: {text}")),
        None => format(slot, format_args!("panicked")),
    }
}

/// The strongest probe of an error.
#[inline]
pub(crate) fn strongest<E>(asked: E) -> FaultViaBox<E> {
    FaultViaBox(FaultViaError(FaultViaDisplay(FaultViaDebug(FaultViaType(asked)))))
}

probes! {
    /// A boxed error, which is no error itself.
    FaultViaBox(FaultViaError);
    /// Through `Error`: its text and those of its sources.
    FaultViaError(FaultViaDisplay);
    /// Through `Display`, alternate form.
    FaultViaDisplay(FaultViaDebug);
    /// Through `Debug`.
    FaultViaDebug(FaultViaType);
}

/// Through what the type turns out to be at run time, else by its name.
#[derive(Debug)]
pub struct FaultViaType<E>(E);

impl<E> FaultViaType<E> {
    /// What is asked.
    #[inline]
    pub(crate) fn asked(&self) -> &E {
        &self.0
    }
}

/// A box of an error: not an error itself.
pub trait BoxedError {
    /// What is in the box.
    fn unboxed(&self) -> &dyn Error;
}

macro_rules! boxed {
    ($($error:ty,)*) => {$(
        impl<'a> BoxedError for $error {
            fn unboxed(&self) -> &dyn Error {
                &**self
            }
        }
    )*};
}

boxed! { Box<dyn Error + 'a>, Box<dyn Error + Send + 'a>, Box<dyn Error + Send + Sync + 'a>, }

#[cfg(test)]
macro_rules! values {
    ($($probe:ident $(: $bound:ident)?, $way:ident;)*) => {$(
        impl<E $(: $bound)?> $probe<&E> {
            pub(super) fn __observe_describe(&self, slot: Slot<'_>) {
                $way::blame(*self.asked()).write(slot);
            }
        }
    )*};
}

#[cfg(test)]
error_probes!(values);

#[cold]
pub(super) fn format(slot: Slot<'_>, text: Arguments<'_>) {
    slot.say(&|out| write(out, text));
}

/// `outer: middle: inner`, without what an outer text says already at its end.
#[cold]
pub(crate) fn chain(slot: Slot<'_>, error: &dyn Error) {
    slot.say(&|out| {
        let start = out.len();
        write(out, format_args!("{error}"));
        let mut source = error.source();
        for _ in 0..SOURCES {
            let Some(cause) = source else { break };
            let end = out.len();
            write(out, format_args!(": "));
            let middle = out.len();
            write(out, format_args!("{cause}"));
            out.drop_echo(start, end, middle);
            source = cause.source();
        }
    });
}

fn write(out: &mut Text<'_>, text: Arguments<'_>) {
    // A formatter that fails leaves what it wrote.
    let _ = out.write_fmt(text);
}
