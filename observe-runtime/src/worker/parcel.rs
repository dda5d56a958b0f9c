//! Items on their way together, counted and parted by observations and scores, of which an item may be several.

use std::sync::Arc;
use std::time::Instant;

use super::spool::Spooled;
use crate::finished::Item;
use crate::sink::Signal;

/// Items on their way together.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) signal: Signal,
    pub(crate) items: Vec<Item>,
    pub(crate) since: Instant,
    /// It was sent before.
    pub(crate) is_retry: bool,
    /// The file of which this is all that is left.
    pub(crate) from: Option<Spooled>,
    /// Attributes of the process that recorded this, if it was another one.
    pub(crate) process: Option<Process>,
}

/// Attributes of a process.
pub(crate) type Process = Arc<[(String, String)]>;

impl Parcel {
    pub(crate) fn weight(&self) -> usize {
        self.items.iter().map(Item::weight).sum()
    }

    /// Observations or scores in it.
    pub(crate) fn count(&self) -> usize {
        count(&self.items)
    }

    /// Two halves, if there is more than one observation or score.
    pub(crate) fn halve(mut self) -> Result<(Self, Self), Self> {
        let count = self.count();
        if count < 2 {
            return Err(self);
        }
        let (first, items) = split(self.items, count / 2);
        (self.items, self.from) = (first, None);
        let (process, from) = (self.process.clone(), None);
        let Self { signal, since, is_retry, .. } = self;
        Ok((self, Self { signal, items, since, is_retry, from, process }))
    }

    /// The same, once more.
    pub(crate) fn retried(self) -> Self {
        Self { is_retry: true, ..self }
    }
}

/// Observations and scores in these.
pub(crate) fn count(items: &[Item]) -> usize {
    items.iter().map(Item::count).sum()
}

/// The first so many observations or scores, and the others.
pub(crate) fn split(mut items: Vec<Item>, count: usize) -> (Vec<Item>, Vec<Item>) {
    let mut left = count;
    let Some(at) = items.iter().position(|item| {
        let is_part = item.count() > left;
        left -= left.min(item.count());
        is_part
    }) else {
        return (items, Vec::new());
    };
    let before: usize = self::count(&items[..at]);
    let mut others = items.split_off(at);
    if before < count
        && let Some(rest) = others[0].split_off(count - before)
    {
        items.push(std::mem::replace(&mut others[0], rest));
    }
    (items, others)
}
