//! The way out: items to a batch's bytes, and what the sink's receipt means for the items.

use std::time::Duration;

use super::parcel::{self, Parcel};
use crate::encode::Encoder;
use crate::finished::Item;
use crate::prepare::Prepare;
use crate::sink::{Batch, Buffers, Failure, Receipt, Signal, Sink};
use crate::view::ScoreView;

/// Where a client's items go.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) encoder: Encoder,
    pub(crate) sink: Sink,
    pub(crate) prepare: Prepare,
    pub(crate) buffers: Buffers,
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct Landed {
    /// Encoded bytes that the server took.
    pub(crate) sent: usize,
    /// What arrived.
    pub(crate) delivered: Vec<Item>,
    /// What the server will never take, and why.
    pub(crate) refused: Vec<Item>,
    pub(crate) why: Option<String>,
    /// To be sent again: at once if the server is up.
    pub(crate) again: Vec<Parcel>,
    pub(crate) verdict: Verdict,
}

/// What a batch says of the server.
#[derive(Debug)]
pub(crate) enum Verdict {
    Up,
    Down {
        after: Option<Duration>,
        why: String,
    },
    /// It wants other keys.
    Locked {
        why: String,
    },
}

impl Exit {
    /// Gives back the memory that is kept for the next batch.
    pub(crate) fn rest(&self) {
        self.buffers.clear();
        self.sink.rest();
    }

    pub(crate) fn encode(&self, parcel: &Parcel) -> Batch {
        let resource = parcel.process.as_deref().unwrap_or(self.encoder.resource());
        let body = match parcel.signal {
            Signal::Traces => {
                let finished = parcel.items.iter().filter_map(|item| match item {
                    Item::Observations(finished) => Some(finished.each()),
                    Item::Score(_) => None,
                });
                self.encoder.traces(finished.flatten(), resource, parcel.weight(), self.buffers.take())
            }
            Signal::Scores => {
                let scores = parcel.items.iter().filter_map(|item| match item {
                    Item::Score(score) => score.view(),
                    Item::Observations(_) => None,
                });
                self.encoder.scores(&scores.collect::<Vec<ScoreView<'_>>>(), resource)
            }
        };
        Batch { signal: parcel.signal, body: self.buffers.body(body), count: parcel.count() }
    }

    /// What a receipt for `bytes` encoded bytes means.
    pub(crate) fn read(&self, receipt: Receipt, parcel: Parcel, bytes: usize) -> Landed {
        let mut landed = Landed {
            sent: 0,
            delivered: Vec::new(),
            refused: Vec::new(),
            why: None,
            again: Vec::new(),
            verdict: Verdict::Up,
        };
        match receipt {
            Receipt::Accepted { refused, why } => {
                landed.sent = bytes;
                // Nobody says which ones, and they are not to be sent again.
                let taken = parcel.count().saturating_sub(usize::try_from(refused).unwrap_or(usize::MAX));
                (landed.delivered, landed.refused) = parcel::split(parcel.items, taken);
                landed.why = why;
            }
            Receipt::Partial { failed } => {
                landed.sent = bytes;
                landed.part(parcel, &failed);
            }
            Receipt::Retry { after, why } => {
                landed.verdict = Verdict::Down { after, why };
                landed.again.push(parcel.retried());
            }
            Receipt::Local(why) => {
                landed.verdict = Verdict::Down { after: None, why };
                landed.again.push(parcel.retried());
            }
            Receipt::Credentials(why) => {
                landed.verdict = Verdict::Locked { why };
                landed.again.push(parcel.retried());
            }
            Receipt::TooLarge(why) => match parcel.halve() {
                Ok((first, second)) => landed.again.extend([second, first]),
                Err(parcel) => self.shrink(parcel, bytes / 2, why, &mut landed),
            },
            Receipt::Malformed(why) => match parcel.halve() {
                Ok((first, second)) => landed.again.extend([second, first]),
                Err(parcel) => landed.refuse(parcel, why),
            },
            Receipt::Refused(why) => landed.refuse(parcel, why),
        }
        landed
    }

    /// The one that is too large alone loses its largest values.
    fn shrink(&self, mut parcel: Parcel, at_most: usize, why: String, landed: &mut Landed) {
        parcel.from = None;
        match parcel.items.pop().map(|item| self.prepare.shrink(item, at_most)) {
            Some(Ok(item)) => {
                parcel.items.push(item);
                landed.again.push(parcel);
            }
            Some(Err(item)) => {
                parcel.items.push(item);
                landed.refuse(parcel, why);
            }
            None => {}
        }
    }
}

impl Landed {
    fn refuse(&mut self, parcel: Parcel, why: String) {
        self.refused.extend(parcel.items);
        self.why = Some(why);
    }

    /// Only what failed and may succeed goes again.
    fn part(&mut self, parcel: Parcel, failed: &[Failure]) {
        let mut again = Parcel { items: Vec::new(), from: None, ..parcel };
        for item in parcel.items.into_iter().flat_map(Item::apart) {
            let id = match &item {
                Item::Score(score) => score.view().map(|view| view.id.into_owned()),
                Item::Observations(finished) => finished.each().find_map(|one| Some(one.id()?.to_string())),
            };
            match failed.iter().find(|failure| Some(&failure.id) == id.as_ref()) {
                None => self.delivered.push(item),
                Some(failure) if failure.retry => again.items.push(item),
                Some(failure) => {
                    self.why = Some(failure.why.clone());
                    self.refused.push(item);
                }
            }
        }
        if !again.items.is_empty() {
            let why = format!("the server asks for {} items again", again.count());
            self.verdict = Verdict::Down { after: None, why };
            self.again.push(again.retried());
        }
    }
}
