//! What a type turns out to be at run time, where no trait bound says anything.
//!
//! The one place with `unsafe`: a reference to a value is read as the type that its identity says it is.

#![allow(unsafe_code)]

use std::any::TypeId;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::known::Known;

/// Whether the elements of an array are bytes, as `serialize_element` sees them. Decided at compile time.
#[inline]
pub(super) fn is_byte<T: ?Sized>() -> bool {
    let id = typeid::of::<T>();
    id == TypeId::of::<u8>() || id == TypeId::of::<&'static u8>()
}

/// `value` as what it turns out to be, if that is known.
#[inline]
pub(super) fn known<'a, T: ?Sized>(value: &'a T) -> Option<&'a (dyn Known + 'a)> {
    // SAFETY: the identity is that of `T`, which `value` points to for all of `'a`.
    unsafe { read(typeid::of::<T>(), std::ptr::from_ref(value).cast()) }
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
/// `value` points to a value of the type with identity `id`, borrowed for `'a`.
unsafe fn read<'a>(id: TypeId, value: *const ()) -> Option<&'a (dyn Known + 'a)> {
    read_as! { id, value:
        String, &'a str, &'a String, Cow<'a, str>, Box<str>, Arc<str>, Rc<str>, Arc<String>,
        Option<String>, Option<&'a str>, PathBuf, &'a Path, &'a PathBuf,
        bool, char, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize,
        Vec<u8>, &'a [u8], &'a Vec<u8>, Cow<'a, [u8]>, Box<[u8]>, Arc<[u8]>, Rc<[u8]>,
    }
    None
}
