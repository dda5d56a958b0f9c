//! The view in which encoders read what has finished, whatever the order in which it was said.
//!
//! - What a user set beats what was captured, also when it is falsy; later beats earlier by time.
//! - An end is never before its start.

use std::borrow::Cow;

use crate::finished::{Finished, FinishedScore, Observed, TraceAttributes};
use crate::id::{ObservationId, TraceId};
use crate::observation::{Level, ObservationType, Outcome};
use crate::record::{self, APP_ROOT, Kind, Record, Tag};
use crate::registry::Entry;
use crate::score::DataType;
use crate::shapes;

pub(crate) type Text<'a> = Cow<'a, str>;

/// An observation as encoders read it.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(crate) trace_id: TraceId,
    pub(crate) id: ObservationId,
    pub(crate) parent_id: Option<ObservationId>,
    /// Nothing of the trace above it is ours: `langfuse.internal.is_app_root`.
    pub(crate) app_root: bool,
    pub(crate) kind: ObservationType,
    pub(crate) name: Text<'a>,
    /// Nanoseconds since the unix epoch.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) outcome: Outcome,
    pub(crate) level: Level,
    pub(crate) status_message: Option<Text<'a>>,
    /// JSON text.
    pub(crate) input: Option<Text<'a>>,
    /// JSON text.
    pub(crate) output: Option<Text<'a>>,
    /// Keys (each once) with JSON texts.
    pub(crate) metadata: Vec<(Text<'a>, Text<'a>)>,
    pub(crate) version: Option<Text<'a>>,
    pub(crate) model: Option<Text<'a>>,
    /// Keys (each once) with JSON texts.
    pub(crate) model_parameters: Vec<(Text<'a>, Text<'a>)>,
    /// JSON objects as the providers spell them, oldest first.
    pub(crate) usage: Vec<Text<'a>>,
    /// Keys (each once) with JSON numbers, USD.
    pub(crate) cost: Vec<(Text<'a>, Text<'a>)>,
    pub(crate) completion_start: Option<u64>,
    pub(crate) prompt: Option<(Text<'a>, i64)>,
    pub(crate) place: Option<Place<'a>>,
    pub(crate) trace: Cow<'a, TraceAttributes>,
}

/// Where an observation's function is in the source.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    /// With its module.
    pub(crate) function: Text<'a>,
    pub(crate) file: Text<'a>,
    pub(crate) line: u32,
}

/// A score as encoders read it.
#[derive(Clone, Debug)]
pub(crate) struct ScoreView<'a> {
    pub(crate) id: Text<'a>,
    pub(crate) trace_id: TraceId,
    pub(crate) observation_id: Option<ObservationId>,
    pub(crate) session_id: Option<Text<'a>>,
    pub(crate) name: Text<'a>,
    pub(crate) value: ScoreViewValue<'a>,
    pub(crate) data_type: DataType,
    pub(crate) comment: Option<Text<'a>>,
    /// Keys (each once) with JSON texts.
    pub(crate) metadata: Vec<(Text<'a>, Text<'a>)>,
    pub(crate) config_id: Option<Text<'a>>,
    /// Nanoseconds since the unix epoch.
    pub(crate) time: u64,
    pub(crate) environment: Option<Text<'a>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ScoreViewValue<'a> {
    Number(f64),
    Text(Text<'a>),
}

pub(crate) fn text(bytes: &[u8]) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Replaces the value of a key, or adds it.
fn set<'a>(entries: &mut Vec<(Text<'a>, Text<'a>)>, value: &'a [u8]) {
    let Some((key, value)) = record::pair(value) else { return };
    match entries.iter_mut().find(|(known, _)| known == key) {
        Some(entry) => entry.1 = text(value),
        None => entries.push((Cow::Borrowed(key), text(value))),
    }
}

impl Finished {
    /// Reads the records of the first one. `None` if there is no opening among them.
    pub(crate) fn view(&self) -> Option<View<'_>> {
        self.each().next()?.view()
    }
}

