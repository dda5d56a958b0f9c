//! The time, as nanoseconds since the unix epoch.
//!
//! - One read of the monotonic clock an edge; an anchor maps it to unix time.
//! - The worker moves the anchor when the system clock was stepped or the machine slept, so later
//!   observations are right again; ends are never before starts (the fold sees to it).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use once_cell::sync::Lazy;

static START: Lazy<Instant> = Lazy::new(Instant::now);
/// Unix time at `START`, in nanoseconds; 0 until the first read.
static ANCHOR: AtomicU64 = AtomicU64::new(0);

/// Nanoseconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> u64 {
    let anchor = match ANCHOR.load(Ordering::Relaxed) {
        0 => anchor(),
        anchor => anchor,
    };
    anchor.wrapping_add(nanoseconds(START.elapsed()))
}

/// Takes the system clock's word again where it differs by more than a millisecond.
pub(crate) fn refresh() {
    let system = system();
    if system.abs_diff(now()) > 1_000_000 {
        ANCHOR.store(system.wrapping_sub(nanoseconds(START.elapsed())), Ordering::Relaxed);
    }
}

#[cold]
fn anchor() -> u64 {
    let anchor = system().wrapping_sub(nanoseconds(START.elapsed()));
    ANCHOR.store(anchor, Ordering::Relaxed);
    anchor
}

fn system() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, nanoseconds)
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
