//! For users' own tests: what observed code recorded, as values and as a printable tree.
//!
//! Nothing leaves the process and no thread is started. Captures of tests that run at the same time
//! do not see each other: what counts is the task or thread, not the time.

mod observation;
mod score;

use std::fmt;
use std::fmt::Write as _;
use std::future::Future;
use std::time::Duration;

use serde_json::Value;

pub use self::observation::RecordedObservation;
pub use self::score::RecordedScore;
use crate::capture::{DEFAULT_SECRETS, Limits};
use crate::clock;
use crate::context::Context;
use crate::finished::{Finished, Item, TraceAttributes};
use crate::journal::{Journal, Reader, Rules};
use crate::observation::Outcome;
use crate::stats::Stats;
use crate::tree;
use crate::view::View;
use crate::worker::fold::Fold;

/// Runs `work` and gives back its result and what it recorded.
///
/// ```
/// use observe::testing::captured;
/// let (_, recorded) = captured(|| {
///     let span = observe::span("retrieval").input("refunds");
///     span.output(["doc-1"]).end();
/// });
/// assert_eq!(recorded.tree(), "retrieval [span] \"refunds\" → [\"doc-1\"]\n");
/// ```
pub fn captured<R>(work: impl FnOnce() -> R) -> (R, Recorded) {
    let capture = Capture::open();
    let result = capture.context().run(work);
    (result, capture.finish())
}

/// Runs the future that `work` makes and gives back its output and what it recorded.
///
/// What spawned tasks record counts as far as they have got; what they left open is marked so.
///
/// ```
/// use observe::{observe, testing::captured_async};
///
/// #[observe]
/// async fn answer(question: &str) -> String {
///     format!("{question} Yes.")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (_, recorded) = captured_async(|| answer("Really?")).await;
/// assert_eq!(recorded.tree(), "answer [span] {\"question\":\"Really?\"} → \"Really? Yes.\"\n");
/// # }
/// ```
pub async fn captured_async<F: Future>(work: impl FnOnce() -> F) -> (F::Output, Recorded) {
    let capture = Capture::open();
    let output = capture.context().scope(work).await;
    (output, capture.finish())
}

struct Capture(std::sync::Arc<Journal>);

impl Capture {
    fn open() -> Self {
        let rules = Rules {
            limits: Limits::default(),
            capture_io: true,
            sample_below: u64::MAX,
            secrets: DEFAULT_SECRETS.iter().map(|word| (*word).to_owned()).collect(),
            memory_limit: usize::MAX,
            patience: Duration::ZERO,
        };
        Self(Journal::open(rules, None))
    }

    fn context(&self) -> Context {
        Context::NONE.with_client(self.0.number())
    }

    fn finish(&self) -> Recorded {
        self.0.close();
        let (mut fold, mut items) = (Fold::new(TraceAttributes::default(), u64::MAX), Vec::new());
        Reader::default().rest(&self.0, |run, keep| fold.add(run, keep, 1, &self.0.counters));
        fold.finish(clock::now(), Outcome::Unfinished, "not ended", &mut items, &self.0.counters);
        let mut items: Vec<Item> = items.into_iter().flat_map(Item::apart).collect();
        items.sort_by_key(Item::time);
        Recorded { items, stats: Stats::of(&self.0.counters) }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What was recorded.
///
/// ```
/// let ((), recorded) = observe::testing::captured(|| observe::span("step").end());
/// println!("{recorded}");
/// ```
#[derive(Clone, Debug)]
pub struct Recorded {
    items: Vec<Item>,
    stats: Stats,
}

impl Recorded {
    /// The observations, in the order in which they started.
    ///
    /// ```
    /// let ((), recorded) = observe::testing::captured(|| {
    ///     let trace = observe::trace("job");
    ///     trace.span("step").end();
    ///     trace.end();
    /// });
    /// let names: Vec<_> = recorded.observations().into_iter().map(|o| o.name).collect();
    /// assert_eq!(names, ["job", "step"]);
    /// ```
    #[must_use]
    pub fn observations(&self) -> Vec<RecordedObservation> {
        let mut views = self.views();
        views.sort_by_key(|view| (view.start, view.end));
        views.iter().map(RecordedObservation::of).collect()
    }

    /// The first observation of this name.
    ///
    /// # Panics
    /// If there is none; the message shows the tree.
    ///
    /// ```
    /// let ((), recorded) = observe::testing::captured(|| observe::generation("answer").model("gpt-4o").end());
    /// assert_eq!(recorded.observation("answer").model.as_deref(), Some("gpt-4o"));
    /// ```
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "this is what a test wants")]
    pub fn observation(&self, name: &str) -> RecordedObservation {
        match self.observations().into_iter().find(|observation| observation.name == name) {
            Some(observation) => observation,
            None => panic!("no observation is called `{name}`; recorded were:\n{}", self.tree()),
        }
    }

    /// The scores, in the order in which they were given.
    ///
    /// ```
    /// use observe::Score;
    /// let ((), recorded) = observe::testing::captured(|| observe::trace("job").score(Score::new("ok", 0.5)).end());
    /// assert_eq!(recorded.scores().len(), 1);
    /// ```
    #[must_use]
    pub fn scores(&self) -> Vec<RecordedScore> {
        self.items
            .iter()
            .filter_map(|item| if let Item::Score(score) = item { RecordedScore::of(score) } else { None })
            .collect()
    }

    /// What was counted: how many were recorded, and what was lost.
    ///
    /// ```
    /// let ((), recorded) = observe::testing::captured(|| observe::span("step").end());
    /// assert_eq!(recorded.stats().recorded, 1);
    /// ```
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The observations as an indented tree, a line each: name, type, input → output, and how it ended if not well.
    ///
    /// ```
    /// use observe::Level;
    /// let ((), recorded) = observe::testing::captured(|| {
    ///     let trace = observe::trace("job").input(1);
    ///     trace.event("late").level(Level::Warning);
    ///     trace.end();
    /// });
    /// assert_eq!(recorded.tree(), "job [span] 1\n  late [event] WARNING\n");
    /// ```
    #[must_use]
    pub fn tree(&self) -> String {
        let views = self.views();
        let mut text = String::new();
        tree::walk(&views, |depth, view| {
            let _ = write!(text, "{:indent$}{} [{}]", "", view.name, view.kind, indent = 2 * depth);
            if let Some(input) = &view.input {
                let _ = write!(text, " {input}");
            }
            if let Some(output) = &view.output {
                let _ = write!(text, " → {output}");
            }
            if let Some(outcome) = tree::outcome(view) {
                let _ = write!(text, " {outcome}");
            }
            text.push('\n');
        });
        for item in &self.items {
            if let Item::Score(score) = item
                && let Some(score) = score.view()
            {
                let _ = writeln!(text, "score {}", tree::score(&score));
            }
        }
        text
    }

    fn views(&self) -> Vec<View<'_>> {
        let finished = self.items.iter().filter_map(|item| match item {
            Item::Observations(finished) => Some(finished),
            Item::Score(_) => None,
        });
        finished.filter_map(Finished::view).collect()
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree())
    }
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))
}

fn map<'a, K: AsRef<str> + 'a, V: AsRef<str> + 'a>(
    entries: impl IntoIterator<Item = &'a (K, V)>,
) -> serde_json::Map<String, Value> {
    entries.into_iter().map(|(key, json)| (key.as_ref().to_owned(), value(json.as_ref()))).collect()
}
