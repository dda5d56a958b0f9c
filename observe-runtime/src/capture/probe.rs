//! What a value can do decides how it is captured, without a bound on anything.
//!
//! Each probe has methods for types with one trait, and derefs to the next weaker probe. Their names are such that no
//! trait in a user's scope has. Method resolution at the call takes the first that fits:
//! known → `Serialize` → `Debug` → `Display` → `AsRef<str>` → what the type turns out to be → its name.
//!
//! A probe asks a value, or the type of one that is still to come: see `returned.rs`.

use std::any::type_name;
use std::fmt::{Debug, Display};
use std::ops::Deref;

use serde_core::Serialize;

use super::chains::{probes, value_probes};
use super::known::Known;
use super::slot::Slot;

use super::value::{ByDebug, ByDisplay, ByKnown, BySerialize, ByStr, ByType, Captured, Show};
use crate::lifetimes;

/// The strongest probe of a value.
#[inline]
pub fn probe<T: ?Sized>(value: &T) -> ViaKnown<&T> {
    strongest(value)
}

#[inline]
pub(crate) fn strongest<T>(asked: T) -> ViaKnown<T> {
    ViaKnown(ViaSerialize(ViaDebug(ViaDisplay(ViaStr(ViaType(asked))))))
}

probes! {
    /// A text, a number or bytes, written without running anybody's code.
    ViaKnown(ViaSerialize);
    /// Through `Serialize`.
    ViaSerialize(ViaDebug);
    /// Through `Debug`, as a text.
    ViaDebug(ViaDisplay);
    /// Through `Display`, as a text.
    ViaDisplay(ViaStr);
    /// Through `AsRef<str>`.
    ViaStr(ViaType);
}

/// Through what the type turns out to be at run time, else by its name.
#[derive(Debug)]
pub struct ViaType<T>(T);

impl<T> ViaType<T> {
    /// What is asked.
    #[inline]
    pub(crate) fn asked(&self) -> &T {
        &self.0
    }
}

macro_rules! values {
    ($($probe:ident $(: $bound:ident$(<$of:ty>)?)?, $way:ident;)*) => {$(
        impl<'a, T $(: $bound$(<$of>)?)?> $probe<&'a T> {
            /// The value, to be captured.
            #[inline]
            pub fn __observe_value(&self) -> Captured<'a> {
                $way::show(*self.asked())
            }
        }
    )*};
}

value_probes!(values);

impl<T: Known + ?Sized> ViaKnown<&T> {
    /// Writes the value.
    #[inline]
    pub fn __observe_capture(&self, slot: Slot<'_>) {
        let value = self.0.0.0.0.0.0;
        slot.known(&value);
    }
}

impl<T: Serialize + ?Sized> ViaSerialize<&T> {
    /// Writes the value.
    #[inline]
    pub fn __observe_capture(&self, slot: Slot<'_>) {
        let value = self.0.0.0.0.0;
        slot.fill(&|writer| value.serialize(writer));
    }
}

impl<T: Debug + ?Sized> ViaDebug<&T> {
    /// Writes the value.
    #[inline]
    pub fn __observe_capture(&self, slot: Slot<'_>) {
        slot.format(format_args!("{:?}", self.0.0.0.0));
    }
}

impl<T: Display + ?Sized> ViaDisplay<&T> {
    /// Writes the value.
    #[inline]
    pub fn __observe_capture(&self, slot: Slot<'_>) {
        slot.format(format_args!("{}", self.0.0.0));
    }
}

impl<T: AsRef<str> + ?Sized> ViaStr<&T> {
    /// Writes the value.
    #[inline]
    pub fn __observe_capture(&self, slot: Slot<'_>) {
        let value = self.0.0;
        slot.fill(&|writer| {
            writer.string(value.as_ref());
            Ok(())
        });
    }
}

impl<T: ?Sized> ViaType<&T> {
    /// Writes the value, or the name of its type.
    #[inline]
    pub fn __observe_capture(&self, slot: Slot<'_>) {
        match lifetimes::known(self.0) {
            Some(known) => slot.known(known),
            None => slot.known(&type_name::<T>()),
        }
    }
}
