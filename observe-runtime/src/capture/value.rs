//! A value that is to be captured, and the way that its type allows: found out by a probe, used when there is a record.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display};

use serde_core::Serialize;

use super::Limits;
use super::fault::{self, BoxedError};
use super::known::Known;
use super::slot::Slot;
use super::writer::{self, Writer};
use crate::lifetimes;

/// A value and how it is captured.
pub struct Captured<'a>(Way<'a>);

enum Way<'a> {
    /// A text that is known.
    Text(&'a str),
    Known(&'a dyn Known),
    Serialize(&'a dyn Written),
    Debug(&'a dyn Debug),
    Display(&'a dyn Display),
    Str(&'a dyn AsRef<str>),
    Type(&'a dyn Typed),
    Nothing,
    /// Computed only where it is captured.
    Lazy(&'a mut dyn FnMut(Slot<'_>)),
}

/// `Serialize` without its generics.
trait Written {
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), writer::Error>;
}

impl<T: Serialize> Written for T {
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), writer::Error> {
        self.serialize(writer)
    }
}

/// Any type: what it turns out to be, or its name.
trait Typed {
    fn known(&self) -> Option<&dyn Known>;
    fn name(&self) -> &'static str;
}

impl<T> Typed for T {
    fn known(&self) -> Option<&dyn Known> {
        lifetimes::known(self)
    }

    fn name(&self) -> &'static str {
        type_name::<T>()
    }
}

impl Captured<'_> {
    /// Appends the value. What is computed may panic: that goes no further.
    #[inline]
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, limits: Limits) {
        if let Way::Text(text) = self.0 {
            Writer::new(out, limits).string(text);
        } else {
            self.write_any(out, limits);
        }
    }

    #[inline(never)]
    fn write_any(&mut self, out: &mut Vec<u8>, limits: Limits) {
        match &mut self.0 {
            Way::Text(text) => Writer::new(out, limits).string(text),
            Way::Known(value) => value.write(&mut Writer::new(out, limits)),
            Way::Serialize(value) => Slot::value(out, limits).fill(&|writer| (**value).write(writer)),
            Way::Debug(value) => Slot::value(out, limits).format(format_args!("{value:?}")),
            Way::Display(value) => Slot::value(out, limits).format(format_args!("{value}")),
            Way::Str(value) => Slot::value(out, limits).fill(&|writer| {
                writer.string((*value).as_ref());
                Ok(())
            }),
            // Not what a reference to it would turn out to be.
            Way::Type(value) => match (**value).known() {
                Some(known) => known.write(&mut Writer::new(out, limits)),
                None => Writer::new(out, limits).string((**value).name()),
            },
            Way::Nothing => drop(Slot::value(out, limits)),
            Way::Lazy(write) => Slot::value(out, limits).evaluate(*write),
        }
    }
}

impl Debug for Captured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").finish_non_exhaustive()
    }
}

/// What an expression gives, which is computed only if it is captured.
#[inline]
pub fn lazy<'a>(write: &'a mut dyn FnMut(Slot<'_>)) -> Captured<'a> {
    Captured(Way::Lazy(write))
}

/// A value whose type is spelt like a number or `&str`, which need not be asked what it can do: the compiler takes its time for
/// that. A type of somebody's own that is spelt so is shown by its name.
#[inline]
pub fn spelt<T>(value: &T) -> Captured<'_> {
    let known = lifetimes::plain(value);
    Captured(known.map_or(Way::Type(value), |known| known.text().map_or(Way::Known(known), Way::Text)))
}

/// A way to capture values of type `T`.
pub trait Show<T>: Copy {
    /// Whether anything is captured.
    const CAPTURES: bool = true;

    /// The value, to be captured.
    fn show(value: &T) -> Captured<'_>;

    /// The value, if it is a text.
    #[inline]
    fn text(_: &T) -> Option<&str> {
        None
    }
}

/// A text, a number or bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ByKnown;

