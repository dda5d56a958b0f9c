//! The worker: takes the journal's bytes in rounds, folds them, and sees what has finished delivered.
//!
//! - One thread with a current-thread runtime of its own: programs without tokio work too, and
//!   nothing of the program's can block it.
//! - It polls, every 1 to 20 ms; callers wake it only when a shard is full or something is flushed.
//! - It never waits for the server: several batches may be on their way while rounds go on.
//! - It folds no further ahead than the server takes: a backlog stays in the journal, where it is smallest, and is
//!   read in pieces, oldest first.

mod command;
mod delivery;
mod disk;
pub(crate) mod exit;
pub(crate) mod fold;
pub(crate) mod live;
mod outbox;
mod parcel;
mod recovery;
pub(crate) mod spool;
#[cfg(test)]
mod tests;
mod trace;
mod watch;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::task::Poll;
use std::time::{Duration, Instant};

use self::command::Asked;
pub(crate) use self::command::{Command, Commands};
use self::delivery::Delivery;
use self::exit::Exit;
use self::fold::Fold;
use self::live::Live;
use self::outbox::Outbox;
pub(crate) use self::outbox::Terms;
use self::spool::{Spool, Spooled};
use self::watch::Watch;
use crate::clock;
use crate::config::OnLoss;
use crate::console::Console;
use crate::finished::Item;
use crate::journal::{Journal, Reader};
use crate::loss::Loss;
use crate::observation::Outcome;
use crate::stats::Stats;

impl Drop for Worker {
    fn drop(&mut self) {
        self.commands.close();
        if let Some(home) = &self.journal.home {
            home.unlock();
        }
    }
}

pub(crate) struct Worker {
    journal: Arc<Journal>,
    commands: Arc<Commands>,
    fold: Fold,
    outbox: Outbox,
    exit: Arc<Exit>,
    deliveries: Vec<Delivery>,
    console: Option<Console>,
    live: Option<Live>,
    watch: Watch,
    round: u64,
    /// Bytes that the journal's budget knows to be kept here.
    kept: usize,
    leaving: Vec<Item>,
    reader: Reader,
    /// A round is not over.
    is_reading: bool,
    /// Nothing more is read before something has been sent.
    is_held: bool,
    /// The round brought nothing so far.
    is_quiet: bool,
    spool: Option<Spool>,
    /// What dead processes left, as it is found.
    recovery: Option<Receiver<Vec<Spooled>>>,
    asked: Vec<Asked>,
    swept: Instant,
    /// The clock need not be looked at more often than [`SWEEP`].
    knows_clock: bool,
    /// The server wants other keys: whoever waits need not wait for it.
    is_locked: bool,
    pace: Duration,
}

const FAST: Duration = Duration::from_millis(1);
const SLOW: Duration = Duration::from_millis(20);
/// How long the fold goes on before what is on its way is looked after.
const PART: Duration = Duration::from_millis(5);
const SWEEP: Duration = Duration::from_millis(200);
/// The fold holds back while what waits to be sent uses more than this part of the memory.
const AHEAD: usize = 8;

impl Worker {
    pub(crate) fn new(
        journal: Arc<Journal>,
        commands: Arc<Commands>,
        fold: Fold,
        terms: Terms,
        exit: Exit,
        console: Option<Console>,
        on_loss: Option<OnLoss>,
    ) -> Self {
        Self {
            watch: Watch::new(journal.counters.clone(), on_loss),
            journal,
            commands,
            fold,
            outbox: Outbox::new(terms),
            exit: Arc::new(exit),
            deliveries: Vec::new(),
            console,
            live: None,
            round: 0,
            kept: 0,
            leaving: Vec::new(),
            reader: Reader::default(),
            is_reading: false,
            is_held: false,
            is_quiet: true,
            spool: None,
            recovery: None,
            asked: Vec::new(),
            swept: Instant::now(),
            knows_clock: false,
            is_locked: false,
            pace: FAST,
        }
    }

    /// Keeps a live snapshot as well.
    pub(crate) fn keep_live(&mut self, live: Live) {
        self.live = Some(live);
    }

