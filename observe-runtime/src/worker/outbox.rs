//! What waits to be delivered, in batches by kind, and when it may be tried again.
//!
//! - A batch is cut by count and by bytes before it is sent.
//! - While the server is down one batch at a time probes it; when it answers all may go.
//! - What is given up goes to the caller, who counts it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use super::parcel::Parcel;
use crate::finished::Item;
use crate::id::TraceId;
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
    /// Bytes on their way, with which no more is sent.
    pub(crate) room: usize,
}

/// How soon it is tried again while somebody waits.
const SOON: Duration = Duration::from_millis(250);

#[derive(Debug)]
struct Queue {
    signal: Signal,
    fresh: VecDeque<(Item, Instant)>,
    count: usize,
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
        let queue = |signal| Queue { signal, fresh: VecDeque::new(), count: 0, bytes: 0 };
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

    pub(crate) fn terms(&self) -> Terms {
        self.terms
    }

    pub(crate) fn push(&mut self, item: Item, now: Instant) {
        let queue = &mut self.queues[usize::from(matches!(item, Item::Score(_)))];
        queue.bytes += item.weight();
        queue.count += item.count();
        queue.fresh.push_back((item, now));
    }

    /// Bytes that wait or are on their way.
    pub(crate) fn weight(&self) -> usize {
        self.queues.iter().map(|queue| queue.bytes).sum::<usize>() + self.again_bytes + self.in_flight_bytes
    }

    /// Items that wait or are on their way.
    pub(crate) fn pending(&self) -> usize {
        let fresh: usize = self.queues.iter().map(|queue| queue.count).sum();
        fresh + self.again.iter().map(Parcel::count).sum::<usize>() + self.in_flight_items
    }

    /// The next batch that may leave now. `is_flushing`: nothing waits for company. `stored`: what waits on disk.
    pub(crate) fn next(
        &mut self,
        now: Instant,
        is_flushing: bool,
        stored: impl FnOnce() -> Option<Parcel>,
    ) -> Option<Parcel> {
        if self.in_flight >= self.terms.in_flight || self.in_flight > 0 && self.in_flight_bytes >= self.terms.room {
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
            None => match stored() {
                Some(parcel) => parcel,
                None => self.queues.iter_mut().find_map(|queue| queue.batch(&self.terms, now, is_flushing))?,
            },
        };
        self.in_flight += 1;
        self.in_flight_bytes += parcel.weight();
        self.in_flight_items += parcel.count();
        Some(parcel)
    }

    /// The encoding of a batch on its way has so many bytes.
    pub(crate) fn carries(&mut self, bytes: usize) {
        self.in_flight_bytes += bytes;
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

    /// Somebody waits, and the server did not say how long to: tries again soon.
    pub(crate) fn hurry_on(&mut self) {
        self.down_until = self.down_until.map(|until| until.min(Instant::now() + SOON));
    }

    /// Sends this before anything else.
    pub(crate) fn again(&mut self, parcel: Parcel) {
        self.again_bytes += parcel.weight();
        self.again.push_front(parcel);
    }

    /// When the oldest of what waits here came.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        let fresh = self.queues.iter().filter_map(|queue| queue.fresh.front().map(|(_, since)| *since));
        fresh.chain(self.again.iter().map(|parcel| parcel.since)).min()
    }

    /// Bytes that wait here.
    pub(crate) fn waiting(&self) -> usize {
        self.weight() - self.in_flight_bytes
    }

    /// Takes out everything that waits, in batches of whole traces where they fit.
    pub(crate) fn empty(&mut self) -> Vec<Parcel> {
        let now = Instant::now();
        let mut parcels: Vec<Parcel> = self.again.drain(..).collect();
        self.again_bytes = 0;
        for queue in &mut self.queues {
            while let Some(mut parcel) = queue.batch(&self.terms, now, true) {
                let last = parcel.items.last().map(Item::trace);
                let mut room = (2 * self.terms.count).saturating_sub(parcel.count());
                while let Some((item, _)) = queue.fresh.front()
                    && Some(item.trace()) == last
                    && item.count() <= room
                    && let Some((item, _)) = queue.pop()
                {
                    room -= item.count();
                    parcel.items.push(item);
                }
                parcels.push(parcel);
            }
        }
        parcels
    }

    /// Whether the server takes nothing at the moment.
    pub(crate) fn is_down(&self) -> bool {
        self.down_until.is_some()
    }

