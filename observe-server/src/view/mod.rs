//! Rows as the page, the API and the terminal show them.

pub(crate) mod full;
mod observations;
mod path;
mod rows;
mod scores;
mod stats;
mod trace;

pub(crate) use self::observations::{Observation, observations};
pub(crate) use self::rows::{Tokens, TraceRow, rid_of, trace_rows};
pub(crate) use self::scores::{Comment, Score, comments, scores};
pub(crate) use self::stats::{Mean, Part, Stats, stats};
pub(crate) use self::trace::{Payload, TraceView, payload, payloads, trace, trace_payload, within};
