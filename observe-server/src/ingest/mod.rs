//! From what clients send to [`Change`](crate::model::Change)s. It knows no database and no HTTP but its status codes.

mod attributes;
mod batch;
mod indexed;
mod issue;
mod observation;
pub(crate) mod otlp;
mod payload;
mod scores;
mod usage;
mod values;
mod wire;

use crate::model::{Change, Observation};
use crate::time;

pub(crate) use self::batch::batch;
pub(crate) use self::issue::Issue;
pub(crate) use self::scores::score;
pub(crate) use self::values::parsed;

/// What an export says, said now.
pub(crate) fn changes(export: &otlp::Export) -> Vec<Change> {
    let now = time::now();
    let spans = export.groups.iter().flat_map(|group| group.spans.iter().map(move |span| (span, group)));
    spans.map(|(span, group)| Change::Observation(Box::new(attributes::observation(span, group, now)))).collect()
}

/// What a snapshot of running work says, which was taken at that time. What is open has no end.
pub(crate) fn live(export: &otlp::Export, taken: i64) -> Vec<Observation> {
    let spans = export.groups.iter().flat_map(|group| group.spans.iter().map(move |span| (span, group)));
    let read = |(span, group): (&otlp::Span, &otlp::Group)| {
        let mut observation = attributes::observation(span, group, taken);
        if span.end == 0 {
            observation.end = None;
        }
        observation
    };
    spans.map(read).collect()
}

/// An id for what came without one.
pub(crate) fn random_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// A request that is not taken, as the answer will say it.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into() }
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self { status: 413, message: message.into() }
    }
}
