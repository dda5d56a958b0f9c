//! Types that are the same but for their lifetimes, which the compiler cannot see: the one place with `unsafe` outside the
//! journal.
//!
//! - What a type turns out to be at run time, where no trait bound says anything: a reference to a value is read as the type
//!   that its identity says it is.
//! - Boxed futures and streams, which are put into another box of the same type: it may say that it lives longer than what they
//!   give is known to.

#![allow(unsafe_code)]

use std::any::TypeId;
use std::borrow::Cow;
use std::future::Future;
use std::mem::transmute;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_core::stream::Stream;

use crate::call::Call;
use crate::capture::Known;
use crate::finish::{Finish, Tell};
use crate::future::future;
use crate::stream::stream;

/// Whether the elements of an array are bytes, as `serialize_element` sees them. Decided at compile time.
#[inline]
pub(crate) fn is_byte<T: ?Sized>() -> bool {
    let id = typeid::of::<T>();
    id == TypeId::of::<u8>() || id == TypeId::of::<&'static u8>()
}

/// `value` as what it turns out to be, if that is known.
#[inline]
pub(crate) fn known<'a, T: ?Sized>(value: &'a T) -> Option<&'a (dyn Known + 'a)> {
    // SAFETY: the identity is that of `T`, which `value` points to for all of `'a`.
    unsafe { read(typeid::of::<T>(), std::ptr::from_ref(value).cast()) }
}

/// The same for texts and numbers only. Decided at compile time.
#[inline(always)]
pub(crate) fn plain<T>(value: &T) -> Option<&(dyn Known + '_)> {
    // SAFETY: as in `known`.
    unsafe { read_plain(typeid::of::<T>(), std::ptr::from_ref(value).cast()) }
}

macro_rules! read_as {
    ($id:ident, $value:ident: $($known:ty,)*) => {$(
        if $id == typeid::of::<$known>() {
            // SAFETY: equal identities are equal types but for lifetimes. `$known` names no lifetime but `'a`, for
            // which the caller vouches that the value lives, and so does all that it borrows; and it is covariant
            // in it, so that a longer lifetime can be read as this one.
            return Some(unsafe { &*$value.cast::<$known>() });
        }
    )*};
}

/// # Safety
/// As of `read`.
#[inline(always)]
unsafe fn read_plain<'a>(id: TypeId, value: *const ()) -> Option<&'a (dyn Known + 'a)> {
    read_as! { id, value:
        &'a str, bool, char, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize,
    }
    None
}

/// # Safety
/// `value` points to a value of the type with identity `id`, borrowed for `'a`.
unsafe fn read<'a>(id: TypeId, value: *const ()) -> Option<&'a (dyn Known + 'a)> {
    // SAFETY: the same.
    if let Some(plain) = unsafe { read_plain(id, value) } {
        return Some(plain);
    }
    read_as! { id, value:
        String, &'a String, Cow<'a, str>, Box<str>, Arc<str>, Rc<str>, Arc<String>,
        Option<String>, Option<&'a str>, PathBuf, &'a Path, &'a PathBuf,
        Vec<u8>, &'a [u8], &'a Vec<u8>, Cow<'a, [u8]>, Box<[u8]>, Arc<[u8]>, Rc<[u8]>,
    }
    None
}

/// A boxed future that can be put into another box of the same type.
pub trait BoxedFuture: Sized {
    /// What it gives.
    type Output;

    /// Observes it.
    fn observed<H>(self, call: Call, how: H) -> Self
    where
        H: Finish<Self::Output, Output = Self::Output> + Send + Sync + 'static;
}

/// A boxed stream that can be put into another box of the same type.
pub trait BoxedStream: Sized {
    /// What it gives.
    type Item;

    /// Observes it.
    fn observed<H, State>(self, call: Call, how: H) -> Self
    where
        H: Tell<Self::Item, State = State> + Send + Sync + 'static,
        State: Default + Send + Sync + 'static;
}

// SAFETY of `transmute` here: the types are the same but for the lifetime of what is in the box, which becomes `'a`. In it are
// the box that was given, which says of itself that it lives for `'a`, a `Call`, and `how` with its state, which are `'static`.
// The compiler asks for `T: 'a` besides, because the type in the box names `T`; but a box that says so already was given.
macro_rules! boxed {
    ($(($($auto:ident)*))*) => {$(
        impl<'a, T> BoxedFuture for Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>> {
            type Output = T;

            fn observed<H: Finish<T, Output = T> + Send + Sync + 'static>(self, call: Call, how: H) -> Self {
                let observed: Pin<Box<dyn Future<Output = T> $(+ $auto)* + '_>> = Box::pin(future(how, call, self));
                // SAFETY: see above.
                unsafe { transmute::<Pin<Box<dyn Future<Output = T> $(+ $auto)* + '_>>, Self>(observed) }
            }
        }

        impl<'a, T> BoxedFuture for Box<dyn Future<Output = T> $(+ $auto)* + Unpin + 'a> {
            type Output = T;

            fn observed<H: Finish<T, Output = T> + Send + Sync + 'static>(self, call: Call, how: H) -> Self {
                let observed: Box<dyn Future<Output = T> $(+ $auto)* + Unpin + '_> = Box::new(future(how, call, self));
                // SAFETY: see above.
                unsafe { transmute::<Box<dyn Future<Output = T> $(+ $auto)* + Unpin + '_>, Self>(observed) }
            }
        }

        impl<'a, T> BoxedStream for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>> {
            type Item = T;

            fn observed<H, State>(self, call: Call, how: H) -> Self
            where
                H: Tell<T, State = State> + Send + Sync + 'static,
                State: Default + Send + Sync + 'static,
            {
                let observed: Pin<Box<dyn Stream<Item = T> $(+ $auto)* + '_>> = Box::pin(stream(call, self, how));
                // SAFETY: see above.
                unsafe { transmute::<Pin<Box<dyn Stream<Item = T> $(+ $auto)* + '_>>, Self>(observed) }
            }
        }

        impl<'a, T> BoxedStream for Box<dyn Stream<Item = T> $(+ $auto)* + Unpin + 'a> {
            type Item = T;

            fn observed<H, State>(self, call: Call, how: H) -> Self
            where
                H: Tell<T, State = State> + Send + Sync + 'static,
                State: Default + Send + Sync + 'static,
            {
                let observed: Box<dyn Stream<Item = T> $(+ $auto)* + Unpin + '_> = Box::new(stream(call, self, how));
                // SAFETY: see above.
                unsafe { transmute::<Box<dyn Stream<Item = T> $(+ $auto)* + Unpin + '_>, Self>(observed) }
            }
        }
    )*};
}

boxed! { () (Send) (Send Sync) }
