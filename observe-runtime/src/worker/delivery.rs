//! Batches on their way, and what becomes of what is in them.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Worker;
use super::exit::Verdict;
use super::parcel::{self, Parcel};
use crate::diagnostics;
use crate::loss::Loss;
use crate::sink::Receipt;

/// How long keys that were refused are not tried again.
const LOCKED: Duration = Duration::from_secs(30);

/// A batch on its way. What is in it stays here, so that it is not lost with the request.
pub(super) struct Delivery {
    pub(super) parcel: Parcel,
    /// What it weighed when it left, with its encoding, and the bytes of that.
    pub(super) weight: usize,
    bytes: usize,
    pub(super) receipt: Pin<Box<dyn Future<Output = Receipt> + Send>>,
}

impl Worker {
    /// Starts the deliveries that may start.
    pub(super) fn send(&mut self) {
        self.adopt();
        let (now, is_flushing) = (Instant::now(), self.is_held || !self.asked.is_empty());
        let spool = &mut self.spool;
        while let Some(parcel) = self.outbox.next(now, is_flushing, || spool.as_mut()?.next()) {
            if parcel.is_retry {
                self.journal.counters.retried.fetch_add(parcel.count() as u64, Ordering::Relaxed);
            }
            let (exit, batch) = (self.exit.clone(), self.exit.encode(&parcel));
            let bytes = batch.body.len();
            let weight = parcel.weight() + bytes;
            self.outbox.carries(bytes);
            let receipt = Box::pin(async move { exit.sink.deliver(batch).await });
            self.deliveries.push(Delivery { parcel, weight, bytes, receipt });
        }
    }

    pub(super) fn land(&mut self, delivery: Delivery, receipt: Receipt) {
        let Delivery { parcel, weight, bytes, .. } = delivery;
        self.outbox.landed(weight, parcel.count());
        let landed = self.exit.read(receipt, parcel, bytes);
        let counters = &self.journal.counters;
        counters.delivered.fetch_add(parcel::count(&landed.delivered) as u64, Ordering::Relaxed);
        counters.bytes.fetch_add(landed.sent as u64, Ordering::Relaxed);
        if let Some(why) = landed.why {
            self.watch.refused(&why);
        }
        self.done(&landed.delivered);
        self.fold.reuse(landed.delivered);
        self.lose(Loss::Refused, &landed.refused);
        for parcel in landed.again {
            match (&mut self.spool, parcel.from.clone()) {
                (Some(spool), Some(file)) => spool.back(file),
                _ => self.outbox.again(parcel),
            }
        }
        self.is_locked = matches!(landed.verdict, Verdict::Locked { .. });
        match landed.verdict {
            Verdict::Up => {
                self.outbox.up();
                self.watch.up();
            }
            Verdict::Down { after, why } => {
                let pause = self.outbox.down(Instant::now(), after);
                if after.is_none() && !self.asked.is_empty() {
                    self.outbox.hurry_on();
                }
                diagnostics::debug(|| format!("delivery failed, next try in {pause:?}: {why}"));
                self.watch.down(&why);
            }
            Verdict::Locked { why } => {
                self.outbox.down(Instant::now(), Some(LOCKED));
                self.watch.locked(&why);
            }
        }
    }
}
