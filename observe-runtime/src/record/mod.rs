//! A record: one thing that happened, as a run of bytes.
//!
//! Layout: a head of six words, then fields. The head is kind (1), detail (1), flags (1), nothing (1), site (4), trace
//! id (16), observation id (8), time (8), link (8): a thread writes whole words, and the journal moves whole words. A field
//! is tag (1), length (4), bytes. Numbers are little-endian, times are nanoseconds since the unix epoch. A reader skips tags
//! that it does not know and stops at what is cut off. What a kind does not name is zero.
//!
//! - [`Kind::Open`]: time = start, detail = type of the observation, link = parent (zero: none), site = number of the
//!   [site](crate::registry) in this process (zero: none).
//! - [`Kind::Close`]: time = end, detail = outcome, link = start (zero: as opened).
//! - [`Kind::Update`], [`Kind::Trace`], [`Kind::Score`]: time = when it was said.
//! - [`Kind::Site`]: only in files, where numbers of sites outlive the process that gave them.
//! - [`Kind::Process`]: only in files, of whichever process what is in them was recorded.
//! - [`Kind::Forget`]: the observation never ran; whatever was said of it is dropped.

mod about;
mod frame;
mod read;
mod tag;

pub(crate) use self::about::{attributes, describe, described, expand, process, put_site};
pub(crate) use self::frame::{frame, frames, two};
pub(crate) use self::read::{Fields, Record, key, kind, number, pair, place, site, trace, whom};
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

/// Bytes of a head.
const HEAD: usize = 48;
/// Where an opening has the number of its site.
const SITE: usize = 4;
/// Where the trace is in a record.
const TRACE: usize = 8;
/// Where the observation is in a record.
const OBSERVATION: usize = 24;
/// Where the time is in a record.
pub(crate) const TIME: usize = 32;
/// Where the parent is, or the start.
const LINK: usize = 40;

#[inline]
fn head(
    [kind, detail, flags]: [u8; 3],
    site: u32,
    trace: [u8; 16],
    observation: [u8; 8],
    time: u64,
    link: [u8; 8],
) -> [u8; HEAD] {
    let [a, b, c, d] = site.to_le_bytes();
    let mut head = [0; HEAD];
    head[..TRACE].copy_from_slice(&[kind, detail, flags, 0, a, b, c, d]);
    head[TRACE..OBSERVATION].copy_from_slice(&trace);
    head[OBSERVATION..TIME].copy_from_slice(&observation);
    head[TIME..LINK].copy_from_slice(&time.to_le_bytes());
    head[LINK..].copy_from_slice(&link);
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

#[inline]
pub(crate) fn open(out: &mut Vec<u8>, opening: &Opening) {
    let Opening { trace, observation, parent, start, kind, flags, site } = *opening;
    let parent = parent.map_or([0; 8], ObservationId::to_bytes);
    let what = [Kind::Open as u8, kind as u8, flags];
    out.extend_from_slice(&head(what, site, trace.to_bytes(), observation.to_bytes(), start, parent));
}

#[inline]
pub(crate) fn close(
    out: &mut Vec<u8>,
    trace: TraceId,
    observation: ObservationId,
    start: u64,
    end: u64,
    outcome: Outcome,
) {
    let what = [Kind::Close as u8, outcome as u8, 0];
    out.extend_from_slice(&head(what, 0, trace.to_bytes(), observation.to_bytes(), end, start.to_le_bytes()));
}

/// Sets the time of the record that starts at `at`.
#[inline]
pub(crate) fn set_time(out: &mut [u8], at: usize, time: u64) {
    if let Some(bytes) = out.get_mut(at + TIME..at + LINK) {
        bytes.copy_from_slice(&time.to_le_bytes());
    }
}

/// The head of an update, a trace update, a score or a forgetting.
pub(crate) fn say(out: &mut Vec<u8>, kind: Kind, trace: TraceId, observation: Option<ObservationId>, time: u64) {
    let observation = observation.map_or([0; 8], ObservationId::to_bytes);
    out.extend_from_slice(&head([kind as u8, 0, 0], 0, trace.to_bytes(), observation, time, [0; 8]));
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
