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

/// A closed observation.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) trace: TraceId,
    pub(crate) id: ObservationId,
    /// Its records, framed, in the order of their arrival.
    pub(crate) records: Vec<u8>,
    pub(crate) attributes: Arc<TraceAttributes>,
    pub(crate) trace_io: Option<Arc<TraceIo>>,
    /// The rest of its trace left at another time.
    pub(crate) is_part: bool,
    /// The files that its records are in.
    pub(crate) keeps: Vec<Keep>,
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
    Observation(Finished),
    Score(FinishedScore),
}

impl Item {
    /// When it began, or was given: unix nanoseconds.
    pub(crate) fn time(&self) -> u64 {
        let mut records = match self {
            Self::Observation(finished) => record::frames(&finished.records),
            Self::Score(score) => return Record::read(&score.record).map_or(0, |record| record.time),
        };
        records.find_map(|bytes| Record::read(bytes)?.opening()).map_or(0, |opening| opening.start)
    }

    pub(crate) fn trace(&self) -> TraceId {
        match self {
            Self::Observation(finished) => finished.trace,
            Self::Score(score) => score.trace,
        }
    }

    /// How it is named in the files that its records are in, and these.
    pub(crate) fn kept(&self) -> (Key, &[Keep]) {
        match self {
            Self::Observation(finished) => ((finished.trace, finished.id.to_bytes()), &finished.keeps),
            Self::Score(score) => (score.key, &score.keeps),
        }
    }

    /// Says that it is in this file now.
    pub(crate) fn keep_in(&mut self, keep: &Keep) {
        let keeps = match self {
            Self::Observation(finished) => &mut finished.keeps,
            Self::Score(score) => &mut score.keeps,
        };
        *keeps = vec![keep.clone()];
    }

    /// Whether the rest of its trace left at another time.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self, Self::Observation(finished) if finished.is_part)
    }

    /// Bytes it keeps in memory, roughly.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Observation(finished) => finished.records.capacity() + size_of::<Self>() + OVERHEAD,
            Self::Score(score) => score.record.capacity() + size_of::<Self>() + OVERHEAD,
        }
    }
}

/// What an allocation and a place in a queue that grows take beside what is in them.
const OVERHEAD: usize = 64;
