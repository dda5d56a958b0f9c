//! The client: the journal, the worker's thread, and the way to stop them.
//!
//! - There is one global client; `init` makes it, its guard's drop delivers what is left and ends it.
//! - Flushing and ending are bounded: a worker that does not answer is left behind.
//! - A forked child has no worker: there nothing is delivered until it calls `init` itself.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;

use crate::clock;
use crate::config::{Config, Destination};
use crate::context::Context;
use crate::diagnostics;
use crate::error::Error;
use crate::id::{self, TraceId};
use crate::journal;
use crate::running::Running;
use crate::stats::Stats;
use crate::worker::Command;

static CLIENT: Mutex<OnceCell<Arc<Client>>> = Mutex::new(OnceCell::new());

/// What the last global client said when it ended.
static ENDED: Mutex<Option<Stats>> = Mutex::new(None);

#[derive(Debug)]
struct Client {
    /// `None`: nothing is recorded.
    running: Option<Running>,
    exit_timeout: Duration,
    process: u32,
    /// Address of the Langfuse server, to make links.
    base_url: Option<String>,
}

/// Starts recording as the environment says, and returns the guard that ends it.
///
/// Where things go is decided by the environment: see [`Config`]. A second call while the first
/// guard is alive gives another guard of the same client; the last one to go ends it.
///
/// # Errors
/// When the environment holds something that cannot be meant: the error names the variable.
///
/// ```no_run
/// fn main() -> Result<(), observe::Error> {
///     let _observe = observe::init()?;
///     Ok(())
/// }
/// ```
pub fn init() -> Result<Guard, Error> {
    let slot = slot();
    let client = slot.get_or_try_init(|| Client::start(Config::new()))?.clone();
    Ok(Guard { client })
}

impl Config {
    /// Starts recording with these settings, and returns the guard that ends it.
    ///
    /// # Errors
    /// [`Error::AlreadyInitialized`] while the guard of an earlier call is alive; otherwise when a
    /// setting cannot be meant.
    ///
    /// ```
    /// use observe::Config;
    /// let guard = Config::new().without_environment().disabled().init()?;
    /// drop(guard);
    /// # Ok::<(), observe::Error>(())
    /// ```
    pub fn init(self) -> Result<Guard, Error> {
        let slot = slot();
        if slot.get().is_some() {
            return Err(Error::AlreadyInitialized);
        }
        let client = slot.get_or_try_init(|| Client::start(self))?.clone();
        Ok(Guard { client })
    }
}

/// The global client's place. A client of the process that this one was forked from is left behind.
fn slot() -> MutexGuard<'static, OnceCell<Arc<Client>>> {
    let mut slot = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
    if slot.get().is_some_and(|client| client.is_foreign()) {
        id::reseed();
        clock::forked();
        if let Some(Running { journal, .. }) = slot.take().as_ref().and_then(|client| client.running.as_ref()) {
            journal.close();
            if let Some(home) = &journal.home {
                home.unlock();
            }
        }
    }
    slot
}

/// Keeps the client: dropping the last one delivers what is left, within the exit timeout (default 5 s), and ends recording.
///
/// ```no_run
/// fn main() -> Result<(), observe::Error> {
///     let _observe = observe::init()?; // a name: `let _ =` would drop it at once
///     // .. the program ..
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "dropping the guard ends recording: keep it to the end of `main` with `let _observe = ..`"]
pub struct Guard {
    client: Arc<Client>,
}

impl Guard {
    /// Ends recording now: delivers what is left for at most `timeout` and says what became of it.
    ///
    /// What is still open is delivered with level WARNING and "not ended".
    ///
    /// ```
    /// use std::time::Duration;
    /// let guard = observe::Config::new().without_environment().disabled().init()?;
    /// let stats = guard.shutdown(Duration::from_secs(5));
    /// assert!(stats.is_complete(), "{stats}");
    /// # Ok::<(), observe::Error>(())
    /// ```
    pub fn shutdown(self, timeout: Duration) -> Stats {
        let mut slot = slot();
        if slot.get().is_some_and(|client| Arc::ptr_eq(client, &self.client)) {
            slot.take();
        }
        drop(slot);
        self.client.end(timeout)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut slot = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
        // Two are left when this is the last guard: its own and the global one.
        if slot.get().is_some_and(|client| Arc::ptr_eq(client, &self.client)) && Arc::strong_count(&self.client) <= 2 {
            slot.take();
            drop(slot);
            self.client.end(self.client.exit_timeout);
        }
    }
}

/// Delivers what has finished, for at most `timeout`, and says what became of everything. Blocks this thread.
///
/// What waits for its trace's root still waits: it is pending.
///
/// ```
/// use std::time::Duration;
/// let stats = observe::flush(Duration::from_secs(5));
/// println!("{} delivered, {} pending, lost: {:?}", stats.delivered, stats.pending, stats.lost);
/// ```
pub fn flush(timeout: Duration) -> Stats {
    match running() {
        Some(client) => client.flush(timeout),
        None => Stats::default(),
    }
}

/// Delivers what has finished, for at most `timeout`, and says what became of everything. For async code.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
/// let stats = observe::flush_async(Duration::from_secs(5)).await;
/// println!("{stats}");
/// # }
/// ```
pub async fn flush_async(timeout: Duration) -> Stats {
    let Some(client) = running() else { return Stats::default() };
    match client.ask(false, timeout) {
        Some((answer, running)) => answer.await.unwrap_or_else(|_| Stats::of(&running.journal.counters)),
        None => Stats::default(),
    }
}

