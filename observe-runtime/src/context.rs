//! Who is current: a small `Copy` value, kept by the thread while it works on a task.
//!
//! - It holds ids and flags, no lock and no reference count; nothing needs to be detached.
//! - It is set only around a piece of work (a function, a poll) and follows a future from poll to poll: no
//!   guard outlives that.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use crate::id::{ObservationId, TraceId};

thread_local! {
    static CURRENT: Place = const { Place([const { AtomicU64::new(0) }; 4]) };
}

/// A context as words that are moved one by one, which atomics have the compiler do: it would move two at once, and the
/// processor waits where these were just written one by one. They lie in one line of the cache.
#[repr(align(32))]
struct Place([AtomicU64; 4]);

impl Place {
    #[inline(always)]
    fn get(&self) -> Context {
        let [first, second, observation, rest] = &self.0;
        let word = |word: &AtomicU64| word.load(Ordering::Relaxed).to_ne_bytes();
        let mut trace = [0; 16];
        trace[..8].copy_from_slice(&word(first));
        trace[8..].copy_from_slice(&word(second));
        Context { trace, observation: word(observation), rest: word(rest) }
    }

    #[inline(always)]
    fn set(&self, context: Context) {
        let ([first, second], []) = context.trace.as_chunks() else { return };
        for (to, word) in self.0.iter().zip([*first, *second, context.observation, context.rest]) {
            to.store(u64::from_ne_bytes(word), Ordering::Relaxed);
        }
    }
}

/// Which observation and which trace new work belongs to.
///
/// An observed function takes its parent where it is called, and observed futures carry theirs
/// along; a context is for the rest: threads, `spawn_blocking`, rayon, callbacks.
///
/// ```
/// let context = observe::Context::current();
/// std::thread::spawn(move || context.run(|| { /* observed calls here have the same parent */ }));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(4))]
pub struct Context {
    /// All zero: none.
    trace: [u8; 16],
    observation: [u8; 8],
    /// The client that records, in the low half (0: the one that `init` made), then the flags, then the steps of an open
    /// call's own copy: see `call.rs`. One word: what is written in parts and read as a whole makes the processor wait.
    rest: [u8; 8],
}

const FLAGS: u32 = 32;
const STEPS: u32 = 40;

/// Set by an open call on its own copy: see `call.rs`.
pub(crate) const STATE: u8 = 0b1111_0000;
/// Nothing below is recorded: sampled out, or refused for want of memory.
const SILENT: u8 = 1;
/// The observation lives in another process.
const REMOTE: u8 = 2;
/// Nothing below is recorded for want of memory: each call is counted as lost.
const REFUSED: u8 = 4;

impl Context {
    /// The context of the running task or thread; an empty one outside any observation.
    ///
    /// ```
    /// use observe::{Context, observe};
    ///
    /// #[observe]
    /// fn rank(hit: u32) -> u32 {
    ///     hit + 1
    /// }
    ///
    /// #[observe]
    /// fn search() -> u32 {
    ///     let context = Context::current();
    ///     std::thread::spawn(move || context.run(|| rank(1))).join().unwrap()
    /// }
    /// assert_eq!(search(), 2);
    /// ```
    #[must_use]
    #[inline]
    pub fn current() -> Self {
        CURRENT.with(Place::get)
    }

    /// A context below an observation of another process, as its `traceparent` header names it.
    /// Without an observation the work is a root of that trace.
    ///
    /// ```
    /// use observe::{Context, Score, TraceId};
    /// // A user's thumb comes later, and only the trace's id is known.
    /// let trace = TraceId::from_seed("order-77");
    /// Context::remote(trace, None).run(|| observe::score_current_trace(Score::new("thumbs", true)));
    /// ```
    #[must_use]
    pub fn remote(trace: TraceId, observation: Option<ObservationId>) -> Self {
        Self::NONE.with_client(Self::current().client()).below(trace, observation).flagged(REMOTE)
    }

    /// Runs `work` with this context current.
    ///
    /// ```
    /// let context = observe::Context::current();
    /// assert_eq!(context.run(|| 1 + 1), 2);
    /// ```
    #[inline]
    pub fn run<R>(self, work: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        work()
    }

    /// Makes this context current on this thread until what is returned is dropped.
    #[inline]
    pub(crate) fn enter(self) -> Entered {
        CURRENT.with(|current| {
            let before = current.get();
            current.set(self);
            Entered { before, thread: PhantomData }
        })
    }

    /// Makes a future in this context and polls it there: `context.scope(|| work())`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let context = observe::trace("job").context();
    /// context.scope(|| async { observe::span("step").end() }).await;
    /// # }
    /// ```
    pub fn scope<F: Future>(self, make: impl FnOnce() -> F) -> InContext<F> {
        InContext { future: self.run(make), context: self }
    }

