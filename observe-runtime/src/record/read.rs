//! Records as they are read back. What is cut off is not there, and nothing is trusted.

use super::{HEAD, Kind, LINK, OBSERVATION, Opening, SITE, TIME, TRACE, Tag};
use crate::checksum;
use crate::id::{ObservationId, TraceId};
use crate::observation::{ObservationType, Outcome};

/// A record as read back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) kind: Kind,
    pub(crate) trace: TraceId,
    pub(crate) observation: Option<ObservationId>,
    pub(crate) time: u64,
    head: &'a [u8; HEAD],
    /// The fields.
    pub(super) rest: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads a record, or `None` if these bytes are none.
    #[inline]
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        Some(Self {
            kind: kind(head)?,
            trace: TraceId::from_bytes(array(&head[TRACE..OBSERVATION])?)?,
            observation: ObservationId::from_bytes(array(&head[OBSERVATION..TIME])?),
            time: number(&head[TIME..LINK])?,
            head,
            rest,
        })
    }

    /// Of an opening: parent, type and flags.
    #[inline]
    pub(crate) fn opening(&self) -> Option<Opening> {
        (self.kind == Kind::Open).then_some(())?;
        Some(Opening {
            trace: self.trace,
            observation: self.observation?,
            parent: ObservationId::from_bytes(array(&self.head[LINK..])?),
            start: self.time,
            kind: ObservationType::from_u8(self.head[1]).unwrap_or(ObservationType::Span),
            flags: self.head[2],
            site: u32::from_le_bytes(array(&self.head[SITE..TRACE])?),
        })
    }

    /// The bytes of the trace, of the observation, and of an opening's parent.
    #[inline]
    pub(crate) fn ids(&self) -> Option<(&'a [u8; 16], &'a [u8; 8], &'a [u8; 8])> {
        let [trace, observation, link] = [TRACE, OBSERVATION, LINK].map(|at| &self.head[at..]);
        Some((trace.first_chunk()?, observation.first_chunk()?, link.first_chunk()?))
    }

    /// Of a closing: the start it corrects (0: none) and the outcome.
    #[inline]
    pub(crate) fn closing(&self) -> Option<(u64, Outcome)> {
        (self.kind == Kind::Close).then_some(())?;
        Some((number(&self.head[LINK..])?, Outcome::from_u8(self.head[1]).unwrap_or(Outcome::Ok)))
    }

    /// The fields in the order they were written.
    pub(crate) fn fields(&self) -> Fields<'a> {
        Fields(self.rest)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (Tag, &'a [u8]);

    #[inline]
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

pub(super) fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// What a record says.
#[inline]
pub(crate) fn kind(bytes: &[u8]) -> Option<Kind> {
    Some(match bytes.first()? {
        1 => Kind::Open,
        2 => Kind::Update,
        3 => Kind::Close,
        4 => Kind::Trace,
        5 => Kind::Score,
        6 => Kind::Forget,
        7 => Kind::Site,
        8 => Kind::Process,
        _ => return None,
    })
}

/// The bytes of the trace and of the observation that a record is about. `None`: it is about none, or is no record.
#[inline]
pub(crate) fn whom(bytes: &[u8]) -> Option<&[u8; TIME - TRACE]> {
    let (whom, _): (&[u8; TIME - TRACE], _) = bytes.get(TRACE..HEAD)?.split_first_chunk()?;
    let (trace, observation) = whom.split_at(OBSERVATION - TRACE);
    (trace != [0; OBSERVATION - TRACE] && observation != [0; TIME - OBSERVATION]).then_some(whom)
}

/// The bytes of the trace that a record is about.
#[inline]
pub(crate) fn trace(bytes: &[u8]) -> Option<&[u8; OBSERVATION - TRACE]> {
    bytes.get(TRACE..)?.first_chunk()
}

/// The number of the site that this opening names, if it is one and does.
#[inline]
pub(crate) fn site(bytes: &[u8]) -> Option<u32> {
    let number = bytes.get(SITE..TRACE).filter(|_| bytes[0] == Kind::Open as u8)?;
    Some(u32::from_le_bytes(array(number)?)).filter(|number| *number != 0)
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
