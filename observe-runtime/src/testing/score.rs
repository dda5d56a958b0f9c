//! A score, for a test to look at.

use std::time::SystemTime;

use serde_json::Value;

use super::map;
use crate::clock;
use crate::finished::FinishedScore;
use crate::id::{ObservationId, TraceId};
use crate::view::ScoreViewValue;

/// A score as it was given.
///
/// ```
/// use observe::Score;
/// let ((), recorded) = observe::testing::captured(|| observe::trace("job").score(Score::new("ok", true)).end());
/// assert_eq!(recorded.scores()[0].value, true);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordedScore {
    /// Its id.
    pub id: String,
    /// The trace it is for.
    pub trace_id: TraceId,
    /// The observation it is for, if it is not for the whole trace.
    pub observation_id: Option<ObservationId>,
    /// The session it is for, instead of the trace.
    pub session_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its value: a number, a bool or a text.
    pub value: Value,
    /// Langfuse's word for the kind of its value.
    pub data_type: &'static str,
    /// Why this value.
    pub comment: Option<String>,
    /// Its metadata.
    pub metadata: serde_json::Map<String, Value>,
    /// The config it follows.
    pub config_id: Option<String>,
    /// When it was given.
    pub timestamp: SystemTime,
    /// The trace's environment.
    pub environment: Option<String>,
}

impl RecordedScore {
    pub(super) fn of(score: &FinishedScore) -> Option<Self> {
        let view = score.view()?;
        Some(Self {
            id: view.id.to_string(),
            trace_id: view.trace_id,
            observation_id: view.observation_id,
            session_id: view.session_id.as_deref().map(str::to_owned),
            name: view.name.to_string(),
            value: match &view.value {
                ScoreViewValue::Number(number) if view.data_type.as_str() == "BOOLEAN" => Value::Bool(*number != 0.0),
                ScoreViewValue::Number(number) => {
                    serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number)
                }
                ScoreViewValue::Text(text) => Value::String(text.to_string()),
            },
            data_type: view.data_type.as_str(),
            comment: view.comment.as_deref().map(str::to_owned),
            metadata: map(&view.metadata),
            config_id: view.config_id.as_deref().map(str::to_owned),
            timestamp: clock::time(view.time),
            environment: view.environment.as_deref().map(str::to_owned),
        })
    }
}
