//! The mask: one function over every value that leaves the process.
//!
//! - It runs on the worker, before anything is encoded or written.
//! - It fails closed: if it panics, the value is dropped, the observation is not.
//! - What has to be there (a name, the value of a score) is replaced by a word when it is dropped.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_core::de::IgnoredAny;

use crate::view::{ScoreView, ScoreViewValue, Text, View};

/// What a text is that a mask looks at.
///
/// ```
/// use observe::{Config, MaskField, Masked};
/// let config = Config::new().mask(|field, _| match field {
///     MaskField::Metadata("email") | MaskField::UserId => Masked::Replace("[hidden]".to_owned()),
///     _ => Masked::Keep,
/// });
/// # drop(config);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaskField<'a> {
    /// An observation's input, as JSON.
    Input,
    /// A value of an observation's metadata, as JSON, and its key.
    Metadata(&'a str),
    /// A value of a generation's parameters, as JSON, and its key.
    ModelParameter(&'a str),
    /// An observation's name.
    Name,
    /// An observation's output, as JSON.
    Output,
    /// The comment of a score.
    ScoreComment,
    /// A value of a score's metadata, as JSON, and its key.
    ScoreMetadata(&'a str),
    /// The value of a categorical or text score.
    ScoreText,
    /// The session's id.
    SessionId,
    /// An observation's status message, such as the text of an error.
    StatusMessage,
    /// One of a trace's tags.
    Tag,
    /// A value of a trace's metadata, as JSON, and its key.
    TraceMetadata(&'a str),
    /// A trace's name.
    TraceName,
    /// The user's id.
    UserId,
}

/// What becomes of a text.
///
/// ```
/// use observe::{Config, Masked};
/// let config = Config::new().mask(|_, text| if text.contains("@") { Masked::Drop } else { Masked::Keep });
/// # drop(config);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Masked {
    /// It leaves out the value; a name or a score's value becomes `[masked]`.
    Drop,
    /// It leaves as it is.
    Keep,
    /// This leaves in its place. Where JSON is expected and this is none, it is taken as a string.
    Replace(String),
}

type Function = dyn Fn(MaskField<'_>, &str) -> Masked + Send + Sync;

/// A user's function over every value that leaves.
#[derive(Clone)]
pub(crate) struct Mask(Arc<Function>);

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

/// Stands for a value that was dropped where there has to be one.
const MASKED: &str = "[masked]";
/// Stands for a value whose mask failed.
const FAILED: &str = "[mask failed]";
/// The same as JSON.
const FAILED_JSON: &str = "\"[mask failed]\"";

/// What the function made of a text.
enum Verdict {
    Drop,
    Failed,
    Keep,
    Replace(String),
}

impl Mask {
    pub(crate) fn new(mask: impl Fn(MaskField<'_>, &str) -> Masked + Send + Sync + 'static) -> Self {
        Self(Arc::new(mask))
    }

    /// Masks an observation. Returns how many values were lost because the mask failed.
    pub(crate) fn apply(&self, view: &mut View<'_>) -> usize {
        let mut run = Run { mask: &*self.0, failed: 0 };
        run.required(MaskField::Name, &mut view.name);
        run.json(MaskField::Input, &mut view.input);
        run.json(MaskField::Output, &mut view.output);
        run.text(MaskField::StatusMessage, &mut view.status_message);
        run.entries(|key| MaskField::Metadata(key), &mut view.metadata);
        run.entries(|key| MaskField::ModelParameter(key), &mut view.model_parameters);
        let trace = view.trace.to_mut();
        run.owned(MaskField::TraceName, &mut trace.name);
        run.owned(MaskField::UserId, &mut trace.user_id);
        run.owned(MaskField::SessionId, &mut trace.session_id);
        run.tags(&mut trace.tags);
        run.entries(|key| MaskField::TraceMetadata(key), &mut trace.metadata);
        run.failed
    }

    /// Masks a score. Returns how many values were lost because the mask failed.
    pub(crate) fn apply_score(&self, view: &mut ScoreView<'_>) -> usize {
        let mut run = Run { mask: &*self.0, failed: 0 };
        if let ScoreViewValue::Text(value) = &mut view.value {
            run.required(MaskField::ScoreText, value);
        }
        run.text(MaskField::ScoreComment, &mut view.comment);
        run.text(MaskField::SessionId, &mut view.session_id);
        run.entries(|key| MaskField::ScoreMetadata(key), &mut view.metadata);
        run.failed
    }
}

/// One pass over one observation or score.
struct Run<'m> {
    mask: &'m Function,
    failed: usize,
}

impl Run<'_> {
    fn ask(&mut self, field: MaskField<'_>, text: &str) -> Verdict {
        match catch_unwind(AssertUnwindSafe(|| (self.mask)(field, text))) {
            Ok(Masked::Drop) => Verdict::Drop,
            Ok(Masked::Keep) => Verdict::Keep,
            Ok(Masked::Replace(text)) => Verdict::Replace(text),
            Err(_) => {
                self.failed += 1;
                Verdict::Failed
            }
        }
    }

    fn json(&mut self, field: MaskField<'_>, value: &mut Option<Text<'_>>) {
        let Some(text) = value.as_deref() else { return };
        match self.ask(field, text) {
            Verdict::Keep => {}
            Verdict::Drop => *value = None,
            Verdict::Failed => *value = Some(FAILED_JSON.into()),
            Verdict::Replace(text) => *value = Some(as_json(text).into()),
        }
    }

    fn text(&mut self, field: MaskField<'_>, value: &mut Option<Text<'_>>) {
        let Some(text) = value.as_deref() else { return };
        match self.ask(field, text) {
            Verdict::Keep => {}
            Verdict::Drop => *value = None,
            Verdict::Failed => *value = Some(FAILED.into()),
            Verdict::Replace(text) => *value = Some(text.into()),
        }
    }

    /// A text that cannot be left out.
    fn required(&mut self, field: MaskField<'_>, value: &mut Text<'_>) {
        match self.ask(field, value) {
            Verdict::Keep => {}
            Verdict::Drop => *value = MASKED.into(),
            Verdict::Failed => *value = FAILED.into(),
            Verdict::Replace(text) => *value = text.into(),
        }
    }

    /// Traces are found by it: a word for a failure would join those that have nothing in common.
    fn owned(&mut self, field: MaskField<'_>, value: &mut Option<String>) {
        let Some(text) = value.as_deref() else { return };
        match self.ask(field, text) {
            Verdict::Keep => {}
            Verdict::Drop | Verdict::Failed => *value = None,
            Verdict::Replace(text) => *value = Some(text),
        }
    }

    fn tags(&mut self, tags: &mut Vec<String>) {
        tags.retain_mut(|tag| match self.ask(MaskField::Tag, tag) {
            Verdict::Keep => true,
            Verdict::Drop | Verdict::Failed => false,
            Verdict::Replace(text) => {
                *tag = text;
                true
            }
        });
    }

    /// Keys with JSON texts.
    fn entries<K, V>(&mut self, field: impl Fn(&str) -> MaskField<'_>, entries: &mut Vec<(K, V)>)
    where
        K: AsRef<str>,
        V: AsRef<str> + From<String>,
    {
        entries.retain_mut(|(key, value)| match self.ask(field(key.as_ref()), value.as_ref()) {
            Verdict::Keep => true,
            Verdict::Drop => false,
            Verdict::Failed => {
                *value = FAILED_JSON.to_owned().into();
                true
            }
            Verdict::Replace(text) => {
                *value = as_json(text).into();
                true
            }
        });
    }
}

/// The text if it is JSON, else the text as a JSON string.
fn as_json(text: String) -> String {
    if serde_json::from_str::<IgnoredAny>(&text).is_ok() { text } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finished::{Finished, FinishedScore, TraceAttributes};
    use crate::id::{ObservationId, TraceId};
    use crate::observation::{ObservationType, Outcome};
    use crate::record::{self, APP_ROOT, Kind, Opening, Tag};

    fn finished() -> Finished {
        let (trace, id) = (TraceId::random(), ObservationId::random());
        let opening = Opening {
            trace,
            observation: id,
            parent: None,
            start: 1,
            kind: ObservationType::Generation,
            flags: APP_ROOT,
            site: 0,
        };
        let mut open = Vec::new();
        record::open(&mut open, &opening);
        record::put(&mut open, Tag::Name, b"answer");
        record::put(&mut open, Tag::Input, br#"{"q":"secret"}"#);
        record::put(&mut open, Tag::Output, br#""fine""#);
        record::put(&mut open, Tag::Fault, b"secret fault");
        for (tag, key) in [(Tag::Metadata, "m"), (Tag::Metadata, "n"), (Tag::ModelParameter, "p")] {
            record::put_pair(&mut open, tag, key, |out| out.extend_from_slice(b"\"secret\""));
        }
        let mut close = Vec::new();
        record::close(&mut close, trace, id, 0, 2, Outcome::Error);
        let mut records = Vec::new();
        record::frame(&mut records, &open);
        record::frame(&mut records, &close);
        let attributes = TraceAttributes {
            name: Some("secret trace".to_owned()),
            user_id: Some("secret user".to_owned()),
            session_id: Some("secret session".to_owned()),
            tags: vec!["a".to_owned(), "secret".to_owned()],
            metadata: vec![("k".to_owned(), "\"secret\"".to_owned())],
            ..TraceAttributes::default()
        };
        Finished {
            trace,
            records,
            count: 1,
            attributes: Arc::new(attributes),
            trace_io: None,
            is_part: false,
            keeps: Vec::new(),
        }
    }

    fn score() -> FinishedScore {
        let mut record = Vec::new();
        let trace = TraceId::random();
        record::say(&mut record, Kind::Score, trace, None, 1);
        let texts = [
            (Tag::ScoreId, "id"),
            (Tag::ScoreName, "name"),
            (Tag::ScoreText, "secret value"),
            (Tag::ScoreComment, "secret comment"),
            (Tag::ScoreSession, "secret session"),
        ];
        for (tag, text) in texts {
            record::put(&mut record, tag, text.as_bytes());
        }
        record::put_pair(&mut record, Tag::ScoreMetadata, "k", |out| out.extend_from_slice(b"\"secret\""));
        FinishedScore { trace, record, environment: None, key: (trace, [0; 8]), keeps: Vec::new() }
    }

    fn entries<T: AsRef<str>>(entries: &[(T, T)]) -> Vec<String> {
        entries.iter().map(|(key, value)| format!("{}={}", key.as_ref(), value.as_ref())).collect()
    }

    #[test]
    fn what_is_kept_is_untouched() {
        let (finished, score) = (finished(), score());
        let mask = Mask::new(|_, _| Masked::Keep);
        let (mut view, mut score) = (finished.view().unwrap(), score.view().unwrap());
        let before = format!("{view:?} {score:?}");
        assert_eq!((mask.apply(&mut view), mask.apply_score(&mut score)), (0, 0));
        assert_eq!(format!("{view:?} {score:?}"), before);
    }

    #[test]
    fn replacements_are_json_where_json_belongs() {
        let finished = finished();
        let mask = Mask::new(|field, text| match field {
            MaskField::Input => Masked::Replace(r#"{"q":1}"#.to_owned()),
            MaskField::Output => Masked::Replace("not \"JSON\"".to_owned()),
            _ if text.contains("secret") => Masked::Replace(text.replace("secret", "***")),
            _ => Masked::Keep,
        });
        let mut view = finished.view().unwrap();
        assert_eq!(mask.apply(&mut view), 0);
        assert_eq!(view.name, "answer");
        assert_eq!(view.input.as_deref(), Some(r#"{"q":1}"#));
        assert_eq!(view.output.as_deref(), Some(r#""not \"JSON\"""#));
        assert_eq!(view.status_message.as_deref(), Some("*** fault"));
        assert_eq!(entries(&view.metadata), [r#"m="***""#, r#"n="***""#]);
        assert_eq!(entries(&view.model_parameters), [r#"p="***""#]);
        assert_eq!(view.trace.name.as_deref(), Some("*** trace"));
        assert_eq!(view.trace.user_id.as_deref(), Some("*** user"));
        assert_eq!(view.trace.session_id.as_deref(), Some("*** session"));
        assert_eq!(view.trace.tags, ["a", "***"]);
        assert_eq!(entries(&view.trace.metadata), [r#"k="***""#]);
        assert_eq!(finished.attributes.tags, ["a", "secret"]);
    }

    #[test]
    fn what_is_dropped_is_gone_and_what_must_be_there_is_a_word() {
        let (finished, score) = (finished(), score());
        let mask = Mask::new(|field, _| if field == MaskField::Metadata("n") { Masked::Keep } else { Masked::Drop });
        let mut view = finished.view().unwrap();
        assert_eq!(mask.apply(&mut view), 0);
        assert_eq!(view.name, "[masked]");
        assert_eq!((&view.input, &view.output, &view.status_message), (&None, &None, &None));
        assert_eq!(entries(&view.metadata), [r#"n="secret""#]);
        assert!(view.model_parameters.is_empty());
        assert_eq!(*view.trace, TraceAttributes::default());
        let mut score = score.view().unwrap();
        assert_eq!(mask.apply_score(&mut score), 0);
        assert_eq!((score.comment, score.session_id, score.metadata.len()), (None, None, 0));
        assert_eq!(score.value, ScoreViewValue::Text("[masked]".into()));
        assert_eq!(score.name, "name");
    }

    #[test]
    fn a_mask_that_panics_lets_nothing_out() {
        let (finished, score) = (finished(), score());
        let mask = Mask::new(|_, text| if text.contains("secret") { panic!("mask") } else { Masked::Keep });
        let mut view = finished.view().unwrap();
        assert_eq!(mask.apply(&mut view), 10);
        assert_eq!(view.input.as_deref(), Some(r#""[mask failed]""#));
        assert_eq!(view.output.as_deref(), Some(r#""fine""#));
        assert_eq!(view.status_message.as_deref(), Some("[mask failed]"));
        assert_eq!(view.name, "answer");
        assert_eq!(view.trace.tags, ["a"]);
        let mut score = score.view().unwrap();
        assert_eq!(mask.apply_score(&mut score), 4);
        let left = format!("{view:?} {score:?}");
        let left = left.replace(r#"(k, "secret")"#, "");
        assert!(!left.contains("secret"), "{left}");
    }
}
