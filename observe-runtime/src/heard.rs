//! What a stream gave so far, as bounded JSON: texts joined, anything else as an array.
//!
//! - Nothing is done for an item but what has to be: a text that has room goes straight to where it stays.
//! - Only what runs code of the user is guarded against it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::capture::{self, Captured, Limits, Reason, Slot};
use crate::clock;
use crate::journal;

/// What was heard of a stream.
#[derive(Debug)]
pub struct Heard {
    /// `None`: items are not captured.
    limits: Option<Limits>,
    /// The items, with commas between them; or what was made of them.
    json: Vec<u8>,
    /// Where each item in `json` ends, but for the texts at its end that are still to be joined.
    ends: Vec<usize>,
    /// The last item is a string that has no closing quote yet: texts are added until `json` is so long. 0: it is not.
    open_to: usize,
    /// Items for which there was no room.
    left: u64,
    is_all_text: bool,
    is_made: bool,
    fault: Option<Vec<u8>>,
    first: Option<u64>,
}

impl Heard {
    #[cold]
    pub(crate) fn begin(limits: Option<Limits>) -> Box<Self> {
        Box::new(Self {
            limits,
            json: Vec::new(),
            ends: Vec::new(),
            open_to: 0,
            left: 0,
            is_all_text: true,
            is_made: false,
            fault: None,
            first: None,
        })
    }

    /// Lets `hear` run code of the user. What that calls is not recorded, and a panic of it goes no further.
    pub(crate) fn guarded(&mut self, hear: impl FnOnce(&mut Self)) {
        let result = journal::capturing(|| catch_unwind(AssertUnwindSafe(|| hear(self))));
        if let Err(payload) = result {
            // Dropping it could panic again.
            std::mem::forget(payload);
        }
    }

    /// An item came.
    #[inline]
    pub(crate) fn came(&mut self) {
        if self.first.is_none() {
            self.first_came();
        }
    }

    #[cold]
    fn first_came(&mut self) {
        self.first = Some(clock::now());
    }

    /// Adds an item.
    pub(crate) fn item(&mut self, item: &mut Captured<'_>) {
        let Some(limits) = self.room() else { return };
        self.separate();
        let start = self.json.len();
        item.write(&mut self.json, limits);
        self.is_all_text &= self.json.get(start) == Some(&b'"');
        self.ends.push(self.json.len());
    }

    /// Adds an item that is a text: to those before it, as it stands in JSON. None of the user's code runs.
    pub(crate) fn text(&mut self, text: &str) {
        let start = self.json.len();
        let room = self.open_to.saturating_sub(start);
        if room == 0 || !capture::write_whole(&mut self.json, text, room) {
            self.json.truncate(start);
            self.any_text(text);
        }
    }

    /// The same, if there is more to it than to append.
    #[inline(never)]
    fn any_text(&mut self, text: &str) {
        let Some(limits) = self.room() else { return };
        if self.open_to == 0 {
            self.open_to = self.open(limits);
        }
        capture::write_more(&mut self.json, text, limits);
    }

    /// Begins a string to which texts are added. Returns how long `json` may become.
    fn open(&mut self, limits: Limits) -> usize {
        let end = self.json.len().saturating_add(limits.bytes);
        self.separate();
        self.json.push(b'"');
        end
    }

    /// The limits of the next item; if there is nothing left, it is counted.
    fn room(&mut self) -> Option<Limits> {
        let limits = self.limits?;
        let bytes = limits.bytes.saturating_sub(self.json.len());
        if bytes == 0 {
            self.left += 1;
            return None;
        }
        Some(Limits { bytes, ..limits })
    }

    /// Ends a string to which texts were added.
    fn close(&mut self) {
        if std::mem::take(&mut self.open_to) > 0 {
            self.json.push(b'"');
            self.ends.push(self.json.len());
        }
    }

    /// What comes next is an item of its own.
    fn separate(&mut self) {
        self.close();
        if !self.ends.is_empty() {
            self.json.push(b',');
        }
    }

    /// Sets what was made of all items.
    pub(crate) fn made(&mut self, write: &dyn Fn(Slot<'_>)) {
        let Some(limits) = self.limits else { return };
        self.json.clear();
        write(Slot::value(&mut self.json, limits));
        self.is_made = true;
    }

    /// Nothing is output: the option `capture_output = false`.
    pub(crate) fn silence(&mut self) {
        self.limits = None;
    }

    /// Keeps the text of the first error.
    pub(crate) fn fault(&mut self, reason: Reason<'_>) {
        if self.fault.is_none() {
            let mut text = Vec::new();
            reason.write(Slot::text(&mut text, self.limits.unwrap_or_default()));
            self.fault = Some(text);
        }
    }

    /// The text of the first error.
    pub(crate) fn error(&self) -> Option<&[u8]> {
        self.fault.as_deref()
    }

    /// When the first item came.
    pub(crate) fn first(&self) -> Option<u64> {
        self.first
    }

    /// Appends the output as JSON. Nothing, if nothing is captured or the stream gave nothing before it broke off.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, is_complete: bool) {
        let Some(limits) = self.limits else { return };
        self.close();
        if self.is_made {
            out.extend_from_slice(&self.json);
        } else if self.ends.is_empty() {
            match &self.fault {
                Some(fault) => {
                    out.extend_from_slice(b"{\"error\":");
                    capture::write_string(out, &String::from_utf8_lossy(fault), limits);
                    out.push(b'}');
                }
                None if is_complete => out.extend_from_slice(b"[]"),
                None => {}
            }
        } else if self.is_all_text {
            self.join(out);
        } else {
            self.list(out);
        }
    }

    fn list(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        out.extend_from_slice(&self.json);
        if self.left > 0 {
            out.extend_from_slice(format!(",\"…[truncated, {} more]\"", self.left).as_bytes());
        }
        out.push(b']');
    }

    /// The strings as one: without the quotes and commas between them.
    fn join(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        let mut start = 0;
        for &end in &self.ends {
            out.extend_from_slice(self.json.get(start + 1..end - 1).unwrap_or_default());
            // A comma stands between them.
            start = end + 1;
        }
        if self.left > 0 {
            out.extend_from_slice(format!("…[truncated, {} more]", self.left).as_bytes());
        }
        out.push(b'"');
    }
}
