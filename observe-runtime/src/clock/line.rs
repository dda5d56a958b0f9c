//! The line from ticks to unix time, and how it is kept with the system clock.

use std::sync::atomic::{AtomicU64, Ordering, fence};

use super::Moment;
use super::source::{Sample, Source};

/// Nanoseconds a tick are counted in units of 2^-32.
const ONE: u64 = 1 << 32;
const SECOND: u64 = 1_000_000_000;
/// A larger difference is a step of the system clock, or a suspend. Nanoseconds.
const STEP: u64 = 1_000_000;
/// How long two samples are apart at least to tell how long a tick is, at first and later, and at most.
const FIRST: u64 = SECOND / 100;
const LATER: u64 = SECOND;
const MOST: u64 = 64 * SECOND;

/// Leads from ticks to unix time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    source: Source,
    ticks: u64,
    unix: u64,
    slope: u64,
    /// Steps of the system clock so far.
    steps: u8,
}

impl Line {
    pub(super) fn first(sample: Sample) -> Self {
        let (ticks, unix) = (sample.monotonic, sample.unix);
        Self { source: Source::Monotonic, ticks, unix, slope: ONE, steps: 0 }
    }

    #[inline]
    pub(super) fn now(&self) -> Moment {
        Moment { unix: self.at(self.source.ticks()), steps: self.steps }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "nanoseconds of a few centuries fit")]
    fn at(&self, ticks: u64) -> u64 {
        let passed = u128::from(ticks.saturating_sub(self.ticks)) * u128::from(self.slope);
        self.unix.wrapping_add((passed >> 32) as u64)
    }
}

/// The line in use. Reading waits for nobody: the next line is written beside it.
#[derive(Debug)]
pub(super) struct Timeline {
    /// How many lines there were; the last one is in the slot of its parity.
    count: AtomicU64,
    /// Ticks, unix time, slope, and steps above the source's bit.
    slots: [[AtomicU64; 4]; 2],
    /// By how much had been stepped in all (wrapping; backwards is negative), after so many steps.
    stepped: [AtomicU64; 256],
}

impl Timeline {
    pub(super) const fn new() -> Self {
        Self {
            count: AtomicU64::new(0),
            slots: [const { [const { AtomicU64::new(0) }; 4] }; 2],
            stepped: [const { AtomicU64::new(0) }; 256],
        }
    }

    #[inline]
    pub(super) fn line(&self) -> Option<Line> {
        loop {
            let count = self.count.load(Ordering::Acquire);
            let [ticks, unix, slope, rest] = &self.slots[usize::from(count & 1 == 1)];
            let (ticks, unix) = (ticks.load(Ordering::Relaxed), unix.load(Ordering::Relaxed));
            let (slope, rest) = (slope.load(Ordering::Relaxed), rest.load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if count == 0 {
                return None;
            }
            if self.count.load(Ordering::Relaxed) == count {
                let source = if rest & 1 == 1 { Source::Processor } else { Source::Monotonic };
                let [steps, ..] = (rest >> 1).to_le_bytes();
                return Some(Line { source, ticks, unix, slope, steps });
            }
        }
    }

    /// One thread at a time.
    pub(super) fn set(&self, line: Line, stepped: u64) {
        self.stepped[usize::from(line.steps)].store(stepped, Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed) + 1;
        let rest = u64::from(line.steps) << 1 | u64::from(line.source == Source::Processor);
        // Whoever sees one of these sees that the line before it is in use, and looks again.
        fence(Ordering::Release);
        for (slot, value) in
            self.slots[usize::from(count & 1 == 1)].iter().zip([line.ticks, line.unix, line.slope, rest])
        {
            slot.store(value, Ordering::Relaxed);
        }
        self.count.store(count, Ordering::Release);
    }

    /// The end of what began at `start`, if it is now.
    #[inline]
    pub(super) fn end(&self, start: Moment, now: Moment) -> u64 {
        let end = if now.steps == start.steps { now.unix } else { self.across(start, now) };
        end.max(start.unix)
    }

    #[cold]
    fn across(&self, start: Moment, now: Moment) -> u64 {
        let stepped = self.stepped(now.steps).wrapping_sub(self.stepped(start.steps));
        if stepped.cast_signed() < 0 { now.unix.wrapping_sub(stepped) } else { now.unix }
    }

    #[inline]
    fn stepped(&self, steps: u8) -> u64 {
        self.stepped[usize::from(steps)].load(Ordering::Relaxed)
    }
}

/// Draws the lines.
#[derive(Debug)]
pub(super) struct Keeper {
    /// The sample to which the next ones are compared.
    origin: Option<Sample>,
    /// How long a tick of the processor is; 0: not known.
    tick: u64,
    stepped: u64,
}

impl Keeper {
    pub(super) const fn new() -> Self {
        Self { origin: None, tick: 0, stepped: 0 }
    }

