//! The same by hand: trace → span, generation, event → score → end.
//!
//! - A handle is ids and nothing else: `Copy`, `Send`, usable from any thread, in and around observed functions.
//! - Every method appends one record. A handle of something that is not recorded does nothing.
//! - Nothing ends by itself: what was not ended leaves when the client is shut down, marked so.

mod observation;
mod trace;

pub use self::observation::Observation;
pub use self::trace::Trace;
use crate::append::open;
use crate::context::Context;
use crate::id::{ObservationId, TraceId};
use crate::observation::ObservationType;

/// Starts a trace by hand; its root observation has the same name and lasts until [`Trace::end`].
///
/// ```
/// let trace = observe::trace("support-query").user_id("user_123").tags(["support"]);
/// let answer = trace.generation("llm-answer").model("gpt-4o-mini").input("Where is my order?");
/// answer.output("On its way.").end();
/// trace.end();
/// ```
pub fn trace(name: impl AsRef<str>) -> Trace {
    trace_with_id(name, TraceId::random())
}

/// Starts a trace of this id, such as [`TraceId::from_seed`] makes from an id of one's own.
///
/// ```
/// use observe::TraceId;
/// let trace = observe::trace_with_id("import", TraceId::from_seed("order-77"));
/// assert_eq!(trace.trace_id(), Some(TraceId::from_seed("order-77")));
/// trace.end();
/// ```
pub fn trace_with_id(name: impl AsRef<str>, id: TraceId) -> Trace {
    let context = Context::NONE.with_client(Context::current().client()).below(id, None);
    Trace::of(open(context, ObservationType::Span, name.as_ref(), None))
}

/// Continues a trace that began in another process, below the observation that called this one.
///
/// ```
/// use observe::{ObservationId, TraceId};
/// // As the other process sent them, say in headers of its request.
/// let trace: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse()?;
/// let parent: ObservationId = "00f067aa0ba902b7".parse()?;
/// let work = observe::continue_trace("worker", trace, parent);
/// work.end();
/// # Ok::<(), observe::InvalidId>(())
/// ```
pub fn continue_trace(name: impl AsRef<str>, id: TraceId, parent: ObservationId) -> Trace {
    Trace::of(open(Context::remote(id, Some(parent)), ObservationType::Span, name.as_ref(), None))
}

/// Methods that a trace and an observation share: children, scores, running work inside.
macro_rules! parent {
    ($context:expr) => {
        /// Opens a span below.
        ///
        /// ```
        /// let trace = observe::trace("job");
        /// trace.span("step").end();
        /// trace.end();
        /// ```
        pub fn span(self, name: impl AsRef<str>) -> Observation {
            self.child(ObservationType::Span, name)
        }

        /// Opens a call of a model below.
        ///
        /// ```
        /// let trace = observe::trace("job");
        /// trace.generation("answer").model("gpt-4o-mini").output("On its way.").end();
        /// trace.end();
        /// ```
        pub fn generation(self, name: impl AsRef<str>) -> Observation {
            self.child(ObservationType::Generation, name)
        }

        /// Records a moment below; it needs no end.
        ///
        /// ```
        /// let trace = observe::trace("job");
        /// trace.event("cache-hit").metadata("age_seconds", 40);
        /// trace.end();
        /// ```
        pub fn event(self, name: impl AsRef<str>) -> Observation {
            self.child(ObservationType::Event, name)
        }

        /// Opens an observation of any type below.
        ///
        /// ```
        /// use observe::ObservationType;
        /// let trace = observe::trace("job");
        /// trace.child(ObservationType::Tool, "get_weather").input("Berlin").output(21.5).end();
        /// trace.end();
        /// ```
        pub fn child(self, kind: ObservationType, name: impl AsRef<str>) -> Observation {
            Observation::of(open(self.context(), kind, name.as_ref(), None))
        }

        /// Opens an observation of this id below.
        ///
        /// ```
        /// use observe::{ObservationId, ObservationType};
        /// let trace = observe::trace("job");
        /// let id = ObservationId::random();
        /// assert_eq!(trace.child_with_id(ObservationType::Span, "step", id).id(), Some(id));
        /// trace.end();
        /// ```
        pub fn child_with_id(self, kind: ObservationType, name: impl AsRef<str>, id: ObservationId) -> Observation {
            Observation::of(open(self.context(), kind, name.as_ref(), Some(id)))
        }

        /// The context for work below this: for threads, other tasks and outgoing requests.
        ///
        /// ```
        /// let trace = observe::trace("job");
        /// let context = trace.context();
        /// std::thread::spawn(move || context.run(|| observe::span("on another thread").end())).join().unwrap();
        /// trace.end();
        /// ```
        #[must_use]
        pub fn context(self) -> Context {
            $context(self)
        }

        /// Runs `work` with this current: observed functions called in it become children.
        ///
        /// ```
        /// use observe::observe;
        ///
        /// #[observe]
        /// fn rank(hits: &[u32]) -> usize {
        ///     hits.len()
        /// }
        ///
        /// let trace = observe::trace("job");
        /// assert_eq!(trace.run(|| rank(&[1, 2])), 2);
        /// trace.end();
        /// ```
        pub fn run<R>(self, work: impl FnOnce() -> R) -> R {
            self.context().run(work)
        }

        /// Makes a future with this current and polls it so.
        ///
        /// ```
        /// use observe::observe;
        ///
        /// #[observe]
        /// async fn fetch(n: u32) -> u32 {
        ///     n
        /// }
        ///
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() {
        /// let trace = observe::trace("job");
        /// assert_eq!(trace.scope(|| fetch(2)).await, 2);
        /// trace.end();
        /// # }
        /// ```
        pub fn scope<F: Future>(self, make: impl FnOnce() -> F) -> InContext<F> {
            self.context().scope(make)
        }

        /// The id of the trace.
        ///
        /// All zeros never occur: something that is not recorded has an id too.
        ///
        /// ```
        /// let trace = observe::trace("job");
        /// println!("{}", trace.trace_id().unwrap());
        /// trace.end();
        /// ```
        #[must_use]
        pub fn trace_id(self) -> Option<TraceId> {
            self.context().trace_id()
        }

        /// Ends it now.
        ///
        /// ```
        /// let span = observe::span("step");
        /// span.end();
        /// ```
        pub fn end(self) {
            self.end_at(SystemTime::now());
        }

        /// Ends it with an error: level ERROR, and the error with its sources as the status message.
        ///
        /// ```
        /// let span = observe::span("query");
        /// if let Err(error) = "many".parse::<u32>() {
        ///     span.end_with_error(&error);
        /// }
        /// ```
        pub fn end_with_error(self, error: &dyn std::error::Error) {
            append::fail(self.context(), error);
        }
    };
}
use parent;