/// Ends recording now, whoever holds guards: delivers what is left for at most `timeout` and says what became of it.
///
/// A second call finds nothing to do and says so at once.
///
/// ```
/// use std::time::Duration;
/// let stats = observe::shutdown(Duration::from_secs(5));
/// println!("{stats}");
/// ```
pub fn shutdown(timeout: Duration) -> Stats {
    let client = slot().take();
    client.map_or_else(Stats::default, |client| client.end(timeout))
}

/// Takes over what processes that died left in the journal beside the local files of `dir`, and writes it to these.
///
/// Returns how many observations and scores that were. For programs that show local files: one that records does so
/// by itself when it starts. Blocks this thread, for at most `timeout`.
///
/// # Errors
/// When the directory cannot be used.
pub fn recover(dir: impl Into<PathBuf>, timeout: Duration) -> Result<u64, Error> {
    let dir = dir.into();
    // Nothing to take over: nothing is made either.
    if !journal::is_anything_left(&dir.join("journal").join("files")) {
        return Ok(0);
    }
    let client = Client::start(Config::new().without_environment().files(dir).recovering())?;
    Ok(client.stop(timeout).recovered)
}

/// What happened to everything that was recorded so far. After the end: what had happened by then.
///
/// ```
/// println!("{}", observe::stats());
/// ```
#[must_use]
pub fn stats() -> Stats {
    match running() {
        Some(client) => {
            client.running.as_ref().map_or_else(Stats::default, |running| Stats::of(&running.journal.counters))
        }
        None => ENDED.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default(),
    }
}

/// Address of the current trace in Langfuse's pages, if traces go there and something is being observed.
///
/// ```
/// if let Some(url) = observe::current_trace_url() {
///     println!("see {url}");
/// }
/// ```
#[must_use]
pub fn current_trace_url() -> Option<String> {
    trace_url(Context::current().trace_id()?)
}

/// Address of a trace in Langfuse's pages, if traces go there.
///
/// The server leads from it to the project that the keys belong to.
///
/// ```
/// use observe::TraceId;
/// // Nothing goes to Langfuse here.
/// assert_eq!(observe::trace_url(TraceId::random()), None);
/// ```
#[must_use]
pub fn trace_url(trace: TraceId) -> Option<String> {
    let client = running()?;
    client.base_url.as_ref().map(|base| format!("{base}/trace/{trace}"))
}

fn running() -> Option<Arc<Client>> {
    let slot = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
    slot.get().cloned()
}

impl Client {
    fn start(config: Config) -> Result<Arc<Self>, Error> {
        let settings = config.resolve()?;
        diagnostics::set_debug(settings.debug);
        for warning in &settings.warnings {
            diagnostics::warn(warning);
        }
        let base_url = match &settings.destination {
            Destination::Langfuse { base_url, .. } => Some(base_url.clone()),
            _ => None,
        };
        Ok(Arc::new(Self {
            exit_timeout: settings.exit_timeout,
            process: std::process::id(),
            base_url,
            running: Running::start(settings)?,
        }))
    }

    fn is_foreign(&self) -> bool {
        self.process != std::process::id()
    }

    fn flush(&self, timeout: Duration) -> Stats {
        match self.ask(false, timeout) {
            Some((answer, running)) => wait(answer, timeout).unwrap_or_else(|| Stats::of(&running.journal.counters)),
            None => Stats::default(),
        }
    }

    fn stop(&self, timeout: Duration) -> Stats {
        if let Some(running) = self.running.as_ref() {
            running.journal.close();
        }
        match self.ask(true, timeout) {
            Some((answer, running)) => wait(answer, timeout).unwrap_or_else(|| Stats::of(&running.journal.counters)),
            None => Stats::default(),
        }
    }

    /// Stops the global client, whose figures are kept.
    fn end(&self, timeout: Duration) -> Stats {
        let stats = self.stop(timeout);
        *ENDED.lock().unwrap_or_else(PoisonError::into_inner) = Some(stats.clone());
        stats
    }

    fn ask(&self, is_last: bool, timeout: Duration) -> Option<(tokio::sync::oneshot::Receiver<Stats>, &Running)> {
        let running = self.running.as_ref().filter(|_| !self.is_foreign())?;
        let (answer, receiver) = tokio::sync::oneshot::channel();
        let now = Instant::now();
        // The worker stops a little earlier: putting away what is left takes its time too.
        let margin = (timeout / 5).min(Duration::from_millis(500));
        let until = now.checked_add(timeout - margin).unwrap_or(now + Duration::from_secs(1 << 30));
        running.commands.send(Command { is_last, until, answer }, &running.journal);
        Some((receiver, running))
    }
}

/// Waits for an answer from any thread, inside a runtime or not, a little longer than the worker may take.
fn wait(mut answer: tokio::sync::oneshot::Receiver<Stats>, timeout: Duration) -> Option<Stats> {
    let until = Instant::now().checked_add(timeout.saturating_add(Duration::from_millis(100)));
    let waker = std::task::Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = std::task::Context::from_waker(&waker);
    loop {
        if let std::task::Poll::Ready(stats) = Pin::new(&mut answer).poll(&mut cx) {
            return stats.ok();
        }
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(Duration::ZERO) => return None,
            Some(left) => std::thread::park_timeout(left),
            None => std::thread::park(),
        }
    }
}

struct Unpark(std::thread::Thread);

impl std::task::Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
