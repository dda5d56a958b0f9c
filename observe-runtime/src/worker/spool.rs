//! What waits on disk for a server that is down, a file a batch.
//!
//! - What is in a file has passed the mask, and is no longer in memory.
//! - A file is there until everything in it is done, also after the end of the process.
//! - A file holds whole traces where they fit. Over the byte limit the oldest files are given up.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::parcel::{self, Parcel, Process};
use super::recovery;
use super::trace::record_of;
use crate::clock;
use crate::finished::{Finished, Item, TraceAttributes};
use crate::id::TraceId;
use crate::journal::{self, Home, Keep, Key};
use crate::loss::{Counters, Loss};
use crate::record;
use crate::sink::Signal;

#[derive(Debug)]
pub(crate) struct Spool {
    home: Arc<Home>,
    /// The record that says what this process is called.
    process: Arc<[u8]>,
    /// Oldest first.
    waiting: VecDeque<Spooled>,
    /// Of which something is in memory.
    loaded: Vec<Keep>,
    limit: u64,
    max_age: Duration,
    counters: Arc<Counters>,
}

/// A file of items that wait.
#[derive(Clone, Debug)]
pub(crate) struct Spooled {
    pub(crate) keep: Keep,
    pub(crate) signal: Signal,
    pub(crate) items: usize,
    /// When it was first written: unix milliseconds.
    pub(crate) since: u64,
}

impl Spooled {
    /// What the end of a file's name says of what is in it.
    pub(crate) fn kind(signal: Signal, items: usize, since: u64) -> String {
        let signal = match signal {
            Signal::Scores => "scores",
            Signal::Traces => "traces",
        };
        format!("{since}-{items}-{signal}{SUFFIX}")
    }

    /// The file of this name, if it is one.
    pub(crate) fn of(keep: Keep) -> Option<Self> {
        let name = keep.path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
        let mut parts = name.rsplit('-');
        let signal = if parts.next()? == "scores" { Signal::Scores } else { Signal::Traces };
        let (items, since) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { keep, signal, items, since })
    }
}

/// What the names of these files end in.
pub(crate) const SUFFIX: &str = "-spool";

impl Spool {
    pub(crate) fn new(
        home: Arc<Home>,
        process: Arc<[u8]>,
        limit: u64,
        max_age: Duration,
        counters: Arc<Counters>,
    ) -> Self {
        Self { home, process, waiting: VecDeque::new(), loaded: Vec::new(), limit, max_age, counters }
    }

    /// Items that wait here and nowhere else.
    pub(crate) fn items(&self) -> usize {
        self.waiting.iter().map(|file| file.items).sum()
    }

    /// Moves items to a file. `process`: attributes of the one that recorded them, if it was another. `Err`: they are
    /// still the caller's.
    pub(crate) fn put(
        &mut self,
        signal: Signal,
        items: Vec<Item>,
        process: Option<&[(String, String)]>,
    ) -> Result<(), Vec<Item>> {
        let since = clock::now() / 1_000_000;
        let process = process.map_or_else(|| self.process.to_vec(), record::process);
        let records = records(&items, &process);
        let count = parcel::count(&items);
        let kind = Spooled::kind(signal, count, since);
        let Some(keep) = self.home.write(&kind, record::frames(&records)) else { return Err(items) };
        let old: Vec<(Keep, Key)> = items.iter().flat_map(kept).collect();
        journal::note(&old, true);
        self.waiting.push_back(Spooled { keep, signal, items: count, since });
        self.make_room();
        Ok(())
    }

    /// Takes over files that are in this home.
    pub(crate) fn adopt(&mut self, files: Vec<Spooled>) {
        self.waiting.extend(files);
        self.waiting.make_contiguous().sort_by_key(|file| file.since);
        self.make_room();
    }

