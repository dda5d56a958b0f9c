//! Types whose text is known without running anybody's code: texts, numbers, bytes.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::compound::FEW_BYTES;
use super::float;
use super::writer::Writer;

/// A type that is written directly. It cannot fail or panic.
pub trait Known {
    /// Writes it as JSON.
    fn write(&self, writer: &mut Writer<'_>);

    /// The text, if it is one.
    #[inline]
    fn text(&self) -> Option<&str> {
        None
    }
}

impl Known for str {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.string(self);
    }

    #[inline]
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Known for String {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.string(self);
    }

    #[inline]
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

/// A path need not be Unicode.
impl Known for Path {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.string(&self.to_string_lossy());
    }
}

impl Known for PathBuf {
    fn write(&self, writer: &mut Writer<'_>) {
        self.as_path().write(writer);
    }
}

impl Known for [u8] {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.bytes(self.len());
    }
}

impl Known for Vec<u8> {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.bytes(self.len());
    }
}

impl<const N: usize> Known for [u8; N] {
    fn write(&self, writer: &mut Writer<'_>) {
        if N > FEW_BYTES {
            return writer.bytes(N);
        }
        writer.plain("[");
        for (at, byte) in self.iter().enumerate() {
            if at > 0 {
                writer.plain(",");
            }
            writer.integer(*byte);
        }
        writer.plain("]");
    }
}

impl<T: Known + ToOwned + ?Sized> Known for Cow<'_, T> {
    fn write(&self, writer: &mut Writer<'_>) {
        (**self).write(writer);
    }

    #[inline]
    fn text(&self) -> Option<&str> {
        (**self).text()
    }
}

impl<T: Known> Known for Option<T> {
    fn write(&self, writer: &mut Writer<'_>) {
        match self {
            Some(value) => value.write(writer),
            None => writer.plain("null"),
        }
    }
}

macro_rules! pointers {
    ($($pointer:ty,)*) => {$(
        impl<T: Known + ?Sized> Known for $pointer {
            fn write(&self, writer: &mut Writer<'_>) {
                (**self).write(writer);
            }

            #[inline]
            fn text(&self) -> Option<&str> {
                (**self).text()
            }
        }
    )*};
}

pointers! { &T, &mut T, Box<T>, Rc<T>, Arc<T>, }

macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl Known for $integer {
            fn write(&self, writer: &mut Writer<'_>) {
                writer.integer(*self);
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl Known for bool {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.plain(if *self { "true" } else { "false" });
    }
}

impl Known for char {
    fn write(&self, writer: &mut Writer<'_>) {
        writer.string(self.encode_utf8(&mut [0; 4]));
    }
}

impl Known for f32 {
    fn write(&self, writer: &mut Writer<'_>) {
        float::append_f32(writer.out, *self);
    }
}

impl Known for f64 {
    fn write(&self, writer: &mut Writer<'_>) {
        float::append_f64(writer.out, *self);
    }
}
