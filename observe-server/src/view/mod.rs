//! Rows as the page, the API and the terminal show them.

pub(crate) mod full;
mod observations;
mod path;
mod rows;
mod scores;
mod trace;

pub(crate) use self::observations::{Observation, observations};
pub(crate) use self::rows::{TraceRow, rid_of, trace_rows};
pub(crate) use self::scores::{Comment, Score, comments, scores};
pub(crate) use self::trace::{Payload, TraceView, payload, trace, trace_payload, within};
