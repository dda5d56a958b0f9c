//! Scores: what people, programs or models think of a trace, an observation or a session.

use std::borrow::Cow;
use std::time::SystemTime;

use serde_core::Serialize;

use crate::capture::{self, Limits};
use crate::clock;
use crate::id::TraceId;
use crate::record::{self, Tag};

/// The kind of a score's value: [Langfuse's score data types](https://langfuse.com/docs/evaluation/evaluation-methods/data-model).
///
/// ```
/// use observe::DataType;
/// assert_eq!(DataType::Boolean.as_str(), "BOOLEAN");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum DataType {
    /// A number.
    Numeric = 1,
    /// One of some words.
    Categorical = 2,
    /// True or false.
    Boolean = 3,
    /// Free text of 1 to 500 characters.
    Text = 4,
}

impl DataType {
    /// Langfuse's word for it.
    ///
    /// ```
    /// assert_eq!(observe::DataType::Numeric.as_str(), "NUMERIC");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Numeric => "NUMERIC",
            Self::Categorical => "CATEGORICAL",
            Self::Boolean => "BOOLEAN",
            Self::Text => "TEXT",
        }
    }

    pub(crate) const fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Numeric),
            2 => Some(Self::Categorical),
            3 => Some(Self::Boolean),
            4 => Some(Self::Text),
            _ => None,
        }
    }
}

/// The value of a score: a number, a bool, or a word of a category.
///
/// ```
/// use observe::{Score, ScoreValue};
/// let verdict: ScoreValue<'_> = if 2 + 2 == 4 { true.into() } else { "unclear".into() };
/// Score::new("verdict", verdict);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreValue<'a>(Value<'a>, DataType);

#[derive(Clone, Debug, PartialEq)]
enum Value<'a> {
    Number(f64),
    Text(Cow<'a, str>),
}

macro_rules! numeric {
    ($($number:ty)*) => {$(
        impl From<$number> for ScoreValue<'_> {
            fn from(number: $number) -> Self {
                Self(Value::Number(number as f64), DataType::Numeric)
            }
        }
    )*};
}
numeric!(f64 f32 i8 i16 i32 i64 u8 u16 u32 u64 usize isize);

impl From<bool> for ScoreValue<'_> {
    fn from(truth: bool) -> Self {
        Self(Value::Number(f64::from(u8::from(truth))), DataType::Boolean)
    }
}

impl<'a> From<&'a str> for ScoreValue<'a> {
    fn from(word: &'a str) -> Self {
        Self(Value::Text(word.into()), DataType::Categorical)
    }
}

impl<'a> From<&'a String> for ScoreValue<'a> {
    fn from(word: &'a String) -> Self {
        Self(Value::Text(word.into()), DataType::Categorical)
    }
}

impl From<String> for ScoreValue<'_> {
    fn from(word: String) -> Self {
        Self(Value::Text(word.into()), DataType::Categorical)
    }
}

/// A score to be given with [`score_current_trace`](crate::score_current_trace),
/// [`score_current_observation`](crate::score_current_observation) or on a handle.
///
/// The kind follows from the value: a number is numeric, a `bool` boolean, a string categorical;
/// [`Score::text`] makes free text.
///
/// ```
/// use observe::Score;
/// Score::new("completeness", 0.85).comment("all parts answered");
/// Score::new("helpful", true);
/// Score::new("tone", "friendly");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a score does nothing until it is given"]
pub struct Score<'a> {
    name: Cow<'a, str>,
    value: ScoreValue<'a>,
    comment: Option<Cow<'a, str>>,
    /// Fields of a record.
    metadata: Vec<u8>,
    id: Option<Cow<'a, str>>,
    config_id: Option<Cow<'a, str>>,
    session_id: Option<Cow<'a, str>>,
    time: Option<SystemTime>,
}