impl<'a> Observed<'a> {
    /// Reads the records. `None` if there is no opening among them.
    pub(crate) fn view(self) -> Option<View<'a>> {
        let arrived = || record::frames(self.records).filter_map(Record::read);
        // Mostly they came in their order.
        let mut sorted: Vec<Record<'a>> = Vec::new();
        if !arrived().map(|record| order(&record)).is_sorted() {
            sorted.extend(arrived());
            sorted.sort_by_key(order);
        }
        let records = || sorted.iter().copied().chain(arrived().take(if sorted.is_empty() { usize::MAX } else { 0 }));
        let opening = records().next()?.opening()?;
        let entry = Entry::find(opening.site);
        let mut view = View {
            trace_id: opening.trace,
            id: opening.observation,
            parent_id: opening.parent,
            app_root: opening.flags & APP_ROOT != 0,
            kind: opening.kind,
            name: Cow::Borrowed(entry.map_or("", |entry| entry.site.name)),
            start: opening.start,
            end: opening.start,
            outcome: Outcome::Ok,
            level: Level::Default,
            status_message: None,
            input: None,
            output: None,
            metadata: Vec::new(),
            version: None,
            model: None,
            model_parameters: Vec::new(),
            usage: Vec::new(),
            cost: Vec::new(),
            completion_start: None,
            prompt: None,
            place: entry.map(|Entry { site, function, .. }| Place {
                function: function.into(),
                file: site.file.into(),
                line: site.line,
            }),
            trace: Cow::Borrowed(&self.of.attributes),
        };
        let (mut declared, mut level, mut fault, mut set_input, mut set_output) = (None, None, None, None, None);
        for record in records() {
            if let Some((start, outcome)) = record.closing() {
                view.end = record.time;
                view.outcome = outcome;
                if start != 0 {
                    view.start = start;
                }
            }
            for (tag, value) in record.fields() {
                match tag {
                    Tag::Name => view.name = text(value),
                    Tag::Input => view.input = Some(text(value)),
                    Tag::Output => view.output = Some(text(value)),
                    Tag::SetInput => set_input = Some((record.time, text(value))),
                    Tag::SetOutput => set_output = Some((record.time, text(value))),
                    Tag::Metadata => set(&mut view.metadata, value),
                    // What the attribute declares gives way to the outcome.
                    Tag::Level if record.kind == Kind::Open => {
                        declared = value.first().copied().and_then(Level::from_u8);
                    }
                    Tag::Level => level = value.first().and_then(|byte| Level::from_u8(*byte)).or(level),
                    Tag::Status => view.status_message = Some(text(value)),
                    Tag::Fault => fault = Some(text(value)),
                    Tag::Version => view.version = Some(text(value)),
                    Tag::Model => view.model = Some(text(value)),
                    Tag::ModelParameter => set(&mut view.model_parameters, value),
                    Tag::Usage => view.usage.push(text(value)),
                    Tag::Cost => set(&mut view.cost, value),
                    Tag::CompletionStart if record.kind == Kind::Close && view.completion_start.is_some() => {}
                    Tag::CompletionStart => view.completion_start = record::number(value).or(view.completion_start),
                    Tag::Prompt => {
                        if let Some((name, version)) = record::pair(value) {
                            let version = record::number(version).unwrap_or_default().cast_signed();
                            view.prompt = Some((Cow::Borrowed(name), version));
                        }
                    }
                    Tag::Type => {
                        let kind = value.first().and_then(|byte| ObservationType::from_u8(*byte));
                        view.kind = kind.unwrap_or(view.kind);
                    }
                    Tag::Start => view.start = record::number(value).unwrap_or(view.start),
                    Tag::Site => {
                        if let Some((line, function, file)) = record::place(value) {
                            view.place = Some(Place { function: function.into(), file: text(file), line });
                        }
                    }
                    _ => {}
                }
            }
        }
        if let Some(io) = self.of.trace_io.as_ref().filter(|_| view.app_root) {
            set_input = later(set_input, io.input.as_ref());
            set_output = later(set_output, io.output.as_ref());
        }
        view.input = set_input.map(|(_, json)| json).or(view.input);
        view.output = set_output.map(|(_, json)| json).or(view.output);
        view.status_message = view.status_message.or(fault);
        view.level = level.unwrap_or(match view.outcome {
            Outcome::Ok => declared.unwrap_or(Level::Default),
            Outcome::Error | Outcome::Panicked | Outcome::Killed => Level::Error,
            Outcome::Cancelled | Outcome::Unfinished => Level::Warning,
        });
        if view.kind == ObservationType::Event {
            view.end = view.start;
        }
        view.end = view.end.max(view.start);
        shapes::recognise(&mut view);
        Some(view)
    }
}

/// What was said of the root or of its trace, whichever was later.
fn later<'a>(root: Option<(u64, Text<'a>)>, trace: Option<&'a (u64, String)>) -> Option<(u64, Text<'a>)> {
    match (root, trace) {
        (Some(root), Some((time, _))) if root.0 > *time => Some(root),
        (root, None) => root,
        (_, Some((time, json))) => Some((*time, Cow::Borrowed(json))),
    }
}

/// The opening first, then by time; what was said in the same nanosecond stays as it came.
fn order(record: &Record<'_>) -> (bool, u64) {
    (record.kind != Kind::Open, record.time)
}

impl FinishedScore {
    /// Reads the record. `None` if it has no name or no value.
    pub(crate) fn view(&self) -> Option<ScoreView<'_>> {
        let record = Record::read(&self.record)?;
        let (mut id, mut name, mut value, mut data_type) = (None, None, None, DataType::Numeric);
        let (mut session_id, mut comment, mut config_id, mut metadata) = (None, None, None, Vec::new());
        let mut time = record.time;
        for (tag, bytes) in record.fields() {
            match tag {
                Tag::ScoreId => id = Some(text(bytes)),
                Tag::ScoreName => name = Some(text(bytes)),
                Tag::ScoreNumber => {
                    value = record::number(bytes).map(|bits| ScoreViewValue::Number(f64::from_bits(bits)));
                }
                Tag::ScoreText => value = Some(ScoreViewValue::Text(text(bytes))),
                Tag::ScoreType => {
                    data_type = bytes.first().and_then(|byte| DataType::from_u8(*byte)).unwrap_or(data_type);
                }
                Tag::ScoreComment => comment = Some(text(bytes)),
                Tag::ScoreMetadata => set(&mut metadata, bytes),
                Tag::ScoreConfig => config_id = Some(text(bytes)),
                Tag::ScoreSession => session_id = Some(text(bytes)),
                Tag::ScoreTime => time = record::number(bytes).unwrap_or(time),
                _ => {}
            }
        }
        Some(ScoreView {
            id: id?,
            trace_id: record.trace,
            observation_id: record.observation,
            session_id,
            name: name?,
            value: value?,
            data_type,
            comment,
            metadata,
            config_id,
            time,
            environment: self.environment.as_deref().map(Cow::Borrowed),
        })
    }
}
