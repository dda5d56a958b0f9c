//! The way out: items to a batch's bytes to the sink, and what its receipt means for the items.

use std::sync::Arc;
use std::time::Duration;

use super::outbox::Parcel;
use crate::encode::{self, Encoder};
use crate::finished::{Item, ScoreView, View};
use crate::loss::{Counters, Loss};
use crate::mask::Mask;
use crate::sink::{Batch, Receipt, Signal, Sink};

/// Where a client's items go.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) encoder: Encoder,
    pub(crate) sink: Sink,
    pub(crate) mask: Option<Mask>,
    pub(crate) counters: Arc<Counters>,
    /// An observation whose encoding is larger is cut.
    pub(crate) most_bytes: usize,
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct Landed {
    /// Weight and number of what had left.
    pub(crate) bytes: usize,
    pub(crate) items: usize,
    /// Encoded bytes that the server took.
    pub(crate) sent: usize,
    /// What arrived.
    pub(crate) delivered: Vec<Item>,
    pub(crate) lost: Vec<(Loss, Vec<Item>)>,
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
    /// Delivers a batch, once.
    pub(crate) async fn deliver(&self, parcel: Parcel) -> Landed {
        let (bytes, items) = (parcel.weight(), parcel.items.len());
        let body = self.encode(&parcel);
        let batch = Batch { signal: parcel.signal, body, count: items };
        let mut landed = Landed {
            bytes,
            items,
            sent: 0,
            delivered: Vec::new(),
            lost: Vec::new(),
            again: Vec::new(),
            verdict: Verdict::Up,
        };
        match self.sink.deliver(&batch).await {
            Receipt::Accepted { refused, why } => {
                landed.sent = batch.body.len();
                let mut delivered = parcel.items;
                let refused = usize::try_from(refused).unwrap_or(usize::MAX).min(items);
                if refused > 0 {
                    crate::diagnostics::warn(&format!(
                        "the server took {} of {items} and refused the rest: {}",
                        items - refused,
                        why.unwrap_or_default()
                    ));
                    landed.lost.push((Loss::Refused, delivered.split_off(items - refused)));
                }
                landed.delivered = delivered;
            }
            Receipt::Partial { failed } => {
                landed.sent = batch.body.len();
                let (mut again, mut lost) = (Vec::new(), Vec::new());
                for item in parcel.items {
                    let id = match &item {
                        Item::Score(score) => score.view().map(|view| view.id.into_owned()),
                        Item::Observation(finished) => Some(finished.id.to_string()),
                    };
                    match failed.iter().find(|failure| Some(&failure.id) == id.as_ref()) {
                        None => landed.delivered.push(item),
                        Some(failure) if failure.retry => again.push(item),
                        Some(failure) => {
                            crate::diagnostics::warn(&format!("the server refused {}: {}", failure.id, failure.why));
                            lost.push(item);
                        }
                    }
                }
                landed.lost.push((Loss::Refused, lost));
                if !again.is_empty() {
                    let why = format!("{} of {items} are to be sent again", again.len());
                    landed.verdict = Verdict::Down { after: None, why };
                    landed.again.push(Parcel {
                        items: again,
                        is_retry: true,
                        ..parcel_like(parcel.signal, parcel.since)
                    });
                }
            }
            Receipt::Retry { after, why } => {
                landed.verdict = Verdict::Down { after, why };
                landed.again.push(Parcel { is_retry: true, ..parcel });
            }
            Receipt::Local(why) => {
                landed.verdict = Verdict::Down { after: None, why };
                landed.again.push(Parcel { is_retry: true, ..parcel });
            }
            Receipt::Credentials(why) => {
                landed.verdict = Verdict::Locked { why };
                landed.again.push(Parcel { is_retry: true, ..parcel });
            }
            Receipt::TooLarge(why) => match parcel.halve() {
                Ok((first, second)) => landed.again.extend([second, first]),
                Err(parcel) => {
                    // The one that is too large alone is cut to half of what was refused, and again.
                    let at_most = batch.body.len() / 2;
                    if at_most < SMALLEST {
                        crate::diagnostics::warn(&format!(
                            "the server refused an observation of {at_most} bytes as too large: {why}"
                        ));
                        landed.lost.push((Loss::Refused, parcel.items));
                    } else {
                        landed.again.push(Parcel { at_most: Some(at_most), ..parcel });
                    }
                }
            },
            Receipt::Refused(why) => match parcel.halve() {
                Ok((first, second)) => landed.again.extend([second, first]),
                Err(parcel) => {
                    crate::diagnostics::warn(&format!("the server refused an observation: {why}"));
                    landed.lost.push((Loss::Refused, parcel.items));
                }
            },
        }
        landed
    }

    fn encode(&self, parcel: &Parcel) -> Vec<u8> {
        match parcel.signal {
            Signal::Traces => {
                let finished = parcel.items.iter().filter_map(|item| match item {
                    Item::Observation(finished) => finished.view(),
                    Item::Score(_) => None,
                });
                let views: Vec<View<'_>> = finished.map(|view| self.prepare(view, parcel.at_most)).collect();
                self.encoder.traces(&views)
            }
            Signal::Scores => {
                let scores = parcel.items.iter().filter_map(|item| match item {
                    Item::Score(score) => score.view(),
                    Item::Observation(_) => None,
                });
                let views: Vec<ScoreView<'_>> = scores.map(|view| self.prepare_score(view)).collect();
                self.encoder.scores(&views)
            }
        }
    }

    fn prepare<'a>(&self, mut view: View<'a>, at_most: Option<usize>) -> View<'a> {
        if let Some(mask) = &self.mask {
            self.counters.lose(Loss::MaskFailed, mask.apply(&mut view) as u64);
        }
        let at_most = at_most.unwrap_or(self.most_bytes).min(self.most_bytes);
        if Encoder::size(&view) > at_most {
            self.counters.lose(Loss::Cut, 1);
            encode::cut(&mut view, at_most);
        }
        view
    }

    fn prepare_score<'a>(&self, mut view: ScoreView<'a>) -> ScoreView<'a> {
        if let Some(mask) = &self.mask {
            self.counters.lose(Loss::MaskFailed, mask.apply_score(&mut view) as u64);
        }
        view
    }
}

/// An observation that is refused as too large at this size has nothing left to cut.
const SMALLEST: usize = 512;

fn parcel_like(signal: Signal, since: std::time::Instant) -> Parcel {
    Parcel { signal, items: Vec::new(), since, is_retry: false, at_most: None }
}