impl<T: Known> Show<T> for ByKnown {
    #[inline]
    fn show(value: &T) -> Captured<'_> {
        Captured(value.text().map_or(Way::Known(value), Way::Text))
    }

    #[inline]
    fn text(value: &T) -> Option<&str> {
        value.text()
    }
}

/// An error and how its text is found.
#[derive(Clone, Copy)]
pub struct Reason<'a>(Text<'a>);

#[derive(Clone, Copy)]
enum Text<'a> {
    Error(&'a dyn Error),
    Display(&'a dyn Display),
    /// As the option `err` says, not in the alternate form.
    Plain(&'a dyn Display),
    Debug(&'a dyn Debug),
    Type(&'a dyn Typed),
}

impl Reason<'_> {
    /// Writes the text.
    #[cold]
    pub(crate) fn write(self, slot: Slot<'_>) {
        match self.0 {
            Text::Error(error) => fault::chain(slot, error),
            Text::Display(error) => fault::format(slot, format_args!("{error:#}")),
            Text::Plain(error) => fault::format(slot, format_args!("{error}")),
            Text::Debug(error) => fault::format(slot, format_args!("{error:?}")),
            Text::Type(error) => match error.known() {
                Some(known) => slot.say(&|text| text.known(known)),
                None => slot.say(&|text| text.known(&error.name())),
            },
        }
    }
}

impl Debug for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reason").finish_non_exhaustive()
    }
}

/// A way to find the text of errors of type `E`.
pub trait Blame<E>: Copy {
    /// The error, to be described.
    fn blame(error: &E) -> Reason<'_>;
}

macro_rules! ways {
    ($($(#[$doc:meta])* $way:ident: $trait:ident<$T:ident> $(where $bound:path)?, |$value:ident| $make:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct $way;
        ways!(@impl $way: $trait<$T> $(where $bound)?, |$value| $make);
    )*};
    (@impl $way:ident: Show<$T:ident> $(where $bound:path)?, |$value:ident| $make:expr) => {
        impl<$T $(: $bound)?> Show<$T> for $way {
            #[inline]
            fn show($value: &$T) -> Captured<'_> {
                Captured($make)
            }
        }
    };
    (@impl $way:ident: Blame<$T:ident> $(where $bound:path)?, |$value:ident| $make:expr) => {
        impl<$T $(: $bound)?> Blame<$T> for $way {
            #[inline]
            fn blame($value: &$T) -> Reason<'_> {
                Reason($make)
            }
        }
    };
}

ways! {
    /// Through `Serialize`.
    BySerialize: Show<T> where Serialize, |value| Way::Serialize(value);
    /// Through `Debug`.
    ByDebug: Show<T> where Debug, |value| Way::Debug(value);
    /// Through `Display`.
    ByDisplay: Show<T> where Display, |value| Way::Display(value);
    /// Through `AsRef<str>`.
    ByStr: Show<T> where AsRef<str>, |value| Way::Str(value);
    /// Through what the type turns out to be.
    ByType: Show<T>, |value| Way::Type(value);
    /// A boxed error.
    FaultByBox: Blame<E> where BoxedError, |error| Text::Error(error.unboxed());
    /// Through `Error`.
    FaultByError: Blame<E> where Error, |error| Text::Error(error);
    /// Through `Display`, alternate form.
    FaultByDisplay: Blame<E> where Display, |error| Text::Display(error);
    /// Through `Debug`.
    FaultByDebug: Blame<E> where Debug, |error| Text::Debug(error);
    /// Through what the type turns out to be.
    FaultByType: Blame<E>, |error| Text::Type(error);
    /// Through `Display`, as the option `err` says.
    FaultByPlain: Blame<E> where Display, |error| Text::Plain(error);
}

/// Not captured.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ByNothing;

impl<T> Show<T> for ByNothing {
    const CAPTURES: bool = false;

    #[inline]
    fn show(_: &T) -> Captured<'_> {
        Captured(Way::Nothing)
    }
}
