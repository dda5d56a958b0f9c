//! A trace made by hand, and its root.

use std::future::Future;
use std::time::SystemTime;

use serde_core::Serialize;

use super::{Observation, parent};
use crate::append::{self, open, say};
use crate::context::{Context, InContext};
use crate::id::{ObservationId, TraceId};
use crate::observation::ObservationType;
use crate::record::{self, Kind, Tag};
use crate::score::Score;
use crate::update::{TraceUpdate, trace_setters};

/// A trace made by hand.
///
/// ```
/// let trace = observe::trace("nightly-import").tags(["batch"]);
/// std::thread::spawn(move || trace.span("part 1").end()).join().unwrap();
/// trace.end();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Trace(Observation);

impl Trace {
    pub(super) fn of(root: Context) -> Self {
        Self(Observation::of(root))
    }

    parent!(|trace: Trace| trace.0.context());
    trace_setters!();

    /// Sets several things of the trace at once.
    ///
    /// ```
    /// let trace = observe::trace("job");
    /// trace.update(|t| t.name("Nightly job").user_id("user_123").input("42 orders"));
    /// trace.end();
    /// ```
    pub fn update(self, update: impl FnOnce(TraceUpdate<'_>) -> TraceUpdate<'_>) -> Self {
        append::update_trace(self.context(), update);
        self
    }

    /// The version of what the trace shows.
    ///
    /// ```
    /// observe::trace("job").version("2.1").end();
    /// ```
    pub fn version(self, version: impl AsRef<str>) -> Self {
        self.put_trace(Tag::TraceVersion, version.as_ref().as_bytes())
    }

    /// Adds tags.
    ///
    /// ```
    /// observe::trace("job").tags(["rag", "support"]).end();
    /// ```
    pub fn tags(self, tags: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.update(|trace| trace.tags(tags))
    }

    /// Adds an entry to the trace's metadata, or replaces it.
    ///
    /// ```
    /// observe::trace("job").metadata("plan", "pro").metadata("seats", 5).end();
    /// ```
    pub fn metadata(self, key: impl AsRef<str>, value: impl Serialize) -> Self {
        self.update(|trace| trace.metadata(key, value))
    }

    /// The trace's input: that of its root.
    ///
    /// ```
    /// observe::trace("support-query").input("Where is my order?").end();
    /// ```
    pub fn input(self, input: impl Serialize) -> Self {
        let _ = self.0.input(input);
        self
    }

    /// The trace's output: that of its root.
    ///
    /// ```
    /// observe::trace("support-query").output("On its way.").end();
    /// ```
    pub fn output(self, output: impl Serialize) -> Self {
        let _ = self.0.output(output);
        self
    }

    /// The root observation.
    ///
    /// ```
    /// use observe::Level;
    /// let trace = observe::trace("job");
    /// trace.root().level(Level::Warning).status_message("3 of 42 orders were left out");
    /// trace.end();
    /// ```
    #[must_use]
    pub fn root(self) -> Observation {
        self.0
    }

    /// Scores the trace.
    ///
    /// ```
    /// use observe::Score;
    /// observe::trace("job").score(Score::new("helpfulness", 0.92).comment("answered at once")).end();
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "a score is given once")]
    pub fn score(self, score: Score<'_>) -> Self {
        append::score(self.context(), false, &score);
        self
    }

    /// Ends it at a time of one's own.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// observe::trace("job").end_at(SystemTime::now() + Duration::from_secs(1));
    /// ```
    pub fn end_at(self, time: SystemTime) {
        self.0.end_at(time);
    }

    fn put_trace(self, tag: Tag, value: &[u8]) -> Self {
        say(self.context(), Kind::Trace, |out, _| record::put(out, tag, value));
        self
    }
}
