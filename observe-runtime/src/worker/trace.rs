//! A trace in the fold: what belongs to all of it, and which of its observations wait.

use std::sync::Arc;

use super::fold::Bundle;
use crate::diagnostics;
use crate::finished::{TraceAttributes, TraceIo};
use crate::id::{ObservationId, TraceId};
use crate::journal::Keep;
use crate::observation;
use crate::record::{self, Fields, Kind, Tag};
use crate::view::text;

#[derive(Debug)]
pub(super) struct Trace {
    attributes: Arc<TraceAttributes>,
    io: Option<Arc<TraceIo>>,
    /// When each attribute was last said, metadata by its key: later beats earlier, in whatever order they come.
    said: Vec<(Tag, Box<str>, u64)>,
    /// Observations opened and not closed.
    pub(super) open: usize,
    /// Closed observations that have not left, oldest first.
    pub(super) closed: Vec<ObservationId>,
    /// More of them, that are not in the fold's tables.
    pub(super) bundles: Vec<Bundle>,
    /// Records of scores that have not left: they leave with the trace, in its environment.
    pub(super) scores: Vec<(Vec<u8>, Vec<Keep>)>,
    /// When the oldest of `closed` or `scores` came, or the trace last heard of: unix nanoseconds.
    pub(super) since: u64,
    /// The round that last brought something.
    pub(super) touched: u64,
    /// It is among those that may leave at the end of a round.
    pub(super) is_listed: bool,
    /// Something was said of the trace as a whole.
    pub(super) is_said: bool,
    /// And nothing has left since that could have shown it.
    pub(super) is_unseen: bool,
    /// Some of its observations have left.
    pub(super) has_left: bool,
    /// The files that say something of it.
    pub(super) keeps: Vec<Keep>,
}

impl Trace {
    pub(super) fn new(defaults: &Arc<TraceAttributes>) -> Self {
        Self {
            attributes: defaults.clone(),
            io: None,
            said: Vec::new(),
            open: 0,
            closed: Vec::new(),
            bundles: Vec::new(),
            scores: Vec::new(),
            since: 0,
            touched: 0,
            is_listed: false,
            is_said: false,
            is_unseen: false,
            has_left: false,
            keeps: Vec::new(),
        }
    }

    pub(super) fn attributes(&self) -> Arc<TraceAttributes> {
        self.attributes.clone()
    }

    pub(super) fn io(&self) -> Option<Arc<TraceIo>> {
        self.io.clone()
    }

    /// Whether nothing waits to leave.
    pub(super) fn is_empty(&self) -> bool {
        self.closed.is_empty() && self.bundles.is_empty() && self.scores.is_empty()
    }

    /// Takes what a trace record says. What has left keeps the attributes it left with.
    pub(super) fn set(&mut self, time: u64, fields: Fields<'_>) {
        for (tag, value) in fields {
            let key = if tag == Tag::TraceMetadata { record::pair(value).map_or("", |(key, _)| key) } else { "" };
            if tag != Tag::TraceLabel && !self.is_news(tag, key, time) {
                continue;
            }
            let attributes = Arc::make_mut(&mut self.attributes);
            let word = || Some(text(value).into_owned());
            match tag {
                Tag::TraceName => attributes.name = word(),
                Tag::UserId => attributes.user_id = word(),
                Tag::SessionId => attributes.session_id = word(),
                Tag::TraceVersion => attributes.version = word(),
                Tag::Release => attributes.release = word(),
                Tag::Environment => attributes.environment = Some(environment(&text(value))),
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
                Tag::TraceInput => {
                    Arc::make_mut(self.io.get_or_insert_default()).input = word().map(|json| (time, json));
                }
                Tag::TraceOutput => {
                    Arc::make_mut(self.io.get_or_insert_default()).output = word().map(|json| (time, json));
                }
                _ => {}
            }
        }
    }

    /// A record that says what is known of it.
    pub(super) fn record(&self, id: TraceId) -> Vec<u8> {
        let time = self.said.iter().map(|(_, _, time)| *time).max().unwrap_or(0);
        record_of(id, time, &self.attributes, self.io.as_deref())
    }

    fn is_news(&mut self, tag: Tag, key: &str, time: u64) -> bool {
        match self.said.iter_mut().find(|(known, known_key, _)| *known == tag && **known_key == *key) {
            Some((_, _, last)) if *last > time => false,
            Some((_, _, last)) => {
                *last = time;
                true
            }
            None => {
                self.said.push((tag, key.into(), time));
                true
            }
        }
    }
}

/// The environment as servers store it, so that scores and observations agree; they put `default` for what is no name.
fn environment(text: &str) -> String {
    observation::environment(text).unwrap_or_else(|| {
        diagnostics::once_environment(text);
        "default".to_owned()
    })
}

impl TraceAttributes {
    /// A record that says this of every trace.
    pub(crate) fn record(&self) -> Vec<u8> {
        record_of(TraceId::random(), 0, self, None)
    }
}

/// A record that says all of this of a trace, as if it had been said at `time`.
pub(super) fn record_of(id: TraceId, time: u64, attributes: &TraceAttributes, io: Option<&TraceIo>) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    record::say(&mut out, Kind::Trace, id, None, time);
    let io_text = |text: Option<&(u64, String)>| text.map(|(_, json)| json.clone());
    let (input, output) = (io_text(io.and_then(|io| io.input.as_ref())), io_text(io.and_then(|io| io.output.as_ref())));
    for (tag, value) in [
        (Tag::TraceName, &attributes.name),
        (Tag::UserId, &attributes.user_id),
        (Tag::SessionId, &attributes.session_id),
        (Tag::TraceVersion, &attributes.version),
        (Tag::Release, &attributes.release),
        (Tag::Environment, &attributes.environment),
        (Tag::TraceInput, &input),
        (Tag::TraceOutput, &output),
    ] {
        if let Some(value) = value {
            record::put(&mut out, tag, value.as_bytes());
        }
    }
    for tag in &attributes.tags {
        record::put(&mut out, Tag::TraceLabel, tag.as_bytes());
    }
    for (key, value) in &attributes.metadata {
        record::put_pair(&mut out, Tag::TraceMetadata, key, |out| out.extend_from_slice(value.as_bytes()));
    }
    if attributes.public {
        record::put(&mut out, Tag::Public, &[1]);
    }
    out
}
