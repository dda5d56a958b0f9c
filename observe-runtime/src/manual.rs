//! The same by hand: trace → span, generation, event → score → end.
//!
//! - A handle is ids and nothing else: `Copy`, `Send`, usable from any thread, in and around observed functions.
//! - Every method appends one record. A handle of something that is not recorded does nothing.
//! - Nothing ends by itself: what was not ended leaves when the client is shut down, marked so.

use std::future::Future;
use std::time::SystemTime;

use serde_core::Serialize;

use crate::capture::{self, Limits};
use crate::clock;
use crate::context::{Context, InContext};
use crate::diagnostics;
use crate::id::{ObservationId, TraceId};
use crate::journal::{self, Admission};
use crate::loss::Loss;
use crate::observation::{Level, ObservationType, Outcome};
use crate::record::{self, APP_ROOT, Kind, Opening, Tag};
use crate::score::Score;
use crate::update::{ObservationUpdate, TraceUpdate, observation_setters, trace_setters};
use crate::usage::Usage;

/// Starts a trace by hand; its root observation has the same name and lasts until [`Trace::end`].
///
/// ```
/// let trace = observe_runtime::trace("support-query").user_id("user_123").tags(["support"]);
/// let answer = trace.generation("llm-answer").model("gpt-4o-mini").input("Where is my order?");
/// answer.output("On its way.").end();
/// trace.end();
/// ```
pub fn trace(name: impl AsRef<str>) -> Trace {
    trace_with_id(name, TraceId::random())
}

/// Starts a trace of this id, such as [`TraceId::from_seed`] makes from an id of one's own.
pub fn trace_with_id(name: impl AsRef<str>, id: TraceId) -> Trace {
    let context = Context::NONE.with_client(Context::current().client()).below(id, None);
    Trace(open(context, ObservationType::Span, name.as_ref(), None))
}

/// Continues a trace that began in another process, below the observation that called this one.
pub fn continue_trace(name: impl AsRef<str>, id: TraceId, parent: ObservationId) -> Trace {
    Trace(open(Context::remote(id, Some(parent)), ObservationType::Span, name.as_ref(), None))
}

/// A trace made by hand.
#[derive(Clone, Copy, Debug)]
pub struct Trace(Observation);

/// An observation made by hand.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    context: Context,
}

/// Methods that a trace and an observation share: children, scores, running work inside.
macro_rules! parent {
    ($root:expr) => {
        /// Opens a span below.
        pub fn span(self, name: impl AsRef<str>) -> Observation {
            self.child(ObservationType::Span, name)
        }

        /// Opens a call of a model below.
        pub fn generation(self, name: impl AsRef<str>) -> Observation {
            self.child(ObservationType::Generation, name)
        }

        /// Records a moment below; it needs no end.
        pub fn event(self, name: impl AsRef<str>) -> Observation {
            self.child(ObservationType::Event, name)
        }

        /// Opens an observation of any type below.
        pub fn child(self, kind: ObservationType, name: impl AsRef<str>) -> Observation {
            open(self.context(), kind, name.as_ref(), None)
        }

        /// Opens an observation of this id below.
        pub fn child_with_id(self, kind: ObservationType, name: impl AsRef<str>, id: ObservationId) -> Observation {
            open(self.context(), kind, name.as_ref(), Some(id))
        }

        /// The context for work below this: for threads, other tasks and outgoing requests.
        #[must_use]
        pub fn context(self) -> Context {
            $root(self).context
        }

        /// Runs `work` with this current: observed functions called in it become children.
        pub fn run<R>(self, work: impl FnOnce() -> R) -> R {
            self.context().run(work)
        }

        /// Makes a future with this current and polls it so.
        pub fn scope<F: Future>(self, make: impl FnOnce() -> F) -> InContext<F> {
            self.context().scope(make)
        }

        /// The id of the trace.
        ///
        /// All zeros never occur: something that is not recorded has an id too.
        #[must_use]
        pub fn trace_id(self) -> Option<TraceId> {
            self.context().trace_id()
        }

        /// Ends it now.
        pub fn end(self) {
            self.end_at(SystemTime::now());
        }

        /// Ends it with an error: level ERROR, and the error with its sources as the status message.
        pub fn end_with_error(self, error: &dyn std::error::Error) {
            close($root(self).context, clock::now(), Outcome::Error, Some(&chain(error)));
        }
    };
}

