//! Any value as bounded JSON, written straight into a buffer on the caller's thread.
//!
//! - The text is always one complete JSON value, whatever the value's code does: fail, panic, or go on forever.
//! - Bounded while it is written: what lies beyond the limit is never visited. A text is at most the limit and
//!   what is needed to say that it was cut, some fifty bytes for each level that is open at that point.
//! - What fits is the text `serde_json` writes, but for what nobody wants to read: bytes are counted
//!   (`"<5120 bytes>"`), and so is the payload of a data URI.
//! - Nothing unwinds out of here, and nothing of the value outlives the call.
//!
//! ```text
//! probe ──> Captured ─┐                                  ┌─ Compound (arrays, objects)
//! fault ──> Reason ───┴─> Slot ──> Writer (a Serializer) ┴─ escape, float, digits ──> Vec<u8>
//! ```

mod chains;
mod compound;
mod data_uri;
mod digits;
mod escape;
mod fault;
mod float;
mod known;
mod probe;
mod secrets;
mod serializer;
mod slot;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use serde_core::Serialize;

pub(crate) use self::chains::{error_probes, probes, value_probes};
pub(crate) use self::fault::{BoxedError, FaultViaBox, FaultViaDebug, FaultViaDisplay, FaultViaError, FaultViaType};
pub(crate) use self::fault::{Thrown, chain, panicked};
pub(crate) use self::known::Known;
pub use self::probe::probe;
pub(crate) use self::probe::{ViaDebug, ViaDisplay, ViaKnown, ViaSerialize, ViaStr, ViaType};
pub(crate) use self::secrets::{DEFAULT_SECRETS, redacts};
pub use self::slot::Slot;
pub(crate) use self::slot::{Input, PLAIN, SLOTS};
pub(crate) use self::value::{
    Blame, ByDebug, ByDisplay, ByKnown, ByNothing, BySerialize, ByStr, ByType, FaultByBox, FaultByDebug,
    FaultByDisplay, FaultByError, FaultByPlain, FaultByType, Reason, Show,
};
pub use self::value::{Captured, lazy, spelt};
use self::writer::Writer;

/// Asks for the way to capture a value.
#[inline]
pub(crate) fn ask_value<T>(asked: T) -> ViaKnown<T> {
    probe::strongest(asked)
}

/// Asks for the way to describe an error.
#[inline]
pub(crate) fn ask_error<T>(asked: T) -> FaultViaBox<T> {
    fault::strongest(asked)
}

/// How much of a value is captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of JSON for one value. What is longer is cut, and says so.
    pub(crate) bytes: usize,
    /// Levels of arrays and objects. What lies deeper becomes `"…[too deep]"`.
    pub(crate) depth: u16,
}

impl Default for Limits {
    /// One mebibyte, 64 levels.
    fn default() -> Self {
        Self { bytes: 1 << 20, depth: 64 }
    }
}

/// Appends `value` as JSON.
#[inline]
pub(crate) fn to_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T, limits: Limits) {
    Slot::value(out, limits).fill(&|writer| value.serialize(writer));
}

/// Whether a text can stand in a JSON string as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    escape::is_plain(text.as_bytes())
}

/// Appends `text` as a JSON string.
#[inline]
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str, limits: Limits) {
    Writer::new(out, limits).string(text);
}

/// Appends `text` as it stands in a JSON string, if that is sure to fit into `room`. False: not all of it was appended.
#[inline]
pub(crate) fn write_whole(out: &mut Vec<u8>, text: &str, room: usize) -> bool {
    text.len() <= room / escape::LONGEST && escape::append_text(out, text.as_bytes()) == text.len()
}

/// Appends `text` as it stands in a JSON string, cut where it does not fit.
pub(crate) fn write_more(out: &mut Vec<u8>, text: &str, limits: Limits) {
    Writer::new(out, limits).more(text);
}
