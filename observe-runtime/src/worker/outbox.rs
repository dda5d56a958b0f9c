//! What waits to be delivered, in batches by kind, and when it may be tried again.
//!
//! - A batch is cut by count and by bytes before it is sent.
//! - While the server is down one batch at a time probes it; when it answers all may go.
//! - Whatever is given up is counted by reason.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::finished::Item;
use crate::sink::Signal;
use crate::sink::backoff::Backoff;

/// When batches are made, and how much may be in them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
    pub(crate) interval: Duration,
    pub(crate) max_age: Duration,
    /// Batches that may be on their way at once.
    pub(crate) in_flight: usize,
}

/// Items on their way together.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) signal: Signal,
    pub(crate) items: Vec<Item>,
    pub(crate) since: Instant,
    /// It was sent before.
    pub(crate) is_retry: bool,
    /// Largest encoded size that the server may take of a single observation, once it has refused more.
    pub(crate) at_most: Option<usize>,
}

impl Parcel {
    pub(crate) fn weight(&self) -> usize {
        self.items.iter().map(Item::weight).sum()
    }

    /// Two halves, if there is more than one item.
    pub(crate) fn halve(mut self) -> Result<(Self, Self), Self> {
        if self.items.len() < 2 {
            return Err(self);
        }
        let items = self.items.split_off(self.items.len() / 2);
        let Self { signal, since, is_retry, at_most, .. } = self;
        Ok((self, Self { signal, items, since, is_retry, at_most }))
    }
}

#[derive(Debug)]
struct Queue {
    signal: Signal,
    fresh: VecDeque<(Item, Instant)>,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct Outbox {
    terms: Terms,
    queues: [Queue; 2],
    /// Batches to be sent as they are: halves, and what comes back.
    again: VecDeque<Parcel>,
    again_bytes: usize,
    in_flight: usize,
    in_flight_bytes: usize,
    in_flight_items: usize,
    backoff: Backoff,
    /// The server is down: until then nothing is sent, and then one batch.
    down_until: Option<Instant>,
}

impl Outbox {
    pub(crate) fn new(terms: Terms) -> Self {
        let queue = |signal| Queue { signal, fresh: VecDeque::new(), bytes: 0 };
        Self {
            terms,
            queues: [queue(Signal::Traces), queue(Signal::Scores)],
            again: VecDeque::new(),
            again_bytes: 0,
            in_flight: 0,
            in_flight_bytes: 0,
            in_flight_items: 0,
            backoff: Backoff::default(),
            down_until: None,
        }
    }

    pub(crate) fn push(&mut self, item: Item, now: Instant) {
        let queue = &mut self.queues[usize::from(matches!(item, Item::Score(_)))];
        queue.bytes += item.weight();
        queue.fresh.push_back((item, now));
    }

    /// Bytes that wait or are on their way.
    pub(crate) fn weight(&self) -> usize {
        self.queues.iter().map(|queue| queue.bytes).sum::<usize>() + self.again_bytes + self.in_flight_bytes
    }

    /// Items that wait or are on their way.
    pub(crate) fn pending(&self) -> usize {
        let fresh: usize = self.queues.iter().map(|queue| queue.fresh.len()).sum();
        fresh + self.again.iter().map(|parcel| parcel.items.len()).sum::<usize>() + self.in_flight_items
    }

    /// The next batch that may leave now. `is_flushing`: nothing waits for company.
    pub(crate) fn next(&mut self, now: Instant, is_flushing: bool) -> Option<Parcel> {
        if self.in_flight >= self.terms.in_flight {
            return None;
        }
        if let Some(until) = self.down_until
            && (now < until || self.in_flight > 0)
        {
            return None;
        }
        let parcel = match self.again.pop_front() {
            Some(parcel) => {
                self.again_bytes -= parcel.weight();
                parcel
            }
            None => self.queues.iter_mut().find_map(|queue| queue.batch(&self.terms, now, is_flushing))?,
        };
        self.in_flight += 1;
        self.in_flight_bytes += parcel.weight();
        self.in_flight_items += parcel.items.len();
        Some(parcel)
    }

    /// A batch is no longer on its way.
    pub(crate) fn landed(&mut self, bytes: usize, items: usize) {
        self.in_flight -= 1;
        self.in_flight_bytes -= bytes;
        self.in_flight_items -= items;
    }

    /// The server answers.
    pub(crate) fn up(&mut self) {
        self.down_until = None;
        self.backoff.reset();
    }

    /// The server does not take anything now. Returns how long to wait.
    pub(crate) fn down(&mut self, now: Instant, after: Option<Duration>) -> Duration {
        // What was on its way with the one that failed says nothing new.
        if let Some(until) = self.down_until.filter(|until| *until > now) {
            return until - now;
        }
        let pause = self.backoff.next(after);
        self.down_until = Some(now + pause);
        pause
    }

    /// Somebody waits: tries at once, whatever the pause was to be.
    pub(crate) fn hurry(&mut self) {
        self.down_until = self.down_until.map(|_| Instant::now());
    }

    /// Sends this before anything else.
    pub(crate) fn again(&mut self, parcel: Parcel) {
        self.again_bytes += parcel.weight();
        self.again.push_front(parcel);
    }

    /// Takes out what has waited for longer than `max_age`.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Item> {
        let is_old = |since: Instant| now.saturating_duration_since(since) > self.terms.max_age;
        let mut expired = Vec::new();
        for queue in &mut self.queues {
            while queue.fresh.front().is_some_and(|(_, since)| is_old(*since)) {
                let Some((item, _)) = queue.fresh.pop_front() else { break };
                queue.bytes -= item.weight();
                expired.push(item);
            }
        }
        while let Some(at) = self.again.iter().position(|parcel| is_old(parcel.since)) {
            if let Some(parcel) = self.again.remove(at) {
                self.again_bytes -= parcel.weight();
                expired.extend(parcel.items);
            }
        }
        expired
    }
}

impl Queue {
    fn batch(&mut self, terms: &Terms, now: Instant, is_flushing: bool) -> Option<Parcel> {
        let (_, since) = self.fresh.front()?;
        let since = *since;
        let is_due = is_flushing
            || self.fresh.len() >= terms.count
            || self.bytes >= terms.bytes
            || now.saturating_duration_since(since) >= terms.interval;
        is_due.then_some(())?;
        let (mut items, mut bytes) = (Vec::new(), 0);
        while let Some((item, _)) = self.fresh.front()
            && items.len() < terms.count
            && (items.is_empty() || bytes + item.weight() <= terms.bytes)
        {
            bytes += item.weight();
            items.extend(self.fresh.pop_front().map(|(item, _)| item));
        }
        self.bytes -= bytes;
        Some(Parcel { signal: self.signal, items, since, is_retry: false, at_most: None })
    }
}