impl Trace {
    parent!(|trace: Trace| trace.0);
    trace_setters!();

    /// Sets several things of the trace at once.
    pub fn update(self, update: impl FnOnce(TraceUpdate<'_>) -> TraceUpdate<'_>) -> Self {
        update_trace(self.0.context, update);
        self
    }

    /// The version of what the trace shows.
    pub fn version(self, version: impl AsRef<str>) -> Self {
        self.put_trace(Tag::TraceVersion, version.as_ref().as_bytes())
    }

    /// Adds tags.
    pub fn tags(self, tags: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.update(|trace| trace.tags(tags))
    }

    /// Adds an entry to the trace's metadata, or replaces it.
    pub fn metadata(self, key: impl AsRef<str>, value: impl Serialize) -> Self {
        self.update(|trace| trace.metadata(key, value))
    }

    /// The trace's input: that of its root.
    pub fn input(self, input: impl Serialize) -> Self {
        let _ = self.0.input(input);
        self
    }

    /// The trace's output: that of its root.
    pub fn output(self, output: impl Serialize) -> Self {
        let _ = self.0.output(output);
        self
    }

    /// The root observation.
    #[must_use]
    pub fn root(self) -> Observation {
        self.0
    }

    /// Scores the trace.
    #[expect(clippy::needless_pass_by_value, reason = "a score is given once")]
    pub fn score(self, score: Score) -> Self {
        self::score(self.0.context, false, &score);
        self
    }

    /// Ends it at a time of one's own.
    pub fn end_at(self, time: SystemTime) {
        self.0.end_at(time);
    }

    fn put_trace(self, tag: Tag, value: &[u8]) -> Self {
        say(self.0.context, Kind::Trace, |out, _| record::put(out, tag, value));
        self
    }
}

impl Observation {
    parent!(|observation: Observation| observation);
    observation_setters!();

    /// The observation that is current here, whether an attribute or a handle made it.
    ///
    /// Outside any observation a handle that does nothing.
    #[must_use]
    pub fn current() -> Self {
        Self { context: Context::current() }
    }

