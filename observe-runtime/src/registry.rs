//! What this process keeps of each observed function: its number, by which records name it, and which of its arguments
//! are secrets.
//!
//! - An entry is made at a function's first recorded call, and stays as long as the process, as the function does.
//! - Entries are found by the address of the site, in a table that is never locked nor moved; what it has no room for
//!   stands in a map beside it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::capture::{self, PLAIN, SLOTS};
use crate::site::Site;

/// An observed function that was called.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) site: &'static Site,
    /// From 1; 0 stands for none.
    pub(crate) number: u32,
    /// Path of the function with its module, as OpenTelemetry's `code.function.name`.
    pub(crate) function: String,
    /// Which slots are named like secrets: generation of the word list in the high 16 bits, one bit a slot below.
    redacted: AtomicU64,
}

/// Places in the table: a power of two.
const PLACES: usize = 4096;
/// Neighbours that are looked at for one site.
const REACH: usize = 16;
/// Where the generation of the word list is in [`Entry::redacted`].
const GENERATION: u32 = 48;

static TABLE: [OnceLock<&'static Entry>; PLACES] = [const { OnceLock::new() }; PLACES];
/// By number, from 1 on: each part has room for twice as many as the one before. The worker reads them without a lock, which a
/// child that is forked meanwhile would find locked for ever.
static PARTS: [OnceLock<Box<[OnceLock<&'static Entry>]>>; 32] = [const { OnceLock::new() }; 32];
static OTHERS: Mutex<Others> = Mutex::new(Others { count: 0, by_site: None });

struct Others {
    count: u32,
    /// What the table has no room for, by the address of the site.
    by_site: Option<HashMap<usize, &'static Entry>>,
}

/// The entry of an observed function.
#[inline]
pub(crate) fn entry(site: &'static Site) -> &'static Entry {
    match places(site).find_map(|place| place.get().filter(|entry| std::ptr::eq(entry.site, site))) {
        Some(entry) => entry,
        None => enter(site),
    }
}

/// Where its entry may stand.
#[inline]
fn places(site: &'static Site) -> impl Iterator<Item = &'static OnceLock<&'static Entry>> {
    // Multiplying spreads neighbours over the high bits.
    let hash = address(site).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as usize);
    let first = hash >> (usize::BITS - PLACES.trailing_zeros());
    (first..first + REACH).map(|at| &TABLE[at % PLACES])
}

fn address(site: &'static Site) -> usize {
    std::ptr::from_ref(site).addr()
}

/// The part with that number, and the place in it.
fn part(number: u32) -> (usize, usize) {
    let part = number.ilog2();
    (part as usize, (number - (1 << part)) as usize)
}

#[cold]
fn enter(site: &'static Site) -> &'static Entry {
    let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = places(site).find_map(|place| place.get().filter(|entry| std::ptr::eq(entry.site, site)));
    let known = known.or_else(|| others.by_site.as_ref()?.get(&address(site)));
    if let Some(entry) = known {
        return entry;
    }
    let number = others.count.saturating_add(1);
    let function = format!("{}::{}", site.module, site.function);
    let entry: &'static Entry = Box::leak(Box::new(Entry { site, number, function, redacted: AtomicU64::new(0) }));
    others.count = number;
    let (part, at) = part(number);
    let part = PARTS[part].get_or_init(|| (0..1_usize << part).map(|_| OnceLock::new()).collect());
    // There is only one of that number.
    let _ = part[at].set(entry);
    if places(site).all(|place| place.set(entry).is_err()) {
        others.by_site.get_or_insert_default().insert(address(site), entry);
    }
    entry
}

impl Entry {
    /// The one of that number.
    pub(crate) fn find(number: u32) -> Option<&'static Self> {
        let (part, at) = (number != 0).then(|| part(number))?;
        PARTS[part].get()?.get(at)?.get().copied()
    }

    /// The slots whose values must not be captured, one bit each, and [`PLAIN`]. `generation` names the word list and is not 0.
    #[inline]
    pub(crate) fn redacted(&self, generation: u16, is_secret: impl Fn(&str) -> bool) -> u64 {
        let known = self.redacted.load(Ordering::Relaxed);
        if known >> GENERATION == u64::from(generation) {
            return known & ((1 << GENERATION) - 1);
        }
        self.find_redacted(generation, &is_secret)
    }

    #[cold]
    fn find_redacted(&self, generation: u16, is_secret: &dyn Fn(&str) -> bool) -> u64 {
        let Site { inputs, words, .. } = self.site;
        let is_plain = inputs.iter().all(|name| capture::is_plain(name));
        let words = if words.is_empty() { inputs } else { words };
        let bits = words
            .iter()
            .zip(0..)
            .filter(|(name, _)| is_secret(name))
            .fold(if is_plain { PLAIN } else { 0 }, |bits, (_, slot): (_, u32)| bits | 1 << slot.min(SLOTS - 1));
        self.redacted.store(u64::from(generation) << GENERATION | bits, Ordering::Relaxed);
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::ObservationType;

    fn site(function: &'static str) -> &'static Site {
        let (name, kind, module, file, line) = ("ask", ObservationType::Span, "here", "here.rs", 1);
        Box::leak(Box::new(Site { name, kind, module, function, file, line, inputs: &["text"], words: &[] }))
    }

    #[test]
    fn more_functions_than_the_table_has_room_for_keep_their_numbers() {
        let sites: Vec<_> = (0..2 * PLACES).map(|_| site("many")).collect();
        let numbers: Vec<_> = sites.iter().map(|site| entry(site).number).collect();
        for (site, number) in sites.iter().zip(numbers) {
            assert_eq!(entry(site).number, number);
            assert!(Entry::find(number).is_some_and(|entry| std::ptr::eq(entry.site, *site)));
        }
    }

    #[test]
    fn threads_that_meet_a_function_at_once_give_it_one_number() {
        for _ in 0..200 {
            let site = site("met");
            let numbers: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| entry(site).number)).collect();
                threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
            });
            assert_eq!(numbers, [numbers[0]; 4]);
        }
    }
}