    pub(super) fn knows_ticks(&self) -> bool {
        self.tick != 0
    }

    /// By how much the system clock was stepped in all.
    pub(super) fn stepped(&self) -> u64 {
        self.stepped
    }

    /// The line after `line`, now that the clocks say this.
    pub(super) fn next(&mut self, line: &Line, sample: Sample, is_steady: bool) -> Line {
        let shown = line.at(sample.ticks(line.source));
        let ahead = sample.unix.wrapping_sub(shown).cast_signed();
        let is_reset = is_steady && self.origin.is_some_and(|origin| sample.processor < origin.processor);
        if ahead.unsigned_abs() > STEP || is_reset {
            self.origin = Some(sample);
            self.stepped = self.stepped.wrapping_add(ahead.cast_unsigned());
            return self.draw(is_steady, sample, sample.unix, 0, line.steps.wrapping_add(1));
        }
        self.measure(sample);
        self.draw(is_steady, sample, shown, ahead, line.steps)
    }

    /// A line that starts at `unix` and makes up for `ahead` within a second.
    fn draw(&self, is_steady: bool, sample: Sample, unix: u64, ahead: i64, steps: u8) -> Line {
        let (source, tick) =
            if is_steady && self.tick != 0 { (Source::Processor, self.tick) } else { (Source::Monotonic, ONE) };
        // At most a thousandth: see STEP.
        let more = i128::from(tick) * i128::from(ahead) / i128::from(SECOND);
        let slope = tick.wrapping_add_signed(i64::try_from(more).unwrap_or(0));
        Line { source, ticks: sample.ticks(source), unix, slope, steps }
    }

