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

use std::borrow::Cow;

use crate::checksum;
use crate::id::{ObservationId, TraceId};
use crate::observation::{ObservationType, Outcome};
use crate::registry::Entry;

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

/// What a field holds. "captured" values give way to those that a user set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    /// Text.
    Name = 1,
    /// JSON, captured.
    Input = 2,
    /// JSON, captured.
    Output = 3,
    /// JSON, set by the user.
    SetInput = 4,
    /// JSON, set by the user.
    SetOutput = 5,
    /// A pair: key and JSON.
    Metadata = 6,
    /// One byte: [`crate::observation::Level`].
    Level = 7,
    /// Text, set by the user.
    Status = 8,
    /// Text of the error or the reason of the outcome.
    Fault = 9,
    /// Text.
    Version = 10,
    /// Text.
    Model = 11,
    /// A pair: key and JSON.
    ModelParameter = 12,
    /// JSON object of a provider's usage, in its own spelling.
    Usage = 13,
    /// A pair: key and JSON number, in USD.
    Cost = 14,
    /// u64: when the first piece of the answer came.
    CompletionStart = 15,
    /// A pair: name and the version as 8 bytes (i64).
    Prompt = 16,
    /// One byte: [`ObservationType`].
    Type = 17,
    /// u64: start set by the user.
    Start = 18,
    /// Line (4), then a pair of function and file: the place in the source, where no number says it.
    Site = 19,
    /// Text.
    UserId = 32,
    /// Text.
    SessionId = 33,
    /// Text, once a tag.
    TraceLabel = 34,
    /// A pair: key and JSON.
    TraceMetadata = 35,
    /// Text.
    TraceName = 36,
    /// Text.
    TraceVersion = 37,
    /// Text.
    Release = 38,
    /// One byte: 0 or 1.
    Public = 39,
    /// Text.
    Environment = 40,
    /// JSON: the trace's input, put on its root.
    TraceInput = 41,
    /// JSON: the trace's output, put on its root.
    TraceOutput = 42,
    /// A pair: key and text of an attribute of a process.
    Attribute = 48,
    /// Text.
    ScoreId = 64,
    /// Text.
    ScoreName = 65,
    /// f64 bits.
    ScoreNumber = 66,
    /// Text.
    ScoreText = 67,
    /// One byte: [`crate::score::DataType`].
    ScoreType = 68,
    /// Text.
    ScoreComment = 69,
    /// A pair: key and JSON.
    ScoreMetadata = 70,
    /// Text.
    ScoreConfig = 71,
    /// Text: the session the score is for, instead of a trace.
    ScoreSession = 72,
    /// u64: when the score was given, if the user says so.
    ScoreTime = 73,
}

impl Tag {
    pub(crate) fn from_u8(byte: u8) -> Option<Self> {
        use Tag::*;
        const ALL: &[Tag] = &[
            Name,
            Input,
            Output,
            SetInput,
            SetOutput,
            Metadata,
            Level,
            Status,
            Fault,
            Version,
            Model,
            ModelParameter,
            Usage,
            Cost,
            CompletionStart,
            Prompt,
            Type,
            Start,
            Site,
            UserId,
            SessionId,
            TraceLabel,
            TraceMetadata,
            TraceName,
            TraceVersion,
            Release,
            Public,
            Environment,
            TraceInput,
            TraceOutput,
            Attribute,
            ScoreId,
            ScoreName,
            ScoreNumber,
            ScoreText,
            ScoreType,
            ScoreComment,
            ScoreMetadata,
            ScoreConfig,
            ScoreSession,
            ScoreTime,
        ];
        const TABLE: [Option<Tag>; 128] = {
            let mut table = [None; 128];
            let mut at = 0;
            while at < ALL.len() {
                table[ALL[at] as usize] = Some(ALL[at]);
                at += 1;
            }
            table
        };
        TABLE.get(usize::from(byte)).copied().flatten()
    }
}

