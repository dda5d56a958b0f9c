//! An open call of an observed function: exactly one outcome.
//!
//! - A call that is not recorded runs the user's code and nothing else.
//! - A call whose work unwinds panicked: that is caught, recorded and thrown on as it was, past every hook. One that is
//!   dropped before it was ended was cancelled; one that never ran is forgotten.
//! - Expansions call its methods by path, so that no trait in a user's scope is taken for them.
//! - Captures run with recording off on this thread, and cannot unwind out of here.

mod close;

use std::hint::black_box;
use std::mem::{forget, replace};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use self::close::Ending;
use self::close::put_panic;
use crate::capture::{Captured, Input, Limits, Thrown};
use crate::clock::{self, Moment};
use crate::context::{Context, Entered};
use crate::details::Details;
use crate::id::{self, ObservationId};
use crate::journal::{self, Admission};
use crate::loss::Loss;
use crate::observation::Outcome;
use crate::record::{self, APP_ROOT, Opening, Tag};
use crate::registry;
use crate::site::Site;

/// An open call. Made by the expansion of `#[observe]` only.
#[derive(Debug)]
#[must_use]
pub struct Call {
    context: Context,
    /// When it was opened, until it runs; then when it first ran. Unix nanoseconds, as bytes: a future around it needs no
    /// stricter alignment than before.
    started: [u8; 8],
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

type Say<'a> = &'a mut dyn FnMut(&mut Details<'_>);

impl Call {
    /// Opens a call below the current observation.
    #[inline]
    pub fn open(site: &'static Site, values: &mut [Captured<'_>]) -> Self {
        if journal::is_active() { Self::start(site, values, false, None, None) } else { Self::OFF }
    }

    /// Opens a call for which more is said: whether it starts a trace of its own, whether it is observed at all, and details.
    #[inline]
    pub fn open_with(
        site: &'static Site,
        values: &mut [Captured<'_>],
        is_root: bool,
        is_enabled: &mut dyn FnMut() -> bool,
        say: Say<'_>,
    ) -> Self {
        if journal::is_active() { Self::start(site, values, is_root, Some(is_enabled), Some(say)) } else { Self::OFF }
    }

    pub(crate) const OFF: Self = Self { context: Context::NONE, started: [0; 8] };

    /// What it gets is not put together: what is written in parts and read as a whole makes the processor wait.
    fn start(
        site: &'static Site,
        values: &mut [Captured<'_>],
        is_root: bool,
        is_enabled: Option<&mut dyn FnMut() -> bool>,
        say: Option<Say<'_>>,
    ) -> Self {
        let current = Context::current();
        if !current.is_recorded() && !is_root {
            if current.is_refused() {
                journal::lose(current.client(), Loss::MemoryFull);
            }
            return Self::OFF;
        }
        let Some(client) = journal::client(current.client()) else { return Self::OFF };
        if journal::is_capturing() || is_enabled.is_some_and(|is_enabled| !is_enabled()) {
            return Self::OFF;
        }
        let parent = if is_root { None } else { current.observation_id() };
        let (trace, observation, is_top) = match current.trace_id() {
            Some(trace) if !is_root => (trace, ObservationId::random(), parent.is_none() || current.is_remote()),
            _ => {
                let (trace, observation) = id::of_a_root();
                (trace, observation, true)
            }
        };
        let context = current.with_client(client).below(trace, Some(observation));
        if is_top && journal::is_left_out(client, trace) {
            return Self { context: context.silent().with_state(SILENT), started: [0; 8] };
        }
        let mut is_sampled = true;
        let mut started = Moment { unix: 0, steps: 0 };
        let is_open = journal::write(client, Admission::New, |out, journal| {
            if is_top && !journal.samples(trace) {
                is_sampled = false;
                return false;
            }
            let at = out.len();
            let entry = registry::entry(site);
            let (kind, flags, site_number) = (site.kind, if is_top { APP_ROOT } else { 0 }, entry.number);
            record::open(out, &Opening { trace, observation, parent, start: 0, kind, flags, site: site_number });
            if journal.rules.capture_io {
                record::put_with(out, Tag::Input, |out| {
                    journal::capturing(|| {
                        let mut input = Input::new(out, journal.rules.limits, journal.redacted(entry));
                        site.inputs.iter().zip(values).for_each(|(name, value)| input.add(name, value));
                        input.finish();
                    });
                });
            }
            if let Some(say) = say {
                Details::write(out, journal.rules.limits, say);
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
        Self { context: context.with_steps(started.steps), started: started.unix.to_ne_bytes() }
    }

    /// Runs the body of a function with this call current.
    #[inline]
    pub fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.begin();
        self.watched(body)
    }

    /// The same for a call that is not off; `tell` is shown what comes out.
    #[inline]
    pub(crate) fn run_and_tell<R>(&mut self, body: impl FnOnce() -> R, tell: impl FnOnce(&mut Self, &R)) -> R {
        self.begin();
        self.told(body, tell)
    }

    /// Makes this call current for the rest of a function whose output is not looked at.
    #[inline]
    pub fn enter(mut self) -> Running {
        self.begin();
        let entered = (!self.is_off()).then(|| self.current().enter());
        Running { call: self, entered, was_panicking: std::thread::panicking() }
    }

    /// The function made a future: the call starts when that is first polled.
    #[inline]
    pub(crate) fn restarted(mut self) -> Self {
        if self.context.state() == OPEN {
            self.context = self.context.with_state(WAITING);
        }
        self
    }

    /// Runs a piece of the work with this call current. The first one is its start.
    #[inline]
    pub(crate) fn scope<R>(&mut self, work: impl FnOnce() -> R) -> R {
        if self.context.state() == WAITING {
            let Moment { unix, steps } = clock::moment();
            self.started = unix.to_ne_bytes();
            self.context = self.context.with_steps(steps);
            self.begin();
        }
        self.watched(work)
    }

    /// It starts where it was opened.
    #[inline]
    fn begin(&mut self) {
        if self.context.state() == WAITING {
            self.context = self.context.with_state(OPEN);
        }
    }

    #[inline]
    fn watched<R>(&mut self, work: impl FnOnce() -> R) -> R {
        if self.is_off() { work() } else { self.guarded(work) }
    }

    #[inline(never)]
    fn guarded<R>(&mut self, work: impl FnOnce() -> R) -> R {
        // A runtime may catch the panic before it drops what was polled.
        match self.caught(work) {
            Ok(out) => out,
            Err(thrown) => self.unwind(thrown),
        }
    }

    /// What comes out stays where the work put it until `tell` is done: by the time it is moved from there as a whole, here
    /// and wherever it is returned from, its parts have arrived in memory.
    #[inline(never)]
    fn told<R>(&mut self, work: impl FnOnce() -> R, tell: impl FnOnce(&mut Self, &R)) -> R {
        let mut out: Result<R, Thrown> = Err(Box::new(()));
        // There is nothing yet that has to be dropped.
        if let Err(thrown) = self.caught(|| forget(replace(&mut out, Ok(work())))) {
            out = Err(thrown);
        }
        if let Ok(out) = black_box(&out) {
            tell(self, out);
        }
        match out {
            Ok(out) => out,
            Err(thrown) => self.unwind(thrown),
        }
    }

    /// Runs a piece of the work of a call that is not off, and gives what it was unwound with. Whoever gets that closes
    /// the call and throws it on: then nobody else sees that it was caught.
    #[inline]
    pub(crate) fn caught<R>(&self, work: impl FnOnce() -> R) -> Result<R, Thrown> {
        let _entered = self.current().enter();
        catch_unwind(AssertUnwindSafe(work))
    }

    /// Drops what is left of the work.
    pub(crate) fn leave(&mut self, drop: &mut dyn FnMut()) {
        self.scope(drop);
    }

    /// The context of the work: without what is only this call's.
    #[inline]
    pub(crate) fn current(&self) -> Context {
        self.context.with_state(0).with_steps(0)
    }

    /// Whether this call is recorded: nothing needs to be captured if not.
    #[must_use]
    #[inline]
    pub fn is_recorded(&self) -> bool {
        self.context.state() == OPEN
    }

    /// Whether it is not even open: neither recorded nor current.
    #[inline]
    pub(crate) fn is_off(&self) -> bool {
        self.context.state() == OFF
    }

    /// Whether it is current, but not recorded.
    #[inline]
    pub(crate) fn is_silent(&self) -> bool {
        self.context.state() == SILENT
    }

    /// How much of a value is captured; `None`: nothing.
    pub(crate) fn limits(&self) -> Option<Limits> {
        journal::capture_limits(self.context.client())
    }

    /// Whether it ran and is not over.
    #[inline]
    pub(crate) fn has_begun(&self) -> bool {
        !matches!(self.context.state(), OFF | WAITING)
    }
}

/// A call that is current until the end of its function.
#[derive(Debug)]
#[must_use]
pub struct Running {
    call: Call,
    entered: Option<Entered>,
    was_panicking: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.entered = None;
        if self.call.is_recorded() {
            if std::thread::panicking() && !self.was_panicking {
                // What it unwinds with is for those to see who catch it.
                self.call.close(Outcome::Panicked, |out, journal| put_panic(out, journal, None));
            } else {
                self.call.close(Outcome::Ok, |_, _| {});
            }
        }
    }
}
