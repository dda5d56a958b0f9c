//! What arrives, whichever way it came: changes to observations, traces and scores. Every field that may be missing is an
//! `Option`, so that a change says only what it knows. Times are microseconds since 1970.

use serde_json::{Map, Value};

/// One thing to store.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Observation(Box<Observation>),
    Score(Box<Score>),
    Trace(Box<Trace>),
}

/// What is said of an observation. Two changes with the same ids become one row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observation {
    /// Empty when unknown: then it is looked up by `id`, and is `id` itself if nobody knows.
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) kind: Option<Kind>,
    /// An update does not change the type that a creation has set.
    pub(crate) is_update: bool,
    pub(crate) name: Option<String>,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) completion_start: Option<i64>,
    pub(crate) level: Option<Level>,
    pub(crate) status_message: Option<String>,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) parameters: Map<String, Value>,
    pub(crate) usage: Vec<(String, u64)>,
    pub(crate) cost: Vec<(String, f64)>,
    pub(crate) prompt: Option<(String, i64)>,
    pub(crate) version: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    /// What came along without being meant as metadata: unmapped attributes, resource, scope.
    pub(crate) surroundings: Map<String, Value>,
    pub(crate) events: Vec<Value>,
    pub(crate) is_app_root: bool,
    /// When it was said. Of two changes the later one wins.
    pub(crate) said: i64,
    pub(crate) about: Trace,
}

/// What is said of a trace as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    pub(crate) id: String,
    pub(crate) time: Option<i64>,
    pub(crate) name: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) release: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) public: Option<bool>,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
}

/// A score, on a trace, an observation or a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) id: String,
    pub(crate) trace: Option<String>,
    pub(crate) observation: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) dataset_run: Option<String>,
    pub(crate) name: String,
    pub(crate) data_type: &'static str,
    pub(crate) value: Option<f64>,
    pub(crate) text: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) source: String,
    pub(crate) environment: Option<String>,
    pub(crate) config: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) time: i64,
}

/// Langfuse's observation types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Span,
    Generation,
    Event,
    Agent,
    Tool,
    Chain,
    Retriever,
    Evaluator,
    Embedding,
    Guardrail,
}

impl Kind {
    /// In the order of their codes in the database, which must not change.
    pub(crate) const ALL: [Self; 10] = [
        Self::Span,
        Self::Generation,
        Self::Event,
        Self::Agent,
        Self::Tool,
        Self::Chain,
        Self::Retriever,
        Self::Evaluator,
        Self::Embedding,
        Self::Guardrail,
    ];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    pub(crate) fn from_code(code: i64) -> Self {
        usize::try_from(code).ok().and_then(|code| Self::ALL.get(code).copied()).unwrap_or(Self::Span)
    }

    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Chain => "CHAIN",
            Self::Embedding => "EMBEDDING",
            Self::Evaluator => "EVALUATOR",
            Self::Event => "EVENT",
            Self::Generation => "GENERATION",
            Self::Guardrail => "GUARDRAIL",
            Self::Retriever => "RETRIEVER",
            Self::Span => "SPAN",
            Self::Tool => "TOOL",
        }
    }
}

/// How bad it is, from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Debug,
    Default,
    Warning,
    Error,
}

impl Level {
    /// In the order of their codes in the database, which must not change.
    pub(crate) const ALL: [Self; 4] = [Self::Debug, Self::Default, Self::Warning, Self::Error];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    pub(crate) fn from_code(code: i64) -> Self {
        usize::try_from(code).ok().and_then(|code| Self::ALL.get(code).copied()).unwrap_or(Self::Default)
    }

    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Default => "DEFAULT",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }
}
