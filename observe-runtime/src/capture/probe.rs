//! What a value can do decides how it is captured, without a bound on anything.
//!
//! Each probe has one method, for types with one trait, and derefs to the next weaker probe. Its name is one that no
//! trait in a user's scope has. Method resolution at the call takes the first that fits:
//! known → `Serialize` → `Debug` → `Display` → `AsRef<str>` → what the type turns out to be → its name.

use std::any::type_name;
use std::fmt::{Debug, Display};
use std::ops::Deref;

use serde_core::Serialize;

use super::known::Known;
use super::slot::Slot;
use super::types;

/// The strongest probe of a value.
#[inline]
pub fn probe<T: ?Sized>(value: &T) -> ViaKnown<&T> {
    ViaKnown(ViaSerialize(ViaDebug(ViaDisplay(ViaStr(ViaType(value))))))
}

macro_rules! probes {
    ($($(#[$doc:meta])* $probe:ident($next:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Copy, Debug)]
pub struct ViaType<T>(T);

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
        match types::known(self.0) {
            Some(known) => slot.known(known),
            None => slot.known(&type_name::<T>()),
        }
    }
}
