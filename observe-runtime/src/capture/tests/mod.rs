//! Each file is one promise of the module.

mod bytes;
mod data_uris;
mod errors;
mod failures;
mod floats;
mod input;
mod integers;
mod limits;
mod oracle;
mod probes;
mod secrets;
mod strings;

use serde_core::Serialize;

use super::{Limits, Slot, to_json};

const fn limits(bytes: usize) -> Limits {
    Limits { bytes, depth: 64 }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    within(Limits::default(), value)
}

fn within<T: Serialize + ?Sized>(limits: Limits, value: &T) -> String {
    written(|out| to_json(out, value, limits))
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = b"before".to_vec();
    write(&mut out);
    String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned()
}

fn value_slot(out: &mut Vec<u8>) -> Slot<'_> {
    Slot::value(out, Limits::default())
}

fn text_slot(out: &mut Vec<u8>) -> Slot<'_> {
    Slot::text(out, Limits::default())
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_core::de::IgnoredAny>(text).is_ok()
}
