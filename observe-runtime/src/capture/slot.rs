//! Where one value goes, and the arguments of a call as an object.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::known::Known;
use super::value::Captured;
use super::writer::{Error, Writer};
use super::{Limits, escape};

/// Slots that can be redacted one by one; later ones share the last bit.
pub(crate) const SLOTS: u32 = 47;
/// The bit beside those: all names can stand in JSON as they are.
pub(crate) const PLAIN: u64 = 1 << SLOTS;
const PANICKED: &str = "<capture panicked>";

/// The arguments of a call as one JSON object, written as they are captured.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    out: &'a mut Vec<u8>,
    limits: Limits,
    redacted: u64,
    count: u32,
}

impl<'a> Input<'a> {
    /// The argument whose bit is set in `redacted` is written as `"[redacted]"`, and its value is not touched.
    #[inline]
    pub(crate) fn new(out: &'a mut Vec<u8>, limits: Limits, redacted: u64) -> Self {
        Self { out, limits, redacted, count: 0 }
    }

    /// Captures the next argument.
    #[inline]
    pub(crate) fn add(&mut self, name: &'static str, value: &mut Captured<'_>) {
        self.out.extend_from_slice(if self.count == 0 { b"{\"" } else { b",\"" });
        if self.redacted & PLAIN == 0 {
            escape::push_name(self.out, name.as_bytes());
        } else {
            escape::append(self.out, name.as_bytes());
        }
        self.out.extend_from_slice(b"\":");
        let is_redacted = self.redacted >> self.count.min(SLOTS - 1) & 1 == 1;
        self.count += 1;
        if is_redacted {
            self.out.extend_from_slice(b"\"[redacted]\"");
        } else {
            value.write(self.out, self.limits);
        }
    }

    /// Closes the object. Without an argument there is none.
    pub(crate) fn finish(self) {
        if self.count > 0 {
            self.out.push(b'}');
        }
    }
}

/// A place for one value.
#[derive(Debug)]
pub struct Slot<'a> {
    /// Nothing, once it is filled.
    out: Option<&'a mut Vec<u8>>,
    limits: Limits,
    is_text: bool,
}

impl<'a> Slot<'a> {
    /// A place for a JSON value. Left unused, it becomes `null`.
    #[inline]
    pub(crate) fn value(out: &'a mut Vec<u8>, limits: Limits) -> Self {
        Self { out: Some(out), limits, is_text: false }
    }

    /// A place for a text, such as a status message: not quoted, not escaped. Left unused, it stays empty.
    #[inline]
    pub(crate) fn text(out: &'a mut Vec<u8>, limits: Limits) -> Self {
        Self { out: Some(out), limits, is_text: true }
    }

    /// Writes what is computed: a panic of it goes no further, and a secret is not even computed.
    pub(super) fn evaluate(mut self, write: &mut dyn FnMut(Slot<'_>)) {
        let (Some(out), limits) = (self.out.take(), self.limits) else { return };
        let start = out.len();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| write(Slot::value(&mut *out, limits)))) {
            // Dropping it could panic again.
            std::mem::forget(payload);
            out.truncate(start);
            out.extend_from_slice(format!("\"{PANICKED}\"").as_bytes());
        }
    }

    /// Writes what cannot fail.
    pub(super) fn known(mut self, value: &dyn Known) {
        if let Some(out) = self.out.take() {
            value.write(&mut Writer::new(out, self.limits));
        }
    }

    /// Writes what the value's own code says.
    pub(super) fn fill(mut self, write: &dyn Fn(&mut Writer<'_>) -> Result<(), Error>) {
        let Some(out) = self.out.take() else { return };
        let start = out.len();
        let limits = self.limits;
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut writer = Writer::new(out, limits);
            if let Err(error) = write(&mut writer) {
                // What is full is closed already.
                let _ = writer.recover(start, limits.depth, error);
            }
        }));
        if let Err(payload) = result {
            // Dropping it could panic again.
            std::mem::forget(payload);
            out.truncate(start);
            out.extend_from_slice(format!("\"{PANICKED}\"").as_bytes());
        }
    }

    /// Writes what is shown by formatting.
    pub(super) fn format(self, text: fmt::Arguments<'_>) {
        self.fill(&|writer| writer.format(text));
    }

    /// Writes a text that `say` composes, which is a JSON string unless the slot is for text.
    pub(super) fn say(mut self, say: &dyn Fn(&mut Text<'_>)) {
        let Some(out) = self.out.take() else { return };
        let start = out.len();
        let limits = self.limits;
        let end = start.saturating_add(limits.bytes);
        let result = catch_unwind(AssertUnwindSafe(|| say(&mut Text { out, end, is_full: false })));
        if let Err(payload) = result {
            // Dropping it could panic again.
            std::mem::forget(payload);
            out.truncate(start);
            out.extend_from_slice(PANICKED.as_bytes());
        }
        if !self.is_text {
            let text = String::from_utf8_lossy(&out[start..]).into_owned();
            out.truncate(start);
            Writer::new(out, limits).string(&text);
        }
    }
}

impl Drop for Slot<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(out) = self.out.take()
            && !self.is_text
        {
            out.extend_from_slice(b"null");
        }
    }
}

/// A text without quotes, within its limit.
#[derive(Debug)]
pub(super) struct Text<'a> {
    out: &'a mut Vec<u8>,
    end: usize,
    is_full: bool,
}

impl Text<'_> {
    /// How much of the buffer is written.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Takes back what follows `middle`, if that repeats the end of what stands between `start` and `end`.
    pub(super) fn drop_echo(&mut self, start: usize, end: usize, middle: usize) {
        if !self.is_full && self.out[start..end].ends_with(&self.out[middle..]) {
            self.out.truncate(end);
        }
    }

    /// Writes what cannot fail: a text as it is, anything else as JSON.
    pub(super) fn known(&mut self, value: &dyn Known) {
        match value.text() {
            Some(text) => self.push(text),
            None => value.write(&mut Writer::new(self.out, Limits::default())),
        }
    }

    fn push(&mut self, text: &str) {
        // What does not fit is said in the text itself.
        let _ = fmt::Write::write_str(self, text);
    }
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_full {
            return Err(fmt::Error);
        }
        let room = self.end.saturating_sub(self.out.len());
        if text.len() <= room {
            self.out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        let fits = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        self.out.extend_from_slice(&text.as_bytes()[..fits]);
        self.out.extend_from_slice("…[truncated]".as_bytes());
        self.is_full = true;
        Err(fmt::Error)
    }
}
