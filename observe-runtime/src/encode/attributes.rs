//! The attributes of an observation: names as [Langfuse's OpenTelemetry endpoint](https://langfuse.com/integrations/native/opentelemetry#property-mapping)
//! and the [GenAI conventions](https://opentelemetry.io/docs/specs/semconv/gen-ai/) have them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Dialect, cost, unit, usage};
use crate::observation::{Level, ObservationType};
use crate::view::{ScoreView, ScoreViewValue, View, text};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Attribute<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Int(i64),
    Double(f64),
    Texts(&'a [String]),
}

impl<'a> From<&'a str> for Attribute<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// OTLP's status code, and its message: OpenTelemetry has one for errors only.
pub(super) fn status<'a>(view: &'a View<'_>) -> (u8, Option<&'a str>) {
    if view.level == Level::Error { (2, view.status_message.as_deref()) } else { (0, None) }
}

/// Puts the attributes of an observation, one by one.
pub(super) fn attributes(view: &View<'_>, dialect: Dialect, mut put: impl FnMut(&str, Attribute<'_>)) {
    before(view, &mut put);
    io(view, &mut put);
    after(view, dialect, &mut put);
}

pub(super) const INPUT: &str = "langfuse.observation.input";
pub(super) const OUTPUT: &str = "langfuse.observation.output";

/// What goes in and comes out.
pub(super) fn io(view: &View<'_>, put: &mut impl FnMut(&str, Attribute<'_>)) {
    for (key, json) in [(INPUT, &view.input), (OUTPUT, &view.output)] {
        if let Some(json) = json {
            put(key, Attribute::Text(raw(json)));
        }
    }
}

/// Those before what goes in and comes out.
pub(super) fn before(view: &View<'_>, put: &mut impl FnMut(&str, Attribute<'_>)) {
    put("langfuse.observation.type", view.kind.as_str().into());
    put("langfuse.observation.level", view.level.as_str().into());
    if view.app_root {
        put("langfuse.internal.is_app_root", Attribute::Bool(true));
    }
    if let Some(message) = &view.status_message {
        put("langfuse.observation.status_message", (&**message).into());
    }
}

/// Those after it.
pub(super) fn after(view: &View<'_>, dialect: Dialect, put: &mut impl FnMut(&str, Attribute<'_>)) {
    if let Some(model) = &view.model {
        put("langfuse.observation.model.name", (&**model).into());
    }
    if !view.model_parameters.is_empty() {
        put("langfuse.observation.model.parameters", Attribute::Text(object(&view.model_parameters).into()));
    }
    let counts = usage(view);
    if !counts.is_empty() {
        let counts: Map<String, Value> = counts.iter().map(|(kind, count)| (kind.clone(), (*count).into())).collect();
        put("langfuse.observation.usage_details", Attribute::Text(Value::Object(counts).to_string().into()));
    }
    let amounts = cost(view);
    if !amounts.is_empty() {
        let amounts: Map<String, Value> = amounts.into_iter().map(|(kind, usd)| (kind, usd.into())).collect();
        put("langfuse.observation.cost_details", Attribute::Text(Value::Object(amounts).to_string().into()));
    }
    if let Some(time) = view.completion_start {
        put("langfuse.observation.completion_start_time", Attribute::Text(iso(time).into()));
    }
    if let Some((name, version)) = &view.prompt {
        put("langfuse.observation.prompt.name", (&**name).into());
        put("langfuse.observation.prompt.version", Attribute::Int(*version));
    }
    let trace = &*view.trace;
    let texts = [
        ("langfuse.trace.name", &trace.name),
        ("langfuse.user.id", &trace.user_id),
        ("langfuse.session.id", &trace.session_id),
        ("langfuse.release", &trace.release),
        ("langfuse.environment", &trace.environment),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            put(key, (&**text).into());
        }
    }
    if let Some(version) = view.version.as_deref().or(trace.version.as_deref()) {
        put("langfuse.version", version.into());
    }
    if !trace.tags.is_empty() {
        put("langfuse.trace.tags", Attribute::Texts(&trace.tags));
    }
    if trace.public {
        put("langfuse.trace.public", Attribute::Bool(true));
    }
    if dialect != Dialect::Langfuse {
        conventions(view, &counts, put);
        if let Some(place) = &view.place {
            put("code.function.name", (&*place.function).into());
            put("code.file.path", (&*place.file).into());
            put("code.line.number", Attribute::Int(place.line.into()));
        }
    }
    if let Some(unit) = unit(view) {
        put("langfuse.observation.metadata.usage_unit", Attribute::Text(unit.into()));
    }
    for (key, value) in &view.metadata {
        put(&format!("langfuse.observation.metadata.{key}"), Attribute::Text(raw(value)));
    }
    for (key, value) in &trace.metadata {
        put(&format!("langfuse.trace.metadata.{key}"), Attribute::Text(raw(value)));
    }
}