    /// Puts on disk what cannot be delivered.
    pub(crate) fn keep_spool(&mut self, spool: Spool) {
        self.spool = Some(spool);
    }

    /// Works until the last command is done.
    pub(crate) async fn run(mut self) {
        self.recovery = recovery::start(&self.journal, self.exit.prepare.clone(), self.outbox.terms());
        loop {
            let asked = self.commands.take();
            if !asked.is_empty() {
                self.outbox.hurry();
            }
            self.asked.extend(asked.into_iter().map(|command| Asked { command, rounds: 0 }));
            self.take();
            self.pass_on();
            self.send();
            if let Some(live) = &mut self.live {
                live.look(Instant::now(), &self.fold, &self.exit);
            }
            self.account();
            if self.answer() {
                return;
            }
            self.wait().await;
        }
    }

    /// A part of a round, in which what was appended before it goes through the fold: what is on its way is not to wait
    /// for a backlog. Nor is the fold to be far ahead of what is on its way: what it has read is larger than what it reads.
    fn take(&mut self) {
        let start = Instant::now();
        let is_late = self.is_late(start);
        loop {
            self.is_held = !is_late && !self.is_reading && self.holds_back() && !self.unburden();
            if self.is_held {
                self.pace = SLOW;
                break;
            }
            if !self.read(start, is_late) {
                self.pace = Duration::ZERO;
                break;
            }
            self.settle();
            if !self.reader.is_behind() {
                self.pace = if self.is_quiet { (self.pace * 2).clamp(FAST, SLOW) } else { FAST };
                break;
            }
            self.pace = Duration::ZERO;
            if !is_late {
                break;
            }
            self.pass_on();
        }
        // A processor's ticks are cheaper to read than any other clock, also in a program that does not run for long.
        self.knows_clock = self.knows_clock || clock::refresh();
        if self.swept.elapsed() >= SWEEP {
            self.swept = Instant::now();
            clock::refresh();
            self.fold.sweep(self.reader.horizon(), self.fold.hold(), &mut self.leaving, &self.journal.counters);
            let expired = self.outbox.expire(self.swept);
            self.lose(Loss::TooOld, &expired);
            self.tidy(self.swept);
            if self.outbox.pending() == 0 {
                self.exit.rest();
            }
            self.watch.look(self.swept);
        }
    }

    /// Whether the time to end is over: what is appended is read to be counted, or to be put on disk.
    fn is_late(&self, now: Instant) -> bool {
        self.asked.iter().any(|asked| asked.command.is_last && now >= asked.command.until)
    }

    /// Whether enough waits to be sent, and the server takes it.
    fn holds_back(&self) -> bool {
        !self.outbox.is_down() && self.outbox.weight() > self.journal.rules.memory_limit / AHEAD
    }

    /// Reads on, for [`PART`] at most unless it is late. True: the round is over.
    fn read(&mut self, start: Instant, is_late: bool) -> bool {
        if !self.is_reading {
            self.round += 1;
            self.is_quiet = true;
            self.reader.begin(&self.journal);
        }
        let counters = self.journal.counters.clone();
        let (fold, outbox, kept, is_quiet) = (&mut self.fold, &self.outbox, &mut self.kept, &mut self.is_quiet);
        self.is_reading = false;
        while self.reader.step(&self.journal, |run, keep| {
            *is_quiet = false;
            fold.add(run, keep, self.round, &counters);
            // Before the journal gives the bytes back: what is kept twice must not look like room.
            account(&self.journal, kept, fold.weight() + outbox.weight());
        }) {
            if !is_late && start.elapsed() >= PART {
                self.is_reading = true;
                return false;
            }
        }
        true
    }

