//! Arrays and objects: what stands between their elements, and what is done when one fails or the room is used up.
//!
//! A compound that answers with an error has closed itself first: its text is complete from then on.

use serde_core::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::escape;
use super::writer::{Error, Writer};
use crate::lifetimes;

/// Arrays of at most this many bytes stay numbers: a colour, an address, an id.
pub(super) const FEW_BYTES: usize = 16;

/// An array or object that is being written.
#[derive(Debug)]
pub struct Compound<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// How many elements were announced.
    len: Option<usize>,
    /// How many were begun.
    seen: usize,
    /// The writer's depth inside.
    depth: u16,
    shape: Shape,
    is_closed: bool,
}

/// What a compound looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Array,
    Object,
    /// A single field whose text is taken as it is.
    Raw,
    /// `{"Variant":[..]}`
    VariantArray,
    /// `{"Variant":{..}}`
    VariantObject,
}

impl Shape {
    const fn levels(self) -> u16 {
        if matches!(self, Self::Raw) { 0 } else { 1 }
    }

    const fn open(self) -> &'static [u8] {
        match self {
            Self::Array | Self::VariantArray => b"[",
            Self::Object | Self::VariantObject => b"{",
            Self::Raw => b"",
        }
    }

    const fn close(self) -> &'static [u8] {
        match self {
            Self::Array => b"]",
            Self::Object => b"}",
            Self::Raw => b"",
            Self::VariantArray => b"]}",
            Self::VariantObject => b"}}",
        }
    }
}

impl<'w, 'a> Compound<'w, 'a> {
    pub(super) fn open(writer: &'w mut Writer<'a>, shape: Shape, len: Option<usize>) -> Result<Self, Error> {
        let Some(depth) = writer.depth.checked_sub(shape.levels()) else {
            writer.plain("\"…[too deep]\"");
            writer.is_done = true;
            return Err(Error::stop());
        };
        writer.depth = depth;
        writer.out.extend_from_slice(shape.open());
        Ok(Self { writer, len, seen: 0, depth, shape, is_closed: false })
    }

    pub(super) fn open_variant(
        writer: &'w mut Writer<'a>,
        variant: &'static str,
        shape: Shape,
        len: usize,
    ) -> Result<Self, Error> {
        if writer.depth > 0 {
            writer.out.push(b'{');
            escape::push_key(writer.out, true, variant);
        }
        Self::open(writer, shape, Some(len))
    }

    /// Whether there is room for one more.
    #[inline]
    fn has_room(&self) -> bool {
        !self.is_closed && self.writer.out.len() < self.writer.end
    }

    /// Begins an element.
    #[inline]
    fn next(&mut self) -> Result<(), Error> {
        if !self.has_room() {
            return self.stop();
        }
        if self.seen > 0 {
            self.writer.out.push(b',');
        }
        self.seen += 1;
        Ok(())
    }

    /// Begins a field.
    fn key(&mut self, key: &'static str) -> Result<(), Error> {
        if self.shape == Shape::Raw {
            self.writer.is_raw = true;
            return Ok(());
        }
        if !self.has_room() {
            return self.stop();
        }
        escape::push_key(self.writer.out, self.seen == 0, key);
        self.seen += 1;
        Ok(())
    }

    #[inline]
    fn value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        let start = self.writer.out.len();
        match value.serialize(&mut *self.writer) {
            Ok(()) => Ok(()),
            Err(error) => self.recover(start, error),
        }
    }

    #[inline]
    pub(super) fn element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        if lifetimes::is_byte::<T>() && self.are_bytes() {
            return self.bytes();
        }
        self.next()?;
        self.value(value)
    }

    #[inline]
    pub(super) fn field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        self.key(key)?;
        self.value(value)
    }

    /// After a map's key.
    fn key_written(&mut self, start: usize, result: Result<(), Error>) -> Result<(), Error> {
        let is_stopped = match result {
            Ok(()) => false,
            Err(error) => self.writer.recover(start, self.depth, error).is_err(),
        };
        self.quote(start);
        if is_stopped || self.writer.is_full {
            self.writer.plain("\"[truncated]\"");
            return self.stop();
        }
        Ok(())
    }

    /// The key of a map is whatever it is as a value, in quotes.
    fn quote(&mut self, start: usize) {
        let out = &mut *self.writer.out;
        match out.get(start) {
            Some(b'"') => {}
            Some(b'{' | b'[') => {
                let text = String::from_utf8_lossy(&out[start..]).into_owned();
                out.truncate(start);
                self.writer.string(&text);
            }
            _ => {
                out.insert(start, b'"');
                out.push(b'"');
            }
        }
        self.writer.out.push(b':');
    }

    fn are_bytes(&self) -> bool {
        self.seen == 0 && self.shape == Shape::Array && self.len.is_some_and(|len| len > FEW_BYTES)
    }

    /// An array of bytes, known by its first one: counted and left.
    #[cold]
    fn bytes(&mut self) -> Result<(), Error> {
        if !self.is_closed {
            self.is_closed = true;
            self.writer.out.pop();
            self.writer.bytes(self.len.unwrap_or_default());
            self.writer.depth += 1;
            self.writer.is_done = true;
        }
        Err(Error::stop())
    }

    #[cold]
    fn recover(&mut self, start: usize, error: Error) -> Result<(), Error> {
        match self.writer.recover(start, self.depth, error) {
            Err(_) => self.stop(),
            Ok(()) => Ok(()),
        }
    }

    /// Says that something was left out, and closes.
    #[cold]
    fn stop(&mut self) -> Result<(), Error> {
        if !self.is_closed {
            self.writer.fill();
            let left = self.len.map(|len| len.saturating_sub(self.seen));
            if left != Some(0) && self.shape != Shape::Raw {
                self.left_out(left);
            }
            self.finish();
        }
        Err(Error::stop())
    }

    fn left_out(&mut self, left: Option<usize>) {
        let writer = &mut *self.writer;
        if self.seen > 0 {
            writer.out.push(b',');
        }
        if matches!(self.shape, Shape::Object | Shape::VariantObject) {
            return writer.plain("\"…\":\"[truncated]\"");
        }
        writer.plain("\"…[truncated");
        if let Some(left) = left {
            writer.plain(", ");
            writer.integer(left);
            writer.plain(" more");
        }
        writer.plain("]\"");
    }

    fn finish(&mut self) {
        self.is_closed = true;
        self.writer.out.extend_from_slice(self.shape.close());
        self.writer.depth += self.shape.levels();
        self.writer.is_raw = false;
    }

    pub(super) fn close(mut self) -> Result<(), Error> {
        if self.is_closed {
            // Its error was ignored.
            self.writer.is_done = false;
        } else {
            self.finish();
        }
        Ok(())
    }
}

macro_rules! elements {
    ($($method:ident of $side:ident,)*) => {$(
        impl $side for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    )*};
}

macro_rules! fields {
    ($($side:ident,)*) => {$(
        impl $side for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    )*};
}

elements! {
    serialize_element of SerializeSeq,
    serialize_element of SerializeTuple,
    serialize_field of SerializeTupleStruct,
    serialize_field of SerializeTupleVariant,
}

fields! { SerializeStruct, SerializeStructVariant, }

impl SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        self.next()?;
        let start = self.writer.out.len();
        let result = key.serialize(&mut *self.writer);
        self.key_written(start, result)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        if self.is_closed {
            return self.stop();
        }
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}
