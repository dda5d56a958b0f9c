//! The text as it grows, and how much of it is left.

use std::fmt;

use serde_core::ser;

use super::{Limits, data_uri, digits, escape};

/// Writes one JSON value at the end of a buffer, within its limits.
#[derive(Debug)]
pub struct Writer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// Where the buffer should end. Passed only by what can no longer be taken back.
    pub(super) end: usize,
    /// Levels that may still be opened.
    pub(super) depth: u16,
    limit: usize,
    /// Something was cut: what is open is to be closed.
    pub(super) is_full: bool,
    /// The error on its way says only that the value is complete and need not be visited further.
    pub(super) is_done: bool,
    /// The next string is JSON already.
    pub(super) is_raw: bool,
}

/// Why a value's code is made to stop: its own message, or nothing if it is made to stop by us.
#[derive(Debug)]
pub struct Error(Box<str>);

impl Error {
    #[cold]
    pub(super) fn stop() -> Self {
        Self(Box::default())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "enough was captured" } else { &self.0 })
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string().into())
    }
}

impl<'a> Writer<'a> {
    #[inline]
    pub(super) fn new(out: &'a mut Vec<u8>, limits: Limits) -> Self {
        let end = out.len().saturating_add(limits.bytes);
        Self { out, end, depth: limits.depth, limit: limits.bytes, is_full: false, is_done: false, is_raw: false }
    }

    /// A number or a word: short, and nothing in it needs an escape.
    #[inline]
    pub(super) fn plain(&mut self, text: &str) {
        escape::append(self.out, text.as_bytes());
    }

    #[inline]
    pub(super) fn integer(&mut self, value: impl itoa::Integer + TryInto<u64> + Copy) {
        match value.try_into() {
            Ok(number) if number < digits::END => digits::append_integer(self.out, number),
            _ => self.plain(itoa::Buffer::new().format(value)),
        }
    }

    /// A JSON string, cut where it does not fit.
    #[inline]
    pub(super) fn string(&mut self, text: &str) {
        if self.is_raw && self.raw(text) {
            return;
        }
        self.out.reserve(text.len().min(self.limit) + 2);
        self.out.push(b'"');
        self.more(text);
        self.out.push(b'"');
    }

    /// What stands in a JSON string: the text, cut where it does not fit.
    #[inline]
    pub(super) fn more(&mut self, text: &str) {
        if self.escaped(text) < text.len() {
            self.cut(Some(text.len()));
        }
    }

    /// A JSON string from what a formatter writes.
    pub(super) fn format(&mut self, text: fmt::Arguments<'_>) -> Result<(), Error> {
        let mark = self.out.len();
        self.out.push(b'"');
        let is_written = fmt::write(self, text).is_ok();
        if self.is_full {
            self.cut(None);
        } else if !is_written {
            self.out.truncate(mark);
            return Err(ser::Error::custom("a formatter failed"));
        }
        self.out.push(b'"');
        Ok(())
    }

    /// Bytes are counted, not shown.
    pub(super) fn bytes(&mut self, count: usize) {
        self.out.extend_from_slice(b"\"<");
        self.integer(count);
        self.out.extend_from_slice(b" bytes>\"");
    }

    /// What stands where a value could not be written.
    #[cold]
    pub(super) fn failure(&mut self, error: &Error) {
        const LONGEST: usize = 256;
        let text = error.to_string();
        self.out.extend_from_slice(b"\"<cannot be serialized: ");
        let mut message = Writer::new(self.out, Limits { bytes: LONGEST, depth: 0 });
        if message.escaped(&text) < text.len() {
            message.plain("…");
        }
        message.plain(">\"");
    }

    /// After the code of a value gave up: either what it wrote is complete, or it is replaced.
    ///
    /// # Errors
    /// There is no room for anything more.
    #[cold]
    pub(super) fn recover(&mut self, mark: usize, depth: u16, error: Error) -> Result<(), Error> {
        let is_done = std::mem::take(&mut self.is_done);
        let is_complete = (is_done || self.is_full) && self.depth == depth && self.out.len() > mark;
        if !is_complete {
            self.depth = depth;
            self.out.truncate(mark);
            self.failure(&error);
        }
        if self.is_full { Err(error) } else { Ok(()) }
    }

    /// Text already inside a string. Returns how much of it was taken.
    #[inline]
    fn escaped(&mut self, text: &str) -> usize {
        let bytes = text.as_bytes();
        if bytes.len() <= self.end.saturating_sub(self.out.len()) / escape::LONGEST {
            let at = escape::append_text(self.out, bytes);
            if at == bytes.len() {
                return at;
            }
            return self.escaped_from(text, at);
        }
        self.escaped_from(text, 0)
    }

    /// The same, if it was taken up to there, and more is to be looked at than whether it can stand as it is.
    fn escaped_from(&mut self, text: &str, mut at: usize) -> usize {
        let bytes = text.as_bytes();
        loop {
            // So many bytes have room, whatever they become; what follows is looked at one by one.
            let room = self.end.saturating_sub(self.out.len()) / escape::LONGEST;
            at += escape::append_text(self.out, &bytes[at..at + room.min(bytes.len() - at)]);
            let Some(&byte) = bytes.get(at) else { return at };
            if self.out.len() >= self.end {
                return self.step_back(text, at);
            }
            at += 1;
            escape::push(self.out, byte);
            if byte == b';' {
                at += self.payload(bytes, at);
            }
        }
    }

    /// Says how long the payload of a data URI is, if there is one after the semicolon before `at`.
    fn payload(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(payload) = data_uri::payload(bytes, at, self.limit.saturating_mul(8)) else { return 0 };
        self.plain(data_uri::MARK);
        self.plain("<");
        self.integer(payload.bytes);
        self.plain(" bytes>");
        data_uri::MARK.len() + payload.chars
    }

    /// There was no room for all of the text: to the last whole character.
    #[cold]
    fn step_back(&mut self, text: &str, mut at: usize) -> usize {
        self.fill();
        while !text.is_char_boundary(at) {
            at -= 1;
            self.out.pop();
        }
        at
    }

    /// Nothing more has room.
    pub(super) fn fill(&mut self) {
        self.is_full = true;
        self.end = 0;
    }

    #[cold]
    fn cut(&mut self, length: Option<usize>) {
        self.fill();
        self.plain("…[truncated");
        if let Some(length) = length {
            self.plain(", ");
            self.integer(length);
            self.plain(" bytes in all");
        }
        self.plain("]");
    }

    /// JSON that `serde_json` passes through as it is. Too long, it is shown as a text.
    #[cold]
    fn raw(&mut self, text: &str) -> bool {
        self.is_raw = false;
        let fits = text.len() <= self.end.saturating_sub(self.out.len());
        if fits {
            self.plain(text);
        }
        fits
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_full || self.escaped(text) < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