    /// Ends a round.
    fn settle(&mut self) {
        self.journal.make_spares();
        let counters = &self.journal.counters;
        let is_behind = self.reader.is_behind();
        if !is_behind && self.asked.iter().any(|asked| asked.command.is_last && asked.rounds > 0) {
            self.fold.finish(clock::now(), Outcome::Unfinished, "not ended", &mut self.leaving, counters);
        } else {
            self.fold.settle(self.round, &mut self.leaving);
            // While memory runs out, what has finished does not wait for its trace.
            let limit = self.journal.rules.memory_limit;
            if self.fold.weight() > limit / 4 && self.journal.used() > limit / 4 * 3 {
                self.fold.sweep(self.reader.horizon(), 0, &mut self.leaving, counters);
            }
        }
        for asked in self.asked.iter_mut().filter(|_| !is_behind) {
            asked.rounds += 1;
        }
    }

    /// Hands on what leaves the fold, masked and cut.
    fn pass_on(&mut self) {
        let now = Instant::now();
        if let Some(console) = &self.console {
            let mut ready = Vec::new();
            let leaving = std::mem::take(&mut self.leaving).into_iter();
            leaving.for_each(|item| self.exit.prepare.ready(item, |item| ready.push(item)));
            console.show(&ready);
            ready.into_iter().for_each(|item| self.outbox.push(item, now));
        } else {
            for item in self.leaving.drain(..) {
                self.exit.prepare.ready(item, |item| self.outbox.push(item, now));
            }
        }
        if self.outbox.waiting() > self.journal.rules.memory_limit / 2 {
            self.make_room(now);
        }
    }

    /// Tells the journal's budget what is kept here.
    fn account(&mut self) {
        account(&self.journal, &mut self.kept, self.fold.weight() + self.outbox.weight());
        let on_disk = self.on_disk();
        let pending = self.fold.pending() + self.outbox.pending() + on_disk;
        self.journal.counters.pending.store(pending as u64, Ordering::Relaxed);
        self.journal.counters.on_disk.store(on_disk as u64, Ordering::Relaxed);
    }

    /// Answers what is done or out of time. True: that was the last command.
    fn answer(&mut self) -> bool {
        let now = Instant::now();
        let is_idle = self.outbox.pending() + self.on_disk() == 0
            && self.fold.is_settled()
            && self.reader.is_quiet(&self.journal)
            && self.recovery.is_none();
        let mut is_over = false;
        for asked in std::mem::take(&mut self.asked) {
            let is_late =
                now >= asked.command.until || self.is_locked && self.deliveries.is_empty() && asked.rounds > 3;
            if !(is_late || is_idle && asked.rounds > 2) {
                self.asked.push(asked);
                continue;
            }
            if asked.command.is_last {
                is_over = true;
                // Before whoever asked ends the process.
                self.live = None;
                self.leave();
            }
            let _ = asked.command.answer.send(Stats::of(&self.journal.counters));
        }
        is_over
    }

    /// Waits for the next round, a finished delivery, or to be woken.
    async fn wait(&mut self) {
        let pause = match self.asked.iter().any(|asked| asked.rounds <= 3) {
            true => Duration::ZERO,
            false => self.pace,
        };
        let journal = self.journal.clone();
        let mut woken = pin!(journal.wake.notified());
        let mut sleep = pin!(tokio::time::sleep(pause));
        let deliveries = &mut self.deliveries;
        let landed = std::future::poll_fn(|cx| {
            let mut landed = Vec::new();
            for at in (0..deliveries.len()).rev() {
                if let Poll::Ready(receipt) = deliveries[at].receipt.as_mut().poll(cx) {
                    landed.push((deliveries.swap_remove(at), receipt));
                }
            }
            let is_over = woken.as_mut().poll(cx).is_ready() || sleep.as_mut().poll(cx).is_ready();
            if landed.is_empty() && !is_over { Poll::Pending } else { Poll::Ready(landed) }
        })
        .await;
        for (delivery, receipt) in landed {
            self.land(delivery, receipt);
        }
    }
}

/// Tells the budget that `now` bytes are kept instead of `kept`.
fn account(journal: &Journal, kept: &mut usize, now: usize) {
    if now > *kept {
        journal.reserve(now - *kept);
    } else {
        journal.release(*kept - now);
    }
    *kept = now;
}