    /// The trace, if there is one.
    ///
    /// ```
    /// assert_eq!(observe::Context::default().trace_id(), None);
    /// assert!(observe::trace("job").context().trace_id().is_some());
    /// ```
    #[must_use]
    pub fn trace_id(self) -> Option<TraceId> {
        TraceId::from_bytes(self.trace)
    }

    /// The observation, if there is one.
    ///
    /// ```
    /// assert_eq!(observe::Context::default().observation_id(), None);
    /// assert!(observe::trace("job").context().observation_id().is_some());
    /// ```
    #[must_use]
    pub fn observation_id(self) -> Option<ObservationId> {
        ObservationId::from_bytes(self.observation)
    }

    /// Whether work in this context is recorded, as far as the context decides it: false below what was sampled out.
    ///
    /// ```
    /// // Nothing was started: what is opened now is recorded nowhere.
    /// assert!(!observe::trace("job").context().is_recorded());
    /// ```
    #[must_use]
    pub fn is_recorded(self) -> bool {
        self.flags() & SILENT == 0
    }

    pub(crate) fn is_remote(self) -> bool {
        self.flags() & REMOTE != 0
    }

    #[inline]
    pub(crate) fn client(self) -> u32 {
        self.rest() as u32
    }

    #[inline]
    pub(crate) fn with_client(self, client: u32) -> Self {
        self.with_rest(self.rest() >> FLAGS << FLAGS | client as u64)
    }

    #[inline]
    pub(crate) fn below(self, trace: TraceId, observation: Option<ObservationId>) -> Self {
        Self {
            trace: trace.to_bytes(),
            observation: observation.map_or([0; 8], ObservationId::to_bytes),
            rest: u64::from(self.client()).to_ne_bytes(),
        }
    }

    /// An empty context.
    pub(crate) const NONE: Self = Self { trace: [0; 16], observation: [0; 8], rest: [0; 8] };

    #[inline]
    const fn rest(self) -> u64 {
        u64::from_ne_bytes(self.rest)
    }

    #[inline]
    const fn with_rest(self, rest: u64) -> Self {
        Self { rest: rest.to_ne_bytes(), ..self }
    }

    #[inline]
    const fn flags(self) -> u8 {
        (self.rest() >> FLAGS) as u8
    }

    #[inline]
    pub(crate) const fn state(self) -> u8 {
        self.flags() & STATE
    }

    #[inline]
    pub(crate) const fn with_state(self, state: u8) -> Self {
        self.with_rest(self.rest() & !((STATE as u64) << FLAGS) | (state as u64) << FLAGS)
    }

    #[inline]
    pub(crate) const fn steps(self) -> u8 {
        (self.rest() >> STEPS) as u8
    }

    #[inline]
    pub(crate) const fn with_steps(self, steps: u8) -> Self {
        self.with_rest(self.rest() & !(0xff << STEPS) | (steps as u64) << STEPS)
    }

    pub(crate) fn refused(self) -> Self {
        self.flagged(SILENT | REFUSED)
    }

    pub(crate) fn is_refused(self) -> bool {
        self.flags() & REFUSED != 0
    }

    pub(crate) fn silent(self) -> Self {
        self.flagged(SILENT)
    }

    fn flagged(self, flag: u8) -> Self {
        self.with_rest(self.rest() | u64::from(flag) << FLAGS)
    }
}

/// While it lives, another context is current on this thread. Never held across an `.await`.
#[derive(Debug)]
#[must_use]
pub(crate) struct Entered {
    before: Context,
    thread: PhantomData<*const ()>,
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.before));
    }
}

pin_project! {
    /// A future that is polled in a context: see [`Context::scope`] and [`InCurrentObservation`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use observe::InCurrentObservation;
    /// let work = async { observe::event("done") }.in_current_observation();
    /// work.await;
    /// # }
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        future: F,
        context: Context,
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.context.run(|| this.future.poll(cx))
    }
}

/// Carries the current observation into a future that is polled elsewhere.
///
/// ```no_run
/// use observe::InCurrentObservation;
/// # async fn work() {}
/// # fn f(set: &mut Vec<std::pin::Pin<Box<dyn Future<Output = ()>>>>) {
/// set.push(Box::pin(work().in_current_observation()));
/// # }
/// ```
pub trait InCurrentObservation: Future + Sized {
    /// Polls this future in the context that is current now.
    fn in_current_observation(self) -> InContext<Self> {
        InContext { future: self, context: Context::current() }
    }
}

impl<F: Future> InCurrentObservation for F {}

/// [`tokio::spawn`](https://docs.rs/tokio/latest/tokio/task/fn.spawn.html) with the current observation as the task's parent.
///
/// An observed `async fn` needs no help: `tokio::spawn(observed())` keeps its parent.
///
/// # Panics
/// Outside a tokio runtime, as `tokio::spawn` does.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let task = observe::spawn(async { observe::span("in the task").end() });
/// task.await.unwrap();
/// # }
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.in_current_observation())
}
