//! What the options of `#[observe]` say of an observation when it opens.
//!
//! An expression that panics says nothing: what it wrote is taken back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::capture::{Limits, Slot};
use crate::observation::Level;
use crate::record::{self, Tag};

/// Writes into the opening record. Called by the expansion of `#[observe]` only.
#[derive(Debug)]
pub struct Details<'a> {
    out: &'a mut Vec<u8>,
    limits: Limits,
}

impl<'a> Details<'a> {
    /// Lets `say` write.
    pub(crate) fn write(out: &'a mut Vec<u8>, limits: Limits, say: &mut dyn FnMut(&mut Details<'_>)) {
        let start = out.len();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| say(&mut Details { out, limits }))) {
            // Dropping it could panic again.
            std::mem::forget(payload);
            out.truncate(start);
        }
    }

    /// The name shown instead of the function's.
    pub fn name(&mut self, name: impl AsRef<str>) {
        record::put(self.out, Tag::Name, name.as_ref().as_bytes());
    }

    /// How important it is, if it ends well.
    pub fn level(&mut self, level: Level) {
        record::put(self.out, Tag::Level, &[level as u8]);
    }

    /// The version of what runs.
    pub fn version(&mut self, version: impl AsRef<str>) {
        record::put(self.out, Tag::Version, version.as_ref().as_bytes());
    }

    /// An entry of its metadata.
    pub fn metadata(&mut self, key: &str, write: &mut dyn FnMut(Slot<'_>)) {
        record::put_pair(self.out, Tag::Metadata, key, |out| write(Slot::value(out, self.limits)));
    }
}
