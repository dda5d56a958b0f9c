//! The time, as nanoseconds since the unix epoch.
//!
//! - An edge reads one counter: the processor's where the kernel keeps its own time by it, else the monotonic clock. A
//!   line leads from its ticks to unix time.
//! - The worker draws the line anew, so that it stays with the system clock: small differences are made up for
//!   gradually, and the time does not run backwards; after a step of the system clock, or a suspend, it starts over.
//! - What spans a step backwards lasts as long as it lasted; what spans a step forwards, or a suspend, ends when the
//!   system clock says.

mod line;
mod source;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use self::line::{Keeper, Line, Timeline};
use self::source::Sample;

static TIMELINE: Timeline = Timeline::new();
/// One a generation of the process: in a forked child that of its parent may be locked for ever.
static KEEPERS: [Mutex<Keeper>; 8] = [const { Mutex::new(Keeper::new()) }; 8];
static GENERATION: AtomicUsize = AtomicUsize::new(0);

/// A time that may be the start of something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Nanoseconds since the unix epoch.
    pub(crate) unix: u64,
    /// How often the system clock had been stepped.
    pub(crate) steps: u8,
}

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[inline]
pub(crate) fn now() -> u64 {
    moment().unix
}

/// Now, where the end is to be told too.
#[inline]
pub(crate) fn moment() -> Moment {
    TIMELINE.line().unwrap_or_else(first).now()
}

/// Now, as the end of what began at `start`: never before it.
#[inline]
pub(crate) fn end(start: Moment) -> u64 {
    TIMELINE.end(start, moment())
}

/// Looks at the system clock again, unless another thread just does. False: it is worth looking soon, as it is not known yet
/// how long a tick is.
pub(crate) fn refresh() -> bool {
    let (line, is_steady) = (TIMELINE.line().unwrap_or_else(first), source::is_processor_steady());
    let mut keeper = match keeper().try_lock() {
        Ok(keeper) => keeper,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return false,
    };
    let line = TIMELINE.line().unwrap_or(line);
    let next = keeper.next(&line, Sample::take(), is_steady);
    TIMELINE.set(next, keeper.stepped());
    !is_steady || keeper.knows_ticks()
}

/// This is a forked child, in which no other thread of its parent runs.
pub(crate) fn forked() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

#[cold]
fn first() -> Line {
    let keeper = keeper().lock().unwrap_or_else(PoisonError::into_inner);
    let line = TIMELINE.line().unwrap_or_else(|| {
        let line = Line::first(Sample::take());
        TIMELINE.set(line, 0);
        line
    });
    drop(keeper);
    line
}

fn keeper() -> &'static Mutex<Keeper> {
    &KEEPERS[GENERATION.load(Ordering::Relaxed) % KEEPERS.len()]
}

fn nanoseconds(duration: Duration) -> u64 {
    duration.as_secs().wrapping_mul(1_000_000_000).wrapping_add(u64::from(duration.subsec_nanos()))
}

/// A user's time in nanoseconds since the epoch; what lies before 1970 is 1970.
pub(crate) fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, nanoseconds)
}

/// The opposite of [`unix`].
pub(crate) fn time(nanoseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanoseconds)
}
