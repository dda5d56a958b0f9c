//! An observation, for a test to look at.

use std::borrow::Cow;
use std::time::SystemTime;

use serde_json::Value;

use super::{map, value};
use crate::clock;
use crate::encode;
use crate::id::{ObservationId, TraceId};
use crate::observation::{Level, ObservationType, Outcome};
use crate::view::View;

/// An observation as it was recorded.
///
/// ```
/// let ((), recorded) = observe::testing::captured(|| observe::span("step").metadata("k", 1).end());
/// assert_eq!(recorded.observation("step").metadata["k"], 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordedObservation {
    /// The trace it is part of.
    pub trace_id: TraceId,
    /// Its own id.
    pub id: ObservationId,
    /// The observation it is below, if any.
    pub parent_id: Option<ObservationId>,
    /// What it stands for.
    pub kind: ObservationType,
    /// Its name.
    pub name: String,
    /// When it started.
    pub start: SystemTime,
    /// When it ended.
    pub end: SystemTime,
    /// How it ended.
    pub outcome: Outcome,
    /// How important it is.
    pub level: Level,
    /// Why it has this level.
    pub status_message: Option<String>,
    /// What went in.
    pub input: Option<Value>,
    /// What came out.
    pub output: Option<Value>,
    /// Its metadata.
    pub metadata: serde_json::Map<String, Value>,
    /// Its version.
    pub version: Option<String>,
    /// The model that was called.
    pub model: Option<String>,
    /// What the model was called with.
    pub model_parameters: serde_json::Map<String, Value>,
    /// What was used, by kind: buckets that add up, and `total`.
    pub usage: Vec<(String, u64)>,
    /// What is counted, where it is not tokens.
    pub usage_unit: Option<String>,
    /// What it cost by kind, in USD, and `total`.
    pub cost: Vec<(String, f64)>,
    /// When the first piece of the answer came.
    pub completion_start_time: Option<SystemTime>,
    /// Name and version of the prompt.
    pub prompt: Option<(String, i64)>,
    /// The trace's name, as far as it was set.
    pub trace_name: Option<String>,
    /// The trace's user.
    pub user_id: Option<String>,
    /// The trace's session.
    pub session_id: Option<String>,
    /// The trace's tags.
    pub tags: Vec<String>,
    /// The trace's metadata.
    pub trace_metadata: serde_json::Map<String, Value>,
    /// The trace's version.
    pub trace_version: Option<String>,
    /// The trace's release.
    pub release: Option<String>,
    /// The trace's environment.
    pub environment: Option<String>,
    /// Whether the trace is public.
    pub public: bool,
}

impl RecordedObservation {
    pub(super) fn of(view: &View<'_>) -> Self {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        Self {
            trace_id: view.trace_id,
            id: view.id,
            parent_id: view.parent_id,
            kind: view.kind,
            name: view.name.to_string(),
            start: clock::time(view.start),
            end: clock::time(view.end),
            outcome: view.outcome,
            level: view.level,
            status_message: text(&view.status_message),
            input: view.input.as_deref().map(value),
            output: view.output.as_deref().map(value),
            metadata: map(&view.metadata),
            version: text(&view.version),
            model: text(&view.model),
            model_parameters: map(&view.model_parameters),
            usage: encode::usage(view),
            usage_unit: encode::unit(view),
            cost: encode::cost(view),
            completion_start_time: view.completion_start.map(clock::time),
            prompt: view.prompt.as_ref().map(|(name, version)| (name.to_string(), *version)),
            trace_name: view.trace.name.clone(),
            user_id: view.trace.user_id.clone(),
            session_id: view.trace.session_id.clone(),
            tags: view.trace.tags.clone(),
            trace_metadata: map(&view.trace.metadata),
            trace_version: view.trace.version.clone(),
            release: view.trace.release.clone(),
            environment: view.trace.environment.clone(),
            public: view.trace.public,
        }
    }
}
