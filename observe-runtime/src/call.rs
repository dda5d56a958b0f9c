//! An open call of an observed function: exactly one outcome.
//!
//! - A call that is not recorded runs the user's code and nothing else.
//! - A call that is dropped before it was ended panicked (while its thread unwinds) or was cancelled;
//!   one that never ran is forgotten.
//! - Captures run with recording off on this thread, and cannot unwind out of here.

use crate::capture::{self, Input, Slot};
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::id::{ObservationId, TraceId};
use crate::journal::{self, Admission, Journal};
use crate::loss::Loss;
use crate::observation::Outcome;
use crate::record::{self, APP_ROOT, Kind, Opening, Tag};
use crate::site::Site;
use crate::update::ObservationUpdate;

/// An open call. Made by the expansion of `#[observe]` only.
#[derive(Debug)]
#[must_use]
pub struct Call {
    context: Context,
    /// When it was opened, until it runs; then when it first ran. Unix nanoseconds.
    started: u64,
}

// The state, and the steps of the clock before it started, stand in the context's spare bits: an observed future grows
// by 40 bytes.
/// Nothing to do: not even a context to set.
const OFF: u8 = 0;
/// Not recorded, and neither is what it calls.
const SILENT: u8 = 1 << 4;
/// Opened and not run yet.
const WAITING: u8 = 2 << 4;
const OPEN: u8 = 3 << 4;
const ENDED: u8 = 4 << 4;

/// What `#[observe]` decides at run time.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    is_enabled: bool,
    is_root: bool,
}

impl Start {
    /// An ordinary call.
    #[must_use]
    #[inline]
    #[expect(clippy::new_without_default, reason = "called by expansions only")]
    pub const fn new() -> Self {
        Self { is_enabled: true, is_root: false }
    }

    /// Whether this call is observed at all.
    #[must_use]
    #[inline]
    pub const fn enabled(self, is_enabled: bool) -> Self {
        Self { is_enabled, ..self }
    }

    /// Whether it starts a trace of its own.
    #[must_use]
    #[inline]
    pub const fn root(self, is_root: bool) -> Self {
        Self { is_root, ..self }
    }
}