/// Flag of an opening: nothing of this trace above it is ours, so it counts as the trace's root.
pub(crate) const APP_ROOT: u8 = 1;

const HEAD: usize = 33;
const OPEN: usize = HEAD + 14;
const CLOSE: usize = HEAD + 9;

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

/// A record as read back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) kind: Kind,
    pub(crate) trace: TraceId,
    pub(crate) observation: Option<ObservationId>,
    pub(crate) time: u64,
    /// Bytes after the common head.
    rest: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads a record, or `None` if these bytes are none.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let kind = match head[0] {
            1 if rest.len() >= OPEN - HEAD => Kind::Open,
            2 => Kind::Update,
            3 if rest.len() >= CLOSE - HEAD => Kind::Close,
            4 => Kind::Trace,
            5 => Kind::Score,
            6 => Kind::Forget,
            7 => Kind::Site,
            8 => Kind::Process,
            _ => return None,
        };
        Some(Self {
            kind,
            trace: TraceId::from_bytes(array(&head[1..17])?)?,
            observation: ObservationId::from_bytes(array(&head[17..25])?),
            time: u64::from_le_bytes(array(&head[25..33])?),
            rest,
        })
    }

    /// Of an opening: parent, type and flags.
    pub(crate) fn opening(&self) -> Option<Opening> {
        (self.kind == Kind::Open).then_some(())?;
        Some(Opening {
            trace: self.trace,
            observation: self.observation?,
            parent: ObservationId::from_bytes(array(self.rest.get(..8)?)?),
            start: self.time,
            kind: ObservationType::from_u8(*self.rest.get(8)?).unwrap_or(ObservationType::Span),
            flags: *self.rest.get(9)?,
            site: u32::from_le_bytes(array(self.rest.get(10..14)?)?),
        })
    }

    /// Of a closing: the start it corrects (0: none) and the outcome.
    pub(crate) fn closing(&self) -> Option<(u64, Outcome)> {
        (self.kind == Kind::Close).then_some(())?;
        let start = u64::from_le_bytes(array(self.rest.get(..8)?)?);
        Some((start, Outcome::from_u8(*self.rest.get(8)?).unwrap_or(Outcome::Ok)))
    }

    /// The fields in the order they were written.
    pub(crate) fn fields(&self) -> Fields<'a> {
        let fixed = match self.kind {
            Kind::Open => OPEN - HEAD,
            Kind::Close => CLOSE - HEAD,
            _ => 0,
        };
        Fields(self.rest.get(fixed..).unwrap_or_default())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (Tag, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (head, rest) = self.0.split_at_checked(5)?;
            let length = u32::from_le_bytes(array(&head[1..])?) as usize;
            let (value, rest) = rest.split_at_checked(length)?;
            self.0 = rest;
            if let Some(tag) = Tag::from_u8(head[0]) {
                return Some((tag, value));
            }
        }
    }
}

/// Key and value of a pair field.
pub(crate) fn pair(value: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = value.split_at_checked(4)?;
    let (key, value) = rest.split_at_checked(u32::from_le_bytes(array(length)?) as usize)?;
    Some((std::str::from_utf8(key).ok()?, value))
}

/// A place in the source: line, function and file.
pub(crate) fn place(value: &[u8]) -> Option<(u32, &str, &[u8])> {
    let (line, rest) = value.split_at_checked(4)?;
    let (function, file) = pair(rest)?;
    Some((u32::from_le_bytes(array(line)?), function, file))
}

pub(crate) fn number(value: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(array(value)?))
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// The number of the site that this opening names, if it is one and does.
#[inline]
pub(crate) fn site(bytes: &[u8]) -> Option<u32> {
    let number = bytes.get(SITE..OPEN).filter(|_| bytes[0] == Kind::Open as u8)?;
    Some(u32::from_le_bytes(array(number)?)).filter(|number| *number != 0)
}