    /// Sets several things at once.
    pub fn update(self, update: impl FnOnce(ObservationUpdate<'_>) -> ObservationUpdate<'_>) -> Self {
        update_observation(self.context, update);
        self
    }

    /// When it started, instead of when it was opened.
    pub fn start_time(self, time: SystemTime) -> Self {
        self.put(Tag::Start, &clock::unix(time).to_le_bytes())
    }

    /// Its id.
    #[must_use]
    pub fn id(self) -> Option<ObservationId> {
        self.context.observation_id()
    }

    /// Scores this observation.
    #[expect(clippy::needless_pass_by_value, reason = "a score is given once")]
    pub fn score(self, score: Score) -> Self {
        self::score(self.context, true, &score);
        self
    }

    /// Ends it at a time of one's own.
    pub fn end_at(self, time: SystemTime) {
        close(self.context, clock::unix(time), Outcome::Ok, None);
    }

    fn put(self, tag: Tag, value: &[u8]) -> Self {
        say(self.context, Kind::Update, |out, _| record::put(out, tag, value));
        self
    }

    fn json(self, tag: Tag, value: &impl Serialize) -> Self {
        say(self.context, Kind::Update, |out, limits| {
            record::put_with(out, tag, |out| capture::to_json(out, value, limits));
        });
        self
    }

    fn pair(self, tag: Tag, key: &str, value: &impl Serialize) -> Self {
        say(self.context, Kind::Update, |out, limits| {
            record::put_pair(out, tag, key, |out| capture::to_json(out, value, limits));
        });
        self
    }

    fn prompt_version(self, name: &str, version: u16) -> Self {
        self.update(|observation| observation.prompt(name, version))
    }
}

/// Opens an observation below `parent`; an event is closed at once.
pub(crate) fn open(parent: Context, kind: ObservationType, name: &str, id: Option<ObservationId>) -> Observation {
    let observation = id.unwrap_or_else(ObservationId::random);
    let trace = parent.trace_id().unwrap_or_else(TraceId::random);
    let parent_id = parent.observation_id();
    let is_top = parent_id.is_none() || parent.is_remote();
    let client = journal::client(parent.client());
    let context = parent.with_client(client.unwrap_or_default()).below(trace, Some(observation));
    let is_open = parent.is_recorded()
        && client.is_some_and(|client| {
            journal::write(client, Admission::New, |out, journal| {
                if is_top && !journal.samples(trace) {
                    return false;
                }
                let flags = if is_top { APP_ROOT } else { 0 };
                let start = clock::now();
                record::open(out, &Opening { trace, observation, parent: parent_id, start, kind, flags });
                record::put(out, Tag::Name, name.as_bytes());
                true
            })
        });
    if !is_open {
        return Observation { context: context.silent() };
    }
    if kind == ObservationType::Event {
        close(context, clock::now(), Outcome::Ok, None);
    }
    Observation { context }
}

pub(crate) fn update_observation(
    context: Context,
    update: impl FnOnce(ObservationUpdate<'_>) -> ObservationUpdate<'_>,
) {
    say(context, Kind::Update, |out, limits| {
        let _ = update(ObservationUpdate::new(out, limits));
    });
}

pub(crate) fn update_trace(context: Context, update: impl FnOnce(TraceUpdate<'_>) -> TraceUpdate<'_>) {
    say(context, Kind::Trace, |out, limits| {
        let _ = update(TraceUpdate::new(out, limits));
    });
}

/// Scores the context's observation, or its trace.
pub(crate) fn score(context: Context, is_for_observation: bool, score: &Score) {
    let Some((client, trace, observation)) = target(context) else { return };
    if let Some(flaw) = score.flaw() {
        journal::lose(client, Loss::Invalid);
        diagnostics::once_score(flaw);
        return;
    }
    let observation = if is_for_observation { observation } else { None };
    journal::write(client, Admission::Known, |out, journal| {
        // A context from elsewhere does not know whether its trace is in the sample.
        if !journal.samples(trace) {
            return false;
        }
        record::say(out, Kind::Score, trace, observation, clock::now());
        record::put_with(out, Tag::ScoreId, |out| {
            let (first, second) = (ObservationId::random(), ObservationId::random());
            out.extend_from_slice(format!("{first}{second}").as_bytes());
        });
        out.extend_from_slice(score.fields());
        true
    });
}

fn close(context: Context, end: u64, outcome: Outcome, fault: Option<&str>) {
    let Some((client, trace, Some(observation))) = target(context) else { return };
    journal::write(client, Admission::Known, |out, _| {
        record::close(out, trace, observation, 0, end, outcome);
        if let Some(fault) = fault {
            record::put(out, Tag::Fault, fault.as_bytes());
        }
        true
    });
}

/// Appends an update; the closure does not run when nothing is recorded.
fn say(context: Context, kind: Kind, fields: impl FnOnce(&mut Vec<u8>, Limits)) {
    let Some((client, trace, observation)) = target(context) else { return };
    journal::write(client, Admission::Known, |out, journal| {
        record::say(out, kind, trace, observation, clock::now());
        fields(out, journal.rules.limits);
        true
    });
}

/// Whom a record about this context goes to. What is said outside any observation is counted, and said once.
fn target(context: Context) -> Option<(u32, TraceId, Option<ObservationId>)> {
    if !context.is_recorded() || journal::is_capturing() {
        return None;
    }
    let client = journal::client(context.client())?;
    let Some(trace) = context.trace_id() else {
        journal::lose(client, Loss::NoObservation);
        diagnostics::once_outside();
        return None;
    };
    Some((client, trace, context.observation_id()))
}

/// An error's text with those of its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