    /// Takes out the oldest, whole traces before parts of traces, if more than `at_most` bytes wait.
    pub(crate) fn give_up(&mut self, at_most: usize) -> Vec<Item> {
        let waiting = self.waiting();
        if waiting <= at_most {
            return Vec::new();
        }
        // Some more than has to be, so that it need not be done for every observation.
        let excess = waiting - at_most / 8 * 7;
        let mut given_up = Vec::new();
        let doomed = self.oldest_traces(excess);
        let mut take = |item: &Item| doomed.contains(&item.trace()).then(|| given_up.push(item.clone())).is_some();
        for queue in &mut self.queues {
            queue.fresh.retain(|(item, _)| {
                let is_taken = take(item);
                queue.bytes -= if is_taken { item.weight() } else { 0 };
                queue.count -= if is_taken { item.count() } else { 0 };
                !is_taken
            });
        }
        for parcel in &mut self.again {
            parcel.items.retain(|item| {
                let is_taken = take(item);
                self.again_bytes -= if is_taken { item.weight() } else { 0 };
                !is_taken
            });
        }
        self.again.retain(|parcel| !parcel.items.is_empty());
        given_up
    }

    /// The traces that have waited longest and make up so many bytes.
    fn oldest_traces(&self, bytes: usize) -> HashSet<TraceId> {
        struct Waiting {
            is_part: bool,
            order: usize,
            bytes: usize,
        }
        let mut traces: HashMap<TraceId, Waiting> = HashMap::new();
        let again = self.again.iter().flat_map(|parcel| &parcel.items);
        let fresh = self.queues.iter().flat_map(|queue| queue.fresh.iter().map(|(item, _)| item));
        for (order, item) in again.chain(fresh).enumerate() {
            let trace = traces.entry(item.trace()).or_insert(Waiting { is_part: false, order, bytes: 0 });
            trace.is_part |= item.is_part();
            trace.bytes += item.weight();
        }
        let mut traces: Vec<_> = traces.into_iter().collect();
        traces.sort_by_key(|(_, trace)| (trace.is_part, trace.order));
        let mut left = bytes;
        let mut doomed = HashSet::new();
        for (id, trace) in traces {
            if left == 0 {
                break;
            }
            left = left.saturating_sub(trace.bytes);
            doomed.insert(id);
        }
        doomed
    }

    /// Takes out what has waited for longer than `max_age`.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Item> {
        let is_old = |since: Instant| now.saturating_duration_since(since) > self.terms.max_age;
        let mut expired = Vec::new();
        for queue in &mut self.queues {
            while queue.fresh.front().is_some_and(|(_, since)| is_old(*since)) {
                expired.extend(queue.pop().map(|(item, _)| item));
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
    fn pop(&mut self) -> Option<(Item, Instant)> {
        let (item, since) = self.fresh.pop_front()?;
        self.bytes -= item.weight();
        self.count -= item.count();
        Some((item, since))
    }

    fn put_back(&mut self, item: Item, since: Instant) {
        self.bytes += item.weight();
        self.count += item.count();
        self.fresh.push_front((item, since));
    }

    fn batch(&mut self, terms: &Terms, now: Instant, is_flushing: bool) -> Option<Parcel> {
        let (_, since) = self.fresh.front()?;
        let since = *since;
        let is_due = is_flushing
            || self.count >= terms.count
            || self.bytes >= terms.bytes
            || now.saturating_duration_since(since) >= terms.interval;
        is_due.then_some(())?;
        let (mut items, mut count, mut bytes) = (Vec::new(), 0, 0);
        while count < terms.count
            && let Some((mut item, since)) = self.pop()
        {
            let fitting = item.fitting(terms.count - count, terms.bytes.saturating_sub(bytes));
            let taken = if items.is_empty() { fitting.max(1) } else { fitting };
            if taken == 0 {
                self.put_back(item, since);
                break;
            }
            if taken < item.count()
                && let Some(rest) = item.split_off(taken)
            {
                self.put_back(rest, since);
            }
            count += item.count();
            bytes += item.weight();
            items.push(item);
        }
        if self.fresh.len() < self.fresh.capacity() / 4 {
            self.fresh.shrink_to(2 * self.fresh.len());
        }
        Some(Parcel { signal: self.signal, items, since, is_retry: false, from: None, process: None })
    }
}
