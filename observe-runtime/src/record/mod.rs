//! A record: one thing that happened, as a run of bytes.
//!
//! Layout: kind (1), trace id (16), observation id (8), time (8), then what the kind fixes, then fields.
//! A field is tag (1), length (4), bytes. Numbers are little-endian, times are nanoseconds since the
//! unix epoch. A reader skips tags that it does not know and stops at what is cut off.
//!
//! - [`Kind::Open`]: time = start; then parent id (8, zero: none), observation type (1), flags (1), number of the
//!   [site](crate::registry) in this process (4, zero: none).
//! - [`Kind::Close`]: time = end; then start (8, zero: as opened), outcome (1).
//! - [`Kind::Update`], [`Kind::Trace`], [`Kind::Score`]: time = when it was said.
//! - [`Kind::Site`]: only in files, where numbers of sites outlive the process that gave them.
//! - [`Kind::Process`]: only in files, of whichever process what is in them was recorded.
//! - [`Kind::Forget`]: the observation never ran; whatever was said of it is dropped.

mod about;
mod frame;
mod read;
mod tag;

pub(crate) use self::about::{attributes, describe, described, expand, process, put_site};
pub(crate) use self::frame::{frame, frame_with, frames};
pub(crate) use self::read::{Fields, Record, key, number, pair, place, site};
pub(crate) use self::tag::Tag;
use crate::id::{ObservationId, TraceId};
use crate::observation::{ObservationType, Outcome};

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Open = 1,
    Update = 2,
    Close = 3,
    Trace = 4,
    Score = 5,
    Forget = 6,
    /// What the number of a site stands for, in a file: time = the number.
    Site = 7,
    /// The attributes of the process that recorded what is in a file.
    Process = 8,
}

/// Flag of an opening: nothing of this trace above it is ours, so it counts as the trace's root.
pub(crate) const APP_ROOT: u8 = 1;

const HEAD: usize = 33;
const OPEN: usize = HEAD + 14;
const CLOSE: usize = HEAD + 9;
/// Where an opening has the number of its site.
const SITE: usize = HEAD + 10;

fn head<const N: usize>(kind: Kind, trace: TraceId, observation: Option<ObservationId>, time: u64) -> [u8; N] {
    let mut head = [0; N];
    head[0] = kind as u8;
    head[1..17].copy_from_slice(&trace.to_bytes());
    if let Some(observation) = observation {
        head[17..25].copy_from_slice(&observation.to_bytes());
    }
    head[25..33].copy_from_slice(&time.to_le_bytes());
    head
}

pub(crate) struct Opening {
    pub(crate) trace: TraceId,
    pub(crate) observation: ObservationId,
    pub(crate) parent: Option<ObservationId>,
    pub(crate) start: u64,
    pub(crate) kind: ObservationType,
    pub(crate) flags: u8,
    /// 0: none.
    pub(crate) site: u32,
}

pub(crate) fn open(out: &mut Vec<u8>, opening: &Opening) {
    let mut bytes = head::<OPEN>(Kind::Open, opening.trace, Some(opening.observation), opening.start);
    if let Some(parent) = opening.parent {
        bytes[33..41].copy_from_slice(&parent.to_bytes());
    }
    bytes[41] = opening.kind as u8;
    bytes[42] = opening.flags;
    bytes[43..47].copy_from_slice(&opening.site.to_le_bytes());
    out.extend_from_slice(&bytes);
}

pub(crate) fn close(
    out: &mut Vec<u8>,
    trace: TraceId,
    observation: ObservationId,
    start: u64,
    end: u64,
    outcome: Outcome,
) {
    let mut bytes = head::<CLOSE>(Kind::Close, trace, Some(observation), end);
    bytes[33..41].copy_from_slice(&start.to_le_bytes());
    bytes[41] = outcome as u8;
    out.extend_from_slice(&bytes);
}

/// Where the time is in a record.
pub(crate) const TIME: usize = 25;

/// Sets the time of the record that starts at `at`.
pub(crate) fn set_time(out: &mut [u8], at: usize, time: u64) {
    if let Some(bytes) = out.get_mut(at + TIME..at + HEAD) {
        bytes.copy_from_slice(&time.to_le_bytes());
    }
}

/// The head of an update, a trace update, a score or a forgetting.
pub(crate) fn say(out: &mut Vec<u8>, kind: Kind, trace: TraceId, observation: Option<ObservationId>, time: u64) {
    out.extend_from_slice(&head::<HEAD>(kind, trace, observation, time));
}

/// Appends a field.
pub(crate) fn put(out: &mut Vec<u8>, tag: Tag, value: &[u8]) {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    let mut head = [0; 5];
    head[0] = tag as u8;
    head[1..].copy_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(&value[..length as usize]);
}

/// Appends a field whose value `write` appends; nothing is appended if it writes nothing.
pub(crate) fn put_with(out: &mut Vec<u8>, tag: Tag, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[tag as u8, 0, 0, 0, 0]);
    write(out);
    let length = out.len().saturating_sub(at + 5);
    match u32::try_from(length) {
        Ok(length @ 1..) => out[at + 1..at + 5].copy_from_slice(&length.to_le_bytes()),
        _ => out.truncate(at),
    }
}

/// Appends a field made of a key (its length in 4 bytes, then the key) and a value.
pub(crate) fn put_pair(out: &mut Vec<u8>, tag: Tag, key: &str, write: impl FnOnce(&mut Vec<u8>)) {
    put_with(out, tag, |out| {
        let length = u32::try_from(key.len()).unwrap_or(0);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&key.as_bytes()[..length as usize]);
        write(out);
    });
}

/// Appends a place in the source.
pub(crate) fn put_place(out: &mut Vec<u8>, line: u32, function: &str, file: &str) {
    put_with(out, Tag::Site, |out| {
        out.extend_from_slice(&line.to_le_bytes());
        let length = u32::try_from(function.len()).unwrap_or(0);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&function.as_bytes()[..length as usize]);
        out.extend_from_slice(file.as_bytes());
    });
}
