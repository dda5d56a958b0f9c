//! What is counted: the processor's ticks, or the monotonic clock's nanoseconds.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Instant, SystemTime};

use once_cell::sync::Lazy;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use tick_counter::x86_64_tick_counter as processor;

static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    Monotonic,
    Processor,
}

impl Source {
    #[inline]
    pub(super) fn ticks(self) -> u64 {
        match self {
            Self::Monotonic => monotonic(),
            Self::Processor => processor(),
        }
    }
}

fn monotonic() -> u64 {
    super::nanoseconds(ORIGIN.elapsed())
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn processor() -> u64 {
    monotonic()
}

/// Whether the kernel keeps time by the processor's counter: it ticks evenly then, and alike on all cores.
pub(super) fn is_processor_steady() -> bool {
    const NAME: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;
    // Nobody waits for who looks first: in a child that is forked meanwhile that thread is no more.
    static ANSWER: AtomicU8 = AtomicU8::new(UNKNOWN);
    if ANSWER.load(Ordering::Relaxed) == UNKNOWN {
        let is_steady = cfg!(all(target_os = "linux", target_arch = "x86_64"))
            && std::fs::read_to_string(NAME).is_ok_and(|name| name.trim() == "tsc");
        ANSWER.store(if is_steady { YES } else { NO }, Ordering::Relaxed);
    }
    ANSWER.load(Ordering::Relaxed) == YES
}

/// What all clocks said at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) monotonic: u64,
    pub(super) processor: u64,
    /// Nanoseconds since the unix epoch.
    pub(super) unix: u64,
}

impl Sample {
    /// The best of a few: a thread may be interrupted between two reads.
    pub(super) fn take() -> Self {
        let tries = [(); 4].map(|()| {
            let monotonic = monotonic();
            let (processor, unix) = (processor(), super::unix(SystemTime::now()));
            (self::monotonic() - monotonic, Self { monotonic, processor, unix })
        });
        let [first, ..] = tries;
        tries.into_iter().fold(first, |best, next| if next.0 < best.0 { next } else { best }).1
    }

    pub(super) fn ticks(&self, source: Source) -> u64 {
        match source {
            Source::Monotonic => self.monotonic,
            Source::Processor => self.processor,
        }
    }
}
