//! Helpers that act on the current observation and the current trace, from anywhere inside.

use crate::append;
use crate::context::Context;
use crate::id::{ObservationId, TraceId};
use crate::manual::Observation;
use crate::observation::ObservationType;
use crate::score::Score;
use crate::update::{ObservationUpdate, TraceUpdate};

/// Sets something on the current observation.
///
/// The closure runs only when the observation is recorded. Outside any observation nothing happens,
/// but that is counted and said once.
///
/// ```
/// use observe::{Usage, update_current_observation};
/// update_current_observation(|o| o.model("gpt-4o-mini").usage(Usage::tokens(1200, 250)));
/// ```
pub fn update_current_observation(update: impl FnOnce(ObservationUpdate<'_>) -> ObservationUpdate<'_>) {
    append::update_observation(Context::current(), update);
}

/// Sets something on the current trace, from whatever depth: it is put on every observation of the
/// trace that has not left.
///
/// ```
/// observe::update_current_trace(|t| t.user_id("user_123").tags(["support", "production"]));
/// ```
pub fn update_current_trace(update: impl FnOnce(TraceUpdate<'_>) -> TraceUpdate<'_>) {
    append::update_trace(Context::current(), update);
}

/// Scores the current observation.
///
/// ```
/// use observe::{Score, score_current_observation};
/// score_current_observation(Score::new("relevance", 0.91).comment("three of three documents on topic"));
/// ```
#[expect(clippy::needless_pass_by_value, reason = "a score is given once")]
pub fn score_current_observation(score: Score<'_>) {
    append::score(Context::current(), true, &score);
}

/// Scores the current trace.
///
/// ```
/// use observe::{Score, score_current_trace};
/// score_current_trace(Score::new("completeness", 0.85));
/// ```
#[expect(clippy::needless_pass_by_value, reason = "a score is given once")]
pub fn score_current_trace(score: Score<'_>) {
    append::score(Context::current(), false, &score);
}

/// Records a moment below the current observation; more can be set on the handle it returns.
///
/// ```
/// use observe::{Level, event};
/// event("rate-limit-warning").level(Level::Warning).metadata("remaining", 3);
/// ```
pub fn event(name: impl AsRef<str>) -> Observation {
    Observation::of(append::open(Context::current(), ObservationType::Event, name.as_ref(), None))
}

/// Opens an observation by hand below the current one; end it with [`Observation::end`].
///
/// ```
/// let retrieval = observe::span("retrieval").input("refunds");
/// retrieval.output(["doc-1", "doc-2"]).end();
/// ```
pub fn span(name: impl AsRef<str>) -> Observation {
    Observation::of(append::open(Context::current(), ObservationType::Span, name.as_ref(), None))
}

/// Opens a generation by hand below the current observation; end it with [`Observation::end`].
///
/// ```
/// use observe::Usage;
/// let answer = observe::generation("llm-answer").model("gpt-4o-mini").input("Where is my order?");
/// answer.usage(Usage::tokens(120, 30)).output("On its way.").end();
/// ```
pub fn generation(name: impl AsRef<str>) -> Observation {
    Observation::of(append::open(Context::current(), ObservationType::Generation, name.as_ref(), None))
}

/// The id of the current trace, if something is being observed.
///
/// ```
/// use observe::observe;
///
/// #[observe]
/// fn work() {
///     // For a log line, or to score the trace later.
///     println!("{:?}", observe::current_trace_id());
/// }
/// # work();
/// assert_eq!(observe::current_trace_id(), None);
/// ```
#[must_use]
pub fn current_trace_id() -> Option<TraceId> {
    Context::current().trace_id()
}

/// The id of the current observation, if something is being observed.
///
/// ```
/// use observe::observe;
///
/// #[observe]
/// fn work() {
///     println!("{:?}", observe::current_observation_id());
/// }
/// # work();
/// assert_eq!(observe::current_observation_id(), None);
/// ```
#[must_use]
pub fn current_observation_id() -> Option<ObservationId> {
    Context::current().observation_id()
}
