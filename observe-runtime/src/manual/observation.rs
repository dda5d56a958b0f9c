//! An observation made by hand.

use std::future::Future;
use std::time::SystemTime;

use serde_core::Serialize;

use super::parent;
use crate::append::{self, close, open, say};
use crate::capture;
use crate::clock;
use crate::context::{Context, InContext};
use crate::id::{ObservationId, TraceId};
use crate::observation::{Level, ObservationType, Outcome};
use crate::record::{self, Kind, Tag};
use crate::score::Score;
use crate::update::{ObservationUpdate, observation_setters};
use crate::usage::Usage;

/// An observation made by hand.
///
/// ```
/// let span = observe::span("retrieval").input("refunds");
/// span.output(["doc-1"]).end();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    context: Context,
}

impl Observation {
    pub(crate) fn of(context: Context) -> Self {
        Self { context }
    }

    parent!(|observation: Observation| observation.context);
    observation_setters!();

    /// The observation that is current here, whether an attribute or a handle made it.
    ///
    /// Outside any observation a handle that does nothing.
    ///
    /// ```
    /// use observe::{Observation, observe};
    ///
    /// #[observe]
    /// fn work() {
    ///     let here = Observation::current();
    ///     std::thread::spawn(move || here.metadata("seen by", "another thread")).join().unwrap();
    /// }
    /// # work();
    /// ```
    #[must_use]
    pub fn current() -> Self {
        Self { context: Context::current() }
    }

    /// Sets several things at once.
    ///
    /// ```
    /// let span = observe::span("step");
    /// span.update(|o| o.metadata("k", 1).output("done"));
    /// span.end();
    /// ```
    pub fn update(self, update: impl FnOnce(ObservationUpdate<'_>) -> ObservationUpdate<'_>) -> Self {
        append::update_observation(self.context, update);
        self
    }

    /// When it started, instead of when it was opened.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// let now = SystemTime::now();
    /// observe::span("measured elsewhere").start_time(now - Duration::from_secs(2)).end_at(now);
    /// ```
    pub fn start_time(self, time: SystemTime) -> Self {
        self.put(Tag::Start, &clock::unix(time).to_le_bytes())
    }

    /// Its id.
    ///
    /// ```
    /// let span = observe::span("step");
    /// println!("{}", span.id().unwrap());
    /// span.end();
    /// ```
    #[must_use]
    pub fn id(self) -> Option<ObservationId> {
        self.context.observation_id()
    }

    /// Scores this observation.
    ///
    /// ```
    /// use observe::Score;
    /// observe::span("answer").score(Score::new("relevance", 0.91)).end();
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "a score is given once")]
    pub fn score(self, score: Score<'_>) -> Self {
        append::score(self.context, true, &score);
        self
    }

    /// Ends it at a time of one's own.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// let begun = SystemTime::now();
    /// observe::span("step").start_time(begun).end_at(begun + Duration::from_millis(250));
    /// ```
    pub fn end_at(self, time: SystemTime) {
        close(self.context, clock::unix(time), Outcome::Ok);
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
