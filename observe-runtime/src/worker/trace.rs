//! A trace in the fold: what belongs to all of it, and which of its observations wait.

use std::sync::Arc;

use crate::finished::{TraceAttributes, text};
use crate::id::ObservationId;
use crate::record::{self, Fields, Tag};

#[derive(Debug)]
pub(super) struct Trace {
    attributes: Arc<TraceAttributes>,
    io: Option<Arc<(Option<String>, Option<String>)>>,
    /// Observations opened and not closed.
    pub(super) open: usize,
    /// Closed observations that have not left, oldest first.
    pub(super) closed: Vec<ObservationId>,
    /// When the oldest of `closed` was closed, or the trace last heard of: unix nanoseconds.
    pub(super) since: u64,
    /// The round that last brought something.
    pub(super) touched: u64,
    /// Something was said of the trace as a whole.
    pub(super) is_said: bool,
}

impl Trace {
    pub(super) fn new(defaults: &Arc<TraceAttributes>) -> Self {
        Self {
            attributes: defaults.clone(),
            io: None,
            open: 0,
            closed: Vec::new(),
            since: 0,
            touched: 0,
            is_said: false,
        }
    }

    pub(super) fn attributes(&self) -> Arc<TraceAttributes> {
        self.attributes.clone()
    }

    pub(super) fn io(&self) -> Option<Arc<(Option<String>, Option<String>)>> {
        self.io.clone()
    }

    /// Takes what a trace record says. What has left keeps the attributes it left with.
    pub(super) fn set(&mut self, fields: Fields<'_>) {
        let attributes = Arc::make_mut(&mut self.attributes);
        for (tag, value) in fields {
            let word = || Some(text(value).into_owned());
            match tag {
                Tag::TraceName => attributes.name = word(),
                Tag::UserId => attributes.user_id = word(),
                Tag::SessionId => attributes.session_id = word(),
                Tag::TraceVersion => attributes.version = word(),
                Tag::Release => attributes.release = word(),
                Tag::Environment => attributes.environment = word(),
                Tag::Public => attributes.public = value.first().is_some_and(|byte| *byte != 0),
                Tag::TraceLabel => {
                    let tag = text(value);
                    if !attributes.tags.iter().any(|known| *known == tag) {
                        attributes.tags.push(tag.into_owned());
                    }
                }
                Tag::TraceMetadata => {
                    let Some((key, value)) = record::pair(value) else { continue };
                    let value = text(value).into_owned();
                    match attributes.metadata.iter_mut().find(|(known, _)| known == key) {
                        Some(entry) => entry.1 = value,
                        None => attributes.metadata.push((key.to_owned(), value)),
                    }
                }
                Tag::TraceInput => Arc::make_mut(self.io.get_or_insert_default()).0 = word(),
                Tag::TraceOutput => Arc::make_mut(self.io.get_or_insert_default()).1 = word(),
                _ => {}
            }
        }
    }
}
