//! What a stream gave so far, as bounded JSON: texts joined, anything else as an array.

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
    /// Where each item in `json` ends.
    ends: Vec<usize>,
    /// Items for which there was no room.
    left: u64,
    is_all_text: bool,
    is_made: bool,
    fault: Option<Vec<u8>>,
    first: Option<u64>,
}

impl Heard {
    pub(crate) fn new(limits: Option<Limits>) -> Self {
        Self {
            limits,
            json: Vec::new(),
            ends: Vec::new(),
            left: 0,
            is_all_text: true,
            is_made: false,
            fault: None,
            first: None,
        }
    }

    /// Tells `hear` that something came. What it calls is not recorded, and a panic of it goes no further.
    pub(crate) fn listen(&mut self, hear: impl FnOnce(&mut Self), is_item: bool) {
        let had_fault = self.fault.is_some();
        let result = journal::capturing(|| catch_unwind(AssertUnwindSafe(|| hear(self))));
        if let Err(payload) = result {
            // Dropping it could panic again.
            std::mem::forget(payload);
        }
        if is_item && self.first.is_none() && self.fault.is_some() == had_fault {
            self.first = Some(clock::now());
        }
    }

    /// Adds an item.
    pub(crate) fn item(&mut self, item: &mut Captured<'_>) {
        self.add(|json, limits| item.write(json, limits));
    }

    /// Adds an item that is a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.add(|json, limits| capture::write_string(json, text, limits));
    }

    #[inline(always)]
    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>, Limits)) {
        let Some(limits) = self.limits else { return };
        let Some(bytes) = limits.bytes.checked_sub(self.json.len()).filter(|room| *room > 0) else {
            self.left += 1;
            return;
        };
        if !self.ends.is_empty() {
            self.json.push(b',');
        }
        let start = self.json.len();
        write(&mut self.json, Limits { bytes, ..limits });
        self.is_all_text &= self.json.get(start) == Some(&b'"');
        self.ends.push(self.json.len());
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

    /// The output as JSON. Nothing, if nothing is captured or the stream gave nothing before it broke off.
    pub(crate) fn output(&self, is_complete: bool) -> Option<Vec<u8>> {
        let limits = self.limits?;
        if self.is_made {
            return Some(self.json.clone());
        }
        if self.ends.is_empty() {
            return match &self.fault {
                Some(fault) => {
                    let mut out = b"{\"error\":".to_vec();
                    capture::write_string(&mut out, &String::from_utf8_lossy(fault), limits);
                    out.push(b'}');
                    Some(out)
                }
                None => is_complete.then(|| b"[]".to_vec()),
            };
        }
        Some(if self.is_all_text { self.joined() } else { self.array() })
    }

    fn array(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.json.len() + 2);
        out.push(b'[');
        out.extend_from_slice(&self.json);
        if self.left > 0 {
            out.extend_from_slice(format!(",\"…[truncated, {} more]\"", self.left).as_bytes());
        }
        out.push(b']');
        out
    }

    /// The strings as one: without the quotes and commas between them.
    fn joined(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.json.len() + 2);
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
        out
    }
}