type Capture<'a> = &'a mut dyn FnMut(&mut Input<'_>);
type Setting<'a> = &'a mut dyn FnMut(ObservationUpdate<'_>);

impl Call {
    /// Opens a call below the current observation.
    #[inline]
    pub fn open(site: &'static Site, input: Capture<'_>) -> Self {
        if journal::is_active() { Self::start(site, Start::new(), Some(input), None) } else { Self::OFF }
    }

    /// Opens a call with what was decided at run time. `input` is `None` where no input is captured.
    #[inline]
    pub fn open_with(site: &'static Site, start: Start, input: Option<Capture<'_>>, set: Option<Setting<'_>>) -> Self {
        if journal::is_active() && start.is_enabled { Self::start(site, start, input, set) } else { Self::OFF }
    }

    pub(crate) const OFF: Self = Self { context: Context::NONE, started: 0 };

    fn start(site: &'static Site, start: Start, input: Option<Capture<'_>>, set: Option<Setting<'_>>) -> Self {
        let current = Context::current();
        if !current.is_recorded() && !start.is_root {
            if current.is_refused() {
                journal::lose(current.client(), Loss::MemoryFull);
            }
            return Self::OFF;
        }
        let Some(client) = journal::client(current.client()) else { return Self::OFF };
        if journal::is_capturing() {
            return Self::OFF;
        }
        let parent = if start.is_root { None } else { current.observation_id() };
        let (trace, is_top) = match current.trace_id() {
            Some(trace) if !start.is_root => (trace, parent.is_none() || current.is_remote()),
            _ => (TraceId::random(), true),
        };
        let observation = ObservationId::random();
        let context = current.with_client(client).below(trace, Some(observation));
        let mut is_sampled = true;
        let mut started = Moment { unix: 0, steps: 0 };
        let is_open = journal::write(client, Admission::New, |out, journal| {
            if is_top && !journal.samples(trace) {
                is_sampled = false;
                return false;
            }
            let at = out.len();
            let (kind, flags, site_number) = (site.kind, if is_top { APP_ROOT } else { 0 }, site.number());
            record::open(out, &Opening { trace, observation, parent, start: 0, kind, flags, site: site_number });
            if let Some(input) = input.filter(|_| journal.rules.capture_io) {
                record::put_with(out, Tag::Input, |out| {
                    journal::capturing(|| {
                        let mut values = Input::new(out, journal.rules.limits, journal.redacted(site));
                        input(&mut values);
                        values.finish();
                    });
                });
            }
            if let Some(set) = set {
                set(ObservationUpdate::new(out, journal.rules.limits));
            }
            // What capturing took is not the function's time.
            started = clock::moment();
            record::set_time(out, at, started.unix);
            true
        });
        let context = match (is_open, is_sampled) {
            (true, _) => context.with_state(WAITING),
            (false, true) => context.refused().with_state(SILENT),
            (false, false) => context.silent().with_state(SILENT),
        };
        Self { context: context.with_steps(started.steps), started: started.unix }
    }

    /// Runs the body of a function with this call current.
    #[inline]
    pub fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        match self.context.state() {
            OFF => return body(),
            WAITING => self.context = self.context.with_state(OPEN),
            _ => {}
        }
        self.current().run(body)
    }

    /// Runs a piece of the work with this call current. The first one is its start.
    #[inline]
    pub fn scope<R>(&mut self, work: impl FnOnce() -> R) -> R {
        match self.context.state() {
            OFF => return work(),
            WAITING => {
                let Moment { unix, steps } = clock::moment();
                self.started = unix;
                self.context = self.context.with_state(OPEN).with_steps(steps);
            }
            _ => {}
        }
        let context = self.current();
        // A runtime may catch the panic before it drops what was polled.
        let watch = Watch(self);
        let result = context.run(work);
        std::mem::forget(watch);
        result
    }

    /// The context of the work: without what is only this call's.
    fn current(&self) -> Context {
        self.context.with_state(0).with_steps(0)
    }

    /// Whether this call is recorded: nothing needs to be captured if not.
    #[must_use]
    #[inline]
    pub fn is_recorded(&self) -> bool {
        self.context.state() == OPEN
    }

    /// Whether it ran and is not over.
    #[inline]
    pub(crate) fn has_begun(&self) -> bool {
        !matches!(self.context.state(), OFF | WAITING)
    }

    /// Ends it well, with its output.
    #[inline]
    pub fn output(mut self, write: &mut dyn FnMut(Slot<'_>)) {
        if self.is_recorded() {
            self.close(Outcome::Ok, |out, journal| capture_output(out, journal, write));
        }
        self.context = self.context.with_state(ENDED);
    }

    /// Ends it well; what came out is not captured.
    #[inline]
    pub fn end(mut self) {
        if self.is_recorded() {
            self.close(Outcome::Ok, |_, _| {});
        }
        self.context = self.context.with_state(ENDED);
    }

    /// Ends it with an error: `write` puts the error's text. With `capture_output` the text is the output too.
    #[inline]
    pub fn error(mut self, capture_output: bool, write: &mut dyn FnMut(Slot<'_>)) {
        if self.is_recorded() {
            self.fail(capture_output, write);
        }
        self.context = self.context.with_state(ENDED);
    }

    #[cold]
    fn fail(&mut self, capture_output: bool, write: &mut dyn FnMut(Slot<'_>)) {
        self.close(Outcome::Error, |out, journal| {
            let limits = journal.rules.limits;
            let at = out.len();
            record::put_with(out, Tag::Fault, |out| journal::capturing(|| write(Slot::text(out, limits))));
            if capture_output && journal.rules.capture_io {
                let text = String::from_utf8_lossy(out.get(at + 5..).unwrap_or_default()).into_owned();
                record::put_with(out, Tag::Output, |out| {
                    out.extend_from_slice(b"{\"error\":");
                    capture::write_string(out, &text, limits);
                    out.push(b'}');
                });
            }
        });
    }

    fn close(&mut self, outcome: Outcome, fields: impl FnOnce(&mut Vec<u8>, &Journal)) {
        self.context = self.context.with_state(ENDED);
        let (context, started) = (self.context, self.started);
        let (Some(trace), Some(observation)) = (context.trace_id(), context.observation_id()) else { return };
        let end = clock::end(Moment { unix: started, steps: context.steps() });
        journal::write(context.client(), Admission::Known, |out, journal| {
            record::close(out, trace, observation, started, end, outcome);
            fields(out, journal);
            true
        });
    }

    #[cold]
    fn abandon(&mut self) {
        if self.context.state() == WAITING {
            self.context = self.context.with_state(ENDED);
            let Some(trace) = self.context.trace_id() else { return };
            journal::write(self.context.client(), Admission::Known, |out, _| {
                record::say(out, Kind::Forget, trace, self.context.observation_id(), clock::now());
                true
            });
        } else if std::thread::panicking() {
            self.close(Outcome::Panicked, |out, _| record::put(out, Tag::Fault, b"panicked"));
        } else {
            self.close(Outcome::Cancelled, |out, _| record::put(out, Tag::Fault, b"cancelled"));
        }
    }
}

/// Closes a call whose work unwinds.
struct Watch<'a>(&'a mut Call);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if self.0.is_recorded() {
            self.0.abandon();
        }
    }
}

fn capture_output(out: &mut Vec<u8>, journal: &Journal, write: &mut dyn FnMut(Slot<'_>)) {
    if journal.rules.capture_io {
        record::put_with(out, Tag::Output, |out| {
            journal::capturing(|| write(Slot::value(out, journal.rules.limits)));
        });
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.context.state(), OPEN | WAITING) {
            self.abandon();
        }
    }
}