impl<'a> Score<'a> {
    /// A score of this name and value.
    ///
    /// One without a name, or whose number is not finite, is not given: it is counted as [`Loss::Invalid`](crate::Loss)
    /// and said once.
    ///
    /// ```
    /// use observe::Score;
    /// Score::new("completeness", 0.85);
    /// Score::new("helpful", true);
    /// Score::new("tone", "friendly");
    /// ```
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<ScoreValue<'a>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            comment: None,
            metadata: Vec::new(),
            id: None,
            config_id: None,
            session_id: None,
            time: None,
        }
    }

    /// A score of free text. Servers take 500 characters: a longer one is cut and ends in `…`.
    ///
    /// ```
    /// # use observe::Score;
    /// Score::text("note", "answers the question, but a bit long");
    /// ```
    pub fn text(name: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        let mut text = text.into();
        if let Some((last, _)) = text.char_indices().nth(MOST_TEXT).and_then(|_| text.char_indices().nth(MOST_TEXT - 1))
        {
            text = Cow::Owned(format!("{}…", &text[..last]));
        }
        Self::new(name, ScoreValue(Value::Text(text), DataType::Text))
    }

    /// Why this value.
    ///
    /// ```
    /// # use observe::Score;
    /// Score::new("completeness", 0.85).comment("all parts answered");
    /// ```
    pub fn comment(mut self, comment: impl Into<Cow<'a, str>>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// Adds an entry to the score's metadata.
    ///
    /// ```
    /// # use observe::Score;
    /// Score::new("completeness", 0.85).metadata("judge", "gpt-4o").metadata("round", 2);
    /// ```
    pub fn metadata(mut self, key: impl AsRef<str>, value: impl Serialize) -> Self {
        record::put_pair(&mut self.metadata, Tag::ScoreMetadata, key.as_ref(), |out| {
            capture::to_json(out, &value, Limits::default());
        });
        self
    }

    /// The score's own id; a later score of the same id replaces it. Default: a random one.
    ///
    /// ```
    /// # use observe::Score;
    /// // Said again with another value, it replaces this one.
    /// Score::new("thumbs", true).id("thumbs-of-message-77");
    /// ```
    pub fn id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The id of the [score config](https://langfuse.com/docs/evaluation/evaluation-methods/data-model#score-config) it follows.
    ///
    /// ```
    /// # use observe::Score;
    /// Score::new("tone", "friendly").config_id("clx1a2b3c");
    /// ```
    pub fn config_id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.config_id = Some(id.into());
        self
    }

    /// When it was given. Default: now.
    ///
    /// ```
    /// # use observe::Score;
    /// use std::time::{Duration, SystemTime};
    /// Score::new("thumbs", true).timestamp(SystemTime::now() - Duration::from_secs(3600));
    /// ```
    pub fn timestamp(mut self, time: SystemTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Scores this session instead of the trace.
    ///
    /// ```
    /// # use observe::Score;
    /// observe::score_current_trace(Score::new("satisfaction", 5).session_id("session_abc"));
    /// ```
    pub fn session_id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.session_id = Some(id.into());
        self
    }

    /// Why no server would take it.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        match &self.value.0 {
            _ if self.name.is_empty() => Some("it has no name"),
            Value::Number(number) if !number.is_finite() => Some("its value is not a finite number"),
            Value::Text(text) if text.is_empty() => Some("its value is empty"),
            _ => None,
        }
    }

    /// Appends the fields of a record.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let ScoreValue(value, kind) = &self.value;
        record::put(out, Tag::ScoreName, self.name.as_bytes());
        record::put(out, Tag::ScoreType, &[*kind as u8]);
        match value {
            Value::Number(number) => record::put(out, Tag::ScoreNumber, &number.to_bits().to_le_bytes()),
            Value::Text(text) => record::put(out, Tag::ScoreText, text.as_bytes()),
        }
        match &self.id {
            Some(id) => record::put(out, Tag::ScoreId, id.as_bytes()),
            None => record::put(out, Tag::ScoreId, TraceId::random().to_string().as_bytes()),
        }
        let texts = [
            (Tag::ScoreComment, &self.comment),
            (Tag::ScoreConfig, &self.config_id),
            (Tag::ScoreSession, &self.session_id),
        ];
        for (tag, text) in texts {
            if let Some(text) = text {
                record::put(out, tag, text.as_bytes());
            }
        }
        if let Some(time) = self.time {
            record::put(out, Tag::ScoreTime, &clock::unix(time).to_le_bytes());
        }
        out.extend_from_slice(&self.metadata);
    }
}

/// Characters of a text score that servers take.
const MOST_TEXT: usize = 500;