    /// Learns how long a tick is.
    fn measure(&mut self, sample: Sample) {
        let Some(origin) = self.origin else {
            self.origin = Some(sample);
            return;
        };
        let apart = sample.unix.saturating_sub(origin.unix);
        let ticks = sample.processor.saturating_sub(origin.processor);
        if ticks > 0 && apart >= if self.tick == 0 { FIRST } else { LATER } {
            let tick = (u128::from(apart) << 32) / u128::from(ticks);
            self.tick = u64::try_from(tick).unwrap_or(0);
        }
        if apart > MOST {
            self.origin = Some(sample);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clocks that do as they are told: a processor of 2.5 GHz, a monotonic and a system clock.
    struct Clocks {
        keeper: Keeper,
        timeline: Timeline,
        sample: Sample,
        is_steady: bool,
    }

    const BEGIN: u64 = 1_700_000_000 * SECOND;
    const MS: u64 = 1_000_000;

    impl Clocks {
        fn new(is_steady: bool) -> Self {
            let sample = Sample { monotonic: 5, processor: 1 << 40, unix: BEGIN };
            let timeline = Timeline::new();
            timeline.set(Line::first(sample), 0);
            Self { keeper: Keeper::new(), timeline, sample, is_steady }
        }

        fn run(&mut self, nanoseconds: u64) {
            self.sample.monotonic += nanoseconds;
            self.sample.processor += nanoseconds * 5 / 2;
            self.sample.unix += nanoseconds;
        }

        /// For so long, with the worker looking every 200 ms.
        fn work(&mut self, nanoseconds: u64) {
            for _ in 0..nanoseconds / (200 * MS) {
                self.run(200 * MS);
                self.refresh();
            }
        }

        fn refresh(&mut self) {
            let line = self.timeline.line().unwrap();
            let next = self.keeper.next(&line, self.sample, self.is_steady);
            self.timeline.set(next, self.keeper.stepped());
        }

        fn line(&self) -> Line {
            self.timeline.line().unwrap()
        }

        fn now(&self) -> Moment {
            let line = self.line();
            Moment { unix: line.at(self.sample.ticks(line.source)), steps: line.steps }
        }

        fn end(&self, start: Moment) -> u64 {
            self.timeline.end(start, self.now())
        }
    }

    #[test]
    fn counts_the_processor_once_it_knows_how_long_a_tick_is() {
        let mut clocks = Clocks::new(true);
        assert_eq!(clocks.line().source, Source::Monotonic);
        clocks.work(600 * MS);
        assert_eq!(clocks.line().source, Source::Processor);
        clocks.run(150 * MS);
        assert!(clocks.now().unix.abs_diff(BEGIN + 750 * MS) < 100);
    }

    #[test]
    fn keeps_to_the_monotonic_clock_where_the_kernel_does() {
        let mut clocks = Clocks::new(false);
        clocks.work(10 * SECOND);
        assert_eq!(clocks.line().source, Source::Monotonic);
        assert_eq!(clocks.now().unix, BEGIN + 10 * SECOND);
    }

    #[test]
    fn makes_up_for_small_differences_without_running_backwards() {
        let mut clocks = Clocks::new(true);
        clocks.work(2 * SECOND);
        // The system clock is found to be half a millisecond behind.
        clocks.sample.unix -= MS / 2;
        let mut last = clocks.now();
        for _ in 0..20_000 {
            clocks.run(MS);
            if (clocks.sample.monotonic / MS).is_multiple_of(200) {
                clocks.refresh();
            }
            let now = clocks.now();
            assert!(now.unix > last.unix);
            assert_eq!(now.steps, 0);
            last = now;
        }
        assert!(last.unix.abs_diff(clocks.sample.unix) < MS / 20, "{}", last.unix.abs_diff(clocks.sample.unix));
    }

    #[test]
    fn what_spans_a_step_backwards_lasts_as_long_as_it_lasted() {
        for is_steady in [false, true] {
            let mut clocks = Clocks::new(is_steady);
            clocks.work(2 * SECOND);
            let start = clocks.now();
            clocks.work(SECOND);
            clocks.sample.unix -= 3600 * SECOND;
            clocks.work(2 * SECOND);
            let lasted = clocks.end(start) - start.unix;
            assert!(lasted.abs_diff(3 * SECOND) < STEP, "{lasted}");
            let later = clocks.now();
            assert!(later.unix.abs_diff(clocks.sample.unix) < STEP, "what starts now has the system clock's time");
            clocks.work(SECOND);
            assert!((clocks.end(later) - later.unix).abs_diff(SECOND) < STEP);
        }
    }

    #[test]
    fn what_spans_a_suspend_ends_when_the_system_clock_says() {
        for is_steady in [false, true] {
            let mut clocks = Clocks::new(is_steady);
            clocks.work(2 * SECOND);
            let start = clocks.now();
            // Neither the processor nor the monotonic clock count while the machine sleeps.
            clocks.sample.unix += 3600 * SECOND;
            clocks.work(SECOND);
            let lasted = clocks.end(start) - start.unix;
            assert!(lasted.abs_diff(3601 * SECOND) < STEP, "{lasted}");
        }
    }

    #[test]
    fn a_counter_that_starts_over_does_no_harm() {
        let mut clocks = Clocks::new(true);
        clocks.work(2 * SECOND);
        let start = clocks.now();
        // A virtual machine was moved to another one.
        clocks.sample.processor = 17;
        clocks.run(50 * MS);
        assert!(clocks.end(start) >= start.unix);
        clocks.work(3 * SECOND);
        assert!(clocks.now().unix.abs_diff(clocks.sample.unix) < STEP);
        assert!(clocks.end(start) - start.unix > 3 * SECOND);
    }

    #[test]
    fn steps_there_and_back_cancel_out() {
        let mut clocks = Clocks::new(true);
        clocks.work(2 * SECOND);
        let start = clocks.now();
        clocks.sample.unix += 60 * SECOND;
        clocks.work(SECOND);
        clocks.sample.unix -= 60 * SECOND;
        clocks.work(SECOND);
        let lasted = clocks.end(start) - start.unix;
        assert!(lasted.abs_diff(2 * SECOND) < STEP, "{lasted}");
    }

    #[test]
    fn readers_see_whole_lines() {
        let timeline = Timeline::new();
        let line = |n: u64| Line {
            ticks: n,
            unix: n,
            slope: n,
            ..Line::first(Sample { monotonic: 0, processor: 0, unix: 0 })
        };
        timeline.set(line(1), 0);
        std::thread::scope(|scope| {
            scope.spawn(|| (2..200_000).for_each(|n| timeline.set(line(n), 0)));
            scope.spawn(|| {
                for _ in 0..200_000 {
                    let seen = timeline.line().unwrap();
                    assert_eq!((seen.ticks, seen.slope), (seen.unix, seen.unix));
                }
            });
        });
    }
}