/// What other backends read: the GenAI conventions, where input includes its cached part.
fn conventions(view: &View<'_>, counts: &[(String, u64)], put: &mut impl FnMut(&str, Attribute<'_>)) {
    let operation = match view.kind {
        ObservationType::Generation => "chat",
        ObservationType::Embedding => "embeddings",
        ObservationType::Agent => "invoke_agent",
        ObservationType::Tool => "execute_tool",
        ObservationType::Retriever => "retrieval",
        _ => return,
    };
    put("gen_ai.operation.name", operation.into());
    if let Some(model) = &view.model {
        put("gen_ai.request.model", (&**model).into());
    }
    for (prefix, key) in [("input", "gen_ai.usage.input_tokens"), ("output", "gen_ai.usage.output_tokens")] {
        let of_kind = counts.iter().filter(|(kind, _)| kind.contains(prefix));
        let sum: u64 = of_kind.map(|(_, count)| count).sum();
        if sum > 0 {
            put(key, Attribute::Int(i64::try_from(sum).unwrap_or(i64::MAX)));
        }
    }
}

/// A score's, for collectors: the GenAI conventions' evaluation, and what they have no word for.
pub(super) fn of_score(view: &ScoreView<'_>, mut put: impl FnMut(&str, Attribute<'_>)) {
    put("gen_ai.evaluation.name", (&*view.name).into());
    match &view.value {
        ScoreViewValue::Number(number) => put("gen_ai.evaluation.score.value", Attribute::Double(*number)),
        ScoreViewValue::Text(text) => put("gen_ai.evaluation.score.label", (&**text).into()),
    }
    put("langfuse.score.id", (&*view.id).into());
    put("langfuse.score.data_type", view.data_type.as_str().into());
    let texts = [
        ("gen_ai.evaluation.explanation", &view.comment),
        ("langfuse.score.config_id", &view.config_id),
        ("langfuse.session.id", &view.session_id),
        ("langfuse.environment", &view.environment),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            put(key, (&**text).into());
        }
    }
    for (key, value) in &view.metadata {
        put(&format!("langfuse.score.metadata.{key}"), Attribute::Text(raw(value)));
    }
}

/// A JSON string as the text it stands for; other JSON as it is.
pub(super) fn raw<'a>(json: &'a str) -> Cow<'a, str> {
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(json);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str::<String>(json).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// The same for bytes, mostly short and plain: these are looked at once.
pub(super) fn raw_bytes(json: &[u8]) -> Cow<'_, [u8]> {
    if is_simple(json) {
        let inner = json.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        return Cow::Borrowed(inner.unwrap_or(json));
    }
    match text(json) {
        Cow::Borrowed(json) => bytes(raw(json)),
        Cow::Owned(json) => Cow::Owned(bytes(raw(&json)).into_owned()),
    }
}

/// Whether this is ASCII without a backslash: eight bytes a step.
#[inline]
fn is_simple(text: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let marks = |bytes: &[u8; 8]| {
        let word = u64::from_le_bytes(*bytes);
        // The lowest byte that is zero borrows first: no mark is missed, and none is made up where there is none.
        let other = word ^ (ONES * u64::from(b'\\'));
        (word | other.wrapping_sub(ONES) & !other) & (ONES << 7)
    };
    match text.last_chunk() {
        // The last eight bytes are looked at again rather than one by one.
        Some(last) => text.as_chunks().0.iter().fold(marks(last), |all, bytes| all | marks(bytes)) == 0,
        None => text.iter().all(|byte| byte.is_ascii() && *byte != b'\\'),
    }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Keys with JSON texts as one JSON object.
pub(super) fn object(entries: &[(Cow<'_, str>, Cow<'_, str>)]) -> String {
    let value = |json: &str| serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()));
    let entries = entries.iter().map(|(key, json)| (key.to_string(), value(json)));
    Value::Object(entries.collect()).to_string()
}

/// `2026-11-24T10:00:00.000Z`, after the proleptic Gregorian calendar's rules (days from civil, reversed).
pub(super) fn iso(nanoseconds: u64) -> String {
    let (seconds, millis) = (nanoseconds / 1_000_000_000, nanoseconds / 1_000_000 % 1000);
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}
