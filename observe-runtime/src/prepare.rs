//! What leaves the fold is made ready here, once: masked, and cut to what a server takes.
//!
//! - It happens before anything waits, is shown or is written: a retry sends the same bytes again, and
//!   no loss is counted twice.
//! - What was changed is written back into records, so that it waits in the form in which it came.

use std::sync::Arc;

use crate::encode::{self, Encoder};
use crate::finished::{BUNDLED, Finished, FinishedScore, Item};
use crate::loss::{Counters, Loss};
use crate::mask::Mask;
use crate::record::{self, APP_ROOT, Kind, Opening, Tag};
use crate::view::{ScoreView, ScoreViewValue, View};

#[derive(Clone, Debug)]
pub(crate) struct Prepare {
    pub(crate) mask: Option<Mask>,
    /// An observation whose encoding is larger is cut.
    pub(crate) most_bytes: usize,
    pub(crate) counters: Arc<Counters>,
}

impl Prepare {
    /// Masks and cuts what is in an item. Whoever gets it may keep it anywhere.
    pub(crate) fn ready(&self, item: Item, mut keep: impl FnMut(Item)) {
        let largest = if item.count() > 1 { BUNDLED } else { item.weight() };
        // An encoding is seldom twice as large as the records: what is far from the limit is not looked at.
        if self.mask.is_none() && largest.saturating_mul(4) < self.most_bytes {
            return keep(item);
        }
        item.apart().for_each(|item| keep(self.one(item)));
    }

    fn one(&self, item: Item) -> Item {
        match item {
            Item::Observations(finished) => {
                let Some(mut view) = finished.view() else { return Item::Observations(finished) };
                if let Some(mask) = &self.mask {
                    self.count(Loss::MaskFailed, mask.apply(&mut view));
                }
                let cuts = encode::cut(&mut view, self.most_bytes);
                self.count(Loss::Cut, cuts);
                if self.mask.is_none() && cuts == 0 {
                    return Item::Observations(finished);
                }
                Item::Observations(rewritten(view, &finished))
            }
            Item::Score(score) => {
                let (Some(mask), Some(mut view)) = (&self.mask, score.view()) else { return Item::Score(score) };
                self.count(Loss::MaskFailed, mask.apply_score(&mut view));
                Item::Score(FinishedScore {
                    trace: score.trace,
                    record: score_record(&view),
                    environment: view.environment.as_deref().map(Arc::from),
                    key: score.key,
                    keeps: score.keeps.clone(),
                })
            }
        }
    }

    /// Cuts an item that the server found too large, once more. `Err`: nothing is left to cut.
    pub(crate) fn shrink(&self, item: Item, at_most: usize) -> Result<Item, Item> {
        let Item::Observations(finished) = &item else { return Err(item) };
        let Some(mut view) = finished.view() else { return Err(item) };
        let size = Encoder::size(&view);
        let cuts = encode::cut(&mut view, at_most.min(size - 1));
        if cuts == 0 {
            return Err(item);
        }
        self.count(Loss::Cut, cuts);
        Ok(Item::Observations(rewritten(view, finished)))
    }

    fn count(&self, reason: Loss, count: usize) {
        if count > 0 {
            self.counters.lose(reason, count as u64);
        }
    }
}

/// An observation of which this is the view.
fn rewritten(view: View<'_>, finished: &Finished) -> Finished {
    Finished {
        trace: finished.trace,
        records: records(&view),
        count: 1,
        attributes: Arc::new(view.trace.into_owned()),
        trace_io: None,
        is_part: finished.is_part,
        keeps: finished.keeps.clone(),
    }
}

fn records(view: &View<'_>) -> Vec<u8> {
    let opening = Opening {
        trace: view.trace_id,
        observation: view.id,
        parent: view.parent_id,
        start: view.start,
        kind: view.kind,
        flags: if view.app_root { APP_ROOT } else { 0 },
        site: 0,
    };
    let mut open = Vec::with_capacity(256);
    record::open(&mut open, &opening);
    let mut text = |tag: Tag, text: &str| record::put(&mut open, tag, text.as_bytes());
    text(Tag::Name, &view.name);
    for (tag, value) in [
        (Tag::SetInput, &view.input),
        (Tag::SetOutput, &view.output),
        (Tag::Status, &view.status_message),
        (Tag::Version, &view.version),
        (Tag::Model, &view.model),
    ] {
        if let Some(value) = value {
            text(tag, value);
        }
    }
    for usage in &view.usage {
        text(Tag::Usage, usage);
    }
    let pairs =
        [(Tag::Metadata, &view.metadata), (Tag::ModelParameter, &view.model_parameters), (Tag::Cost, &view.cost)];
    for (tag, entries) in pairs {
        for (key, value) in entries {
            record::put_pair(&mut open, tag, key, |out| out.extend_from_slice(value.as_bytes()));
        }
    }
    if let Some(place) = &view.place {
        record::put_place(&mut open, place.line, &place.function, &place.file);
    }
    record::put(&mut open, Tag::Level, &[view.level as u8]);
    if let Some(time) = view.completion_start {
        record::put(&mut open, Tag::CompletionStart, &time.to_le_bytes());
    }
    if let Some((name, version)) = &view.prompt {
        record::put_pair(&mut open, Tag::Prompt, name, |out| out.extend_from_slice(&version.to_le_bytes()));
    }
    let mut close = Vec::with_capacity(48);
    record::close(&mut close, view.trace_id, view.id, 0, view.end, view.outcome);
    let mut records = Vec::with_capacity(open.len() + close.len() + 8);
    record::frame(&mut records, &open);
    record::frame(&mut records, &close);
    records
}

fn score_record(view: &ScoreView<'_>) -> Vec<u8> {
    let mut record = Vec::with_capacity(256);
    record::say(&mut record, Kind::Score, view.trace_id, view.observation_id, view.time);
    let mut text = |tag: Tag, text: &str| record::put(&mut record, tag, text.as_bytes());
    text(Tag::ScoreId, &view.id);
    text(Tag::ScoreName, &view.name);
    for (tag, value) in
        [(Tag::ScoreComment, &view.comment), (Tag::ScoreConfig, &view.config_id), (Tag::ScoreSession, &view.session_id)]
    {
        if let Some(value) = value {
            text(tag, value);
        }
    }
    match &view.value {
        ScoreViewValue::Number(number) => {
            record::put(&mut record, Tag::ScoreNumber, &number.to_bits().to_le_bytes());
        }
        ScoreViewValue::Text(value) => text(Tag::ScoreText, value),
    }
    record::put(&mut record, Tag::ScoreType, &[view.data_type as u8]);
    for (key, value) in &view.metadata {
        record::put_pair(&mut record, Tag::ScoreMetadata, key, |out| out.extend_from_slice(value.as_bytes()));
    }
    record
}