    /// The oldest file as a batch.
    pub(crate) fn next(&mut self) -> Option<Parcel> {
        loop {
            let file = self.waiting.pop_front()?;
            let (items, process) = load(&file.keep, &self.counters);
            if parcel::count(&items) < file.items {
                // Part of it was done by a process that died, or is damaged.
                let gone = file.items - parcel::count(&items);
                crate::diagnostics::debug(|| format!("{gone} of `{}` were done", file.keep.path.display()));
            }
            self.loaded.push(file.keep.clone());
            if !items.is_empty() {
                let age = Duration::from_millis((clock::now() / 1_000_000).saturating_sub(file.since));
                let since = Instant::now().checked_sub(age).unwrap_or_else(Instant::now);
                let (signal, from) = (file.signal, Some(file));
                return Some(Parcel { signal, items, since, is_retry: false, from, process });
            }
        }
    }

    /// Its items are not in memory any more, and not done.
    pub(crate) fn back(&mut self, file: Spooled) {
        self.waiting.push_front(file);
    }

    /// Gives up what is too old.
    pub(crate) fn expire(&mut self) {
        let oldest =
            (clock::now() / 1_000_000).saturating_sub(u64::try_from(self.max_age.as_millis()).unwrap_or(u64::MAX));
        while self.waiting.front().is_some_and(|file| file.since < oldest) {
            self.give_up(Loss::TooOld);
        }
    }

    /// Removes the files of which everything is done.
    pub(crate) fn clean(&mut self) {
        let waiting = &self.waiting;
        self.loaded.retain(|keep| {
            let is_waiting = waiting.iter().any(|file| Arc::ptr_eq(&file.keep, keep));
            if !is_waiting && keep.is_free() {
                keep.remove();
            }
            !is_waiting && !keep.is_free()
        });
    }

    fn make_room(&mut self) {
        let mut bytes: u64 = self.waiting.iter().map(|file| file.keep.bytes).sum();
        while bytes > self.limit
            && let Some(file) = self.waiting.front()
        {
            bytes -= file.keep.bytes;
            self.give_up(Loss::Backlog);
        }
    }

    fn give_up(&mut self, reason: Loss) {
        if let Some(file) = self.waiting.pop_front() {
            self.counters.lose(reason, file.items as u64);
            file.keep.remove();
        }
    }
}

/// The files that an item's records are in, with the names of what is in it.
pub(crate) fn kept(item: &Item) -> impl Iterator<Item = (Keep, Key)> {
    let keys = if item.keeps().is_empty() { Vec::new() } else { item.keys() };
    keys.into_iter().flat_map(|key| item.keeps().iter().map(move |keep| (keep.clone(), key)))
}

/// Items as framed records: first whose they are, then what belongs to a trace before what is of it.
pub(super) fn records(items: &[Item], process: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    record::frame(&mut out, process);
    let mut last: Option<(TraceId, &Arc<TraceAttributes>)> = None;
    for item in items {
        match item {
            Item::Observations(finished) => {
                let Finished { trace, attributes, trace_io, .. } = finished;
                // Traces share their attributes while nothing is said of them, but each needs to be told its own.
                let is_said = last.is_some_and(|(known, last)| known == *trace && Arc::ptr_eq(last, attributes));
                if !is_said || trace_io.is_some() {
                    record::frame(&mut out, &record_of(*trace, item.time(), attributes, trace_io.as_deref()));
                    last = Some((*trace, attributes));
                }
                for bytes in record::frames(&finished.records) {
                    record::frame(&mut out, &record::expand(bytes, record::put_site));
                }
            }
            Item::Score(score) => {
                let environment = score.environment.as_deref().map(str::to_owned);
                let attributes = TraceAttributes { environment, ..TraceAttributes::default() };
                record::frame(&mut out, &record_of(score.trace, item.time(), &attributes, None));
                record::frame(&mut out, &score.record);
                last = None;
            }
        }
    }
    out
}

fn load(keep: &Keep, counters: &Counters) -> (Vec<Item>, Option<Process>) {
    let path: &Path = &keep.path;
    let mut records = Vec::new();
    let mut process = None;
    let damaged = journal::records(path, record::key, |bytes| match record::attributes(bytes) {
        Some(attributes) => process = Some(attributes.into()),
        None => record::frame(&mut records, bytes),
    });
    counters.lose(Loss::Unreadable, damaged);
    let mut items = recovery::items(&records, TraceAttributes::default(), counters);
    items.iter_mut().for_each(|item| item.keep_in(keep));
    (items, process)
}
