//! What leaves the fold: closed, immutable, still in the records' bytes.

use std::sync::Arc;

use crate::id::{ObservationId, TraceId};
use crate::journal::{Keep, Key};
use crate::record::{self, Record};

/// What belongs to the whole trace and is stamped on every observation of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TraceAttributes {
    pub(crate) name: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) tags: Vec<String>,
    /// Keys with JSON texts.
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) version: Option<String>,
    pub(crate) release: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) public: bool,
}

/// What a trace sets on its root: JSON texts, and when they were said.
#[derive(Clone, Debug, Default)]
pub(crate) struct TraceIo {
    pub(crate) input: Option<(u64, String)>,
    pub(crate) output: Option<(u64, String)>,
}

/// Closed observations of one trace: one with all that was said of it, or several of each of which there are an opening
/// and a closing, so that one more costs a copy of its bytes and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) trace: TraceId,
    /// Their records, framed: of one in the order of their arrival, of several one after the other.
    pub(crate) records: Vec<u8>,
    pub(crate) count: usize,
    pub(crate) attributes: Arc<TraceAttributes>,
    pub(crate) trace_io: Option<Arc<TraceIo>>,
    /// The rest of their trace left at another time.
    pub(crate) is_part: bool,
    /// The files that their records are in.
    pub(crate) keeps: Vec<Keep>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed<'a> {
    pub(crate) records: &'a [u8],
    pub(crate) of: &'a Finished,
}

/// A score as it was given.
#[derive(Clone, Debug)]
pub(crate) struct FinishedScore {
    pub(crate) trace: TraceId,
    pub(crate) record: Vec<u8>,
    pub(crate) environment: Option<Arc<str>>,
    /// How its record is named in the files that it is in.
    pub(crate) key: Key,
    pub(crate) keeps: Vec<Keep>,
}

/// Something to deliver.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Observations(Finished),
    Score(FinishedScore),
}

impl<'a> Observed<'a> {
    fn first(&self) -> Option<&'a [u8]> {
        record::frames(self.records).next()
    }

    fn alone(&self) -> Finished {
        let Finished { trace, attributes, trace_io, is_part, keeps, .. } = self.of;
        Finished {
            trace: *trace,
            records: self.records.to_vec(),
            count: 1,
            attributes: attributes.clone(),
            trace_io: trace_io.clone(),
            is_part: *is_part,
            keeps: keeps.clone(),
        }
    }

    /// The id that its records have.
    pub(crate) fn id(&self) -> Option<ObservationId> {
        Record::read(self.first()?)?.observation
    }
}

impl Finished {
    /// One by one.
    pub(crate) fn each(&self) -> impl Iterator<Item = Observed<'_>> {
        let mut rest = &self.records[..];
        (0..self.count).map(move |_| {
            let (records, others) = rest.split_at(if self.count == 1 { rest.len() } else { record::two(rest) });
            rest = others;
            Observed { records, of: self }
        })
    }

    /// Leaves so many, which are not all, and returns the others.
    fn split_off(&mut self, count: usize) -> Self {
        let at = self.each().take(count).map(|one| one.records.len()).sum();
        let (records, others) = (self.records.split_off(at), self.count - count);
        self.count = count;
        let (attributes, trace_io, keeps) = (self.attributes.clone(), self.trace_io.clone(), self.keeps.clone());
        Self { records, count: others, attributes, trace_io, keeps, ..*self }
    }
}

impl Item {
    /// When the first one began, or was given: unix nanoseconds.
    pub(crate) fn time(&self) -> u64 {
        let mut records = match self {
            Self::Observations(finished) => record::frames(&finished.records),
            Self::Score(score) => return Record::read(&score.record).map_or(0, |record| record.time),
        };
        records.find_map(|bytes| Record::read(bytes)?.opening()).map_or(0, |opening| opening.start)
    }

    pub(crate) fn trace(&self) -> TraceId {
        match self {
            Self::Observations(finished) => finished.trace,
            Self::Score(score) => score.trace,
        }
    }

    /// How many observations or scores it is.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Observations(finished) => finished.count,
            Self::Score(_) => 1,
        }
    }

    /// How many of them, at most so many, weigh no more than this.
    pub(crate) fn fitting(&self, most: usize, bytes: usize) -> usize {
        match self {
            Self::Observations(finished) if finished.count > 1 && self.weight() > bytes => {
                let mut left = Some(bytes);
                let is_fit = |one: &Observed<'_>| {
                    left = left.and_then(|left| left.checked_sub(one.records.len() + EACH));
                    left.is_some()
                };
                finished.each().take(most).take_while(is_fit).count()
            }
            _ if self.weight() > bytes => 0,
            _ => self.count().min(most),
        }
    }

    /// Leaves so many, which are not all, and returns the others.
    pub(crate) fn split_off(&mut self, count: usize) -> Option<Self> {
        match self {
            Self::Observations(finished) => Some(Self::Observations(finished.split_off(count))),
            Self::Score(_) => None,
        }
    }

    /// One by one, for what may become of one and not of the others.
    pub(crate) fn apart(self) -> impl Iterator<Item = Self> {
        let apart = match self {
            Self::Observations(finished) if finished.count > 1 => {
                finished.each().map(|one| Self::Observations(one.alone())).collect()
            }
            one => vec![one],
        };
        apart.into_iter()
    }

    /// The files that its records are in.
    pub(crate) fn keeps(&self) -> &[Keep] {
        match self {
            Self::Observations(finished) => &finished.keeps,
            Self::Score(score) => &score.keeps,
        }
    }

    /// How each of it is named there.
    pub(crate) fn keys(&self) -> Vec<Key> {
        match self {
            Self::Observations(finished) => finished.each().filter_map(|one| record::key(one.first()?)).collect(),
            Self::Score(score) => vec![score.key],
        }
    }

    /// Says that it is in this file now.
    pub(crate) fn keep_in(&mut self, keep: &Keep) {
        let keeps = match self {
            Self::Observations(finished) => &mut finished.keeps,
            Self::Score(score) => &mut score.keeps,
        };
        *keeps = vec![keep.clone()];
    }

    /// Whether the rest of its trace left at another time.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self, Self::Observations(finished) if finished.is_part)
    }

    /// Bytes it keeps in memory, roughly: also what it takes when it is encoded, as the keys add about what the records
    /// take beside the texts.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Observations(finished) => finished.records.capacity() + finished.count * EACH,
            Self::Score(score) => score.record.capacity() + EACH,
        }
    }
}

/// Bytes of an observation's records, with what it weighs beside, if it is one of several.
pub(crate) const BUNDLED: usize = 4 << 10;
/// What an observation weighs beside its records.
const EACH: usize = size_of::<Item>() + 64;