/// Where an opening has the number of its site.
const SITE: usize = HEAD + 10;

/// Appends a record that says what the number of a site stands for.
pub(crate) fn describe(out: &mut Vec<u8>, number: u32) {
    of_no_trace(out, Kind::Site, u64::from(number));
    put_site(out, number);
}

/// Every record has a trace; this one is of none.
fn of_no_trace(out: &mut Vec<u8>, kind: Kind, time: u64) {
    let mut bytes = [0; HEAD];
    bytes[0] = kind as u8;
    bytes[1..17].fill(0xff);
    bytes[TIME..HEAD].copy_from_slice(&time.to_le_bytes());
    out.extend_from_slice(&bytes);
}

/// A record that says which attributes a process has.
pub(crate) fn process(attributes: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    of_no_trace(&mut out, Kind::Process, 0);
    for (key, value) in attributes {
        put_pair(&mut out, Tag::Attribute, key, |out| out.extend_from_slice(value.as_bytes()));
    }
    out
}

/// The attributes of a process, if these bytes say them.
pub(crate) fn attributes(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let record = Record::read(bytes).filter(|record| record.kind == Kind::Process)?;
    let attribute = |(_, value)| {
        let (key, value) = pair(value)?;
        Some((key.to_owned(), String::from_utf8_lossy(value).into_owned()))
    };
    Some(record.fields().filter_map(attribute).collect())
}

/// Of a description: the number, and the fields that it stands for.
pub(crate) fn described(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let record = Record::read(bytes).filter(|record| record.kind == Kind::Site)?;
    Some((u32::try_from(record.time).ok()?, record.rest))
}

/// Appends what the number of a site stands for in this process, as fields.
pub(crate) fn put_site(out: &mut Vec<u8>, number: u32) {
    if let Some(Entry { site, function, .. }) = Entry::find(number) {
        put(out, Tag::Name, site.name.as_bytes());
        put_place(out, site.line, function, site.file);
    }
}

/// An opening that names its site by number as one that says all of it: `fields` appends what the number stands for.
/// Other records are what they are.
pub(crate) fn expand(bytes: &[u8], fields: impl FnOnce(&mut Vec<u8>, u32)) -> Cow<'_, [u8]> {
    let (Some(number), Some((head, rest))) = (site(bytes), bytes.split_at_checked(OPEN)) else {
        return Cow::Borrowed(bytes);
    };
    let mut out = head.to_vec();
    out[SITE..].fill(0);
    fields(&mut out, number);
    // What was said at the call beats what is known of the function.
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Whom a record is about: an observation, or a score by a hash of what it says. `None`: a whole trace.
pub(crate) fn key(bytes: &[u8]) -> Option<(TraceId, [u8; 8])> {
    let record = Record::read(bytes)?;
    match record.kind {
        Kind::Process | Kind::Site | Kind::Trace => None,
        Kind::Score => {
            let hash = u64::from(checksum::of(bytes)) << 32 | bytes.len() as u64 & 0xffff_ffff;
            Some((record.trace, hash.to_le_bytes()))
        }
        _ => Some((record.trace, record.observation?.to_bytes())),
    }
}

/// Appends a frame: the record's length in 4 bytes, then the record.
pub(crate) fn frame(out: &mut Vec<u8>, record: &[u8]) {
    let length = u32::try_from(record.len()).unwrap_or(0);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&record[..length as usize]);
}

/// Appends a frame whose record, of this length, `write` appends.
pub(crate) fn frame_with(out: &mut Vec<u8>, length: usize, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_le_bytes());
    write(out);
}

/// The records in a run of frames; ends at the first one that is cut off.
pub(crate) fn frames(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, tail) = rest.split_at_checked(4)?;
        let (record, tail) = tail.split_at_checked(u32::from_le_bytes(array(length)?) as usize)?;
        rest = tail;
        Some(record)
    })
}
