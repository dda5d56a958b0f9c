//! A span to an observation: Langfuse's own attributes first, then the GenAI conventions, OpenInference, and what other
//! SDKs call the same things. A value that is empty counts as missing.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::otlp::{Any, Group, Span};
use super::values::{environment, json_or_text, level, strings};
use super::{payload, usage};
use crate::model::{Kind, Level, Observation, Trace};
use crate::time;

/// A span's attributes by name, and its group.
pub(super) struct Attributes<'a> {
    map: HashMap<&'a str, &'a Any>,
    pub(super) scope: &'a str,
    resource: &'a [(String, Any)],
}

impl<'a> Attributes<'a> {
    pub(super) fn of(span: &'a Span, group: &'a Group) -> Self {
        let map = span.attributes.iter().map(|(key, value)| (key.as_str(), value)).collect();
        Self { map, scope: &group.scope, resource: &group.resource }
    }

    pub(super) fn any(&self, key: &str) -> Option<&'a Any> {
        self.map.get(key).copied()
    }

    /// The first of these that is there and not empty.
    pub(super) fn text(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| Some(self.any(key)?.to_text()).filter(|text| !text.is_empty()))
    }

    pub(super) fn int(&self, key: &str) -> Option<i64> {
        match self.any(key)? {
            Any::Int(number) => Some(*number),
            Any::Text(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        match self.any(key)? {
            Any::Int(number) => Some(time::float(*number)),
            Any::Number(number) => Some(*number),
            Any::Text(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// A JSON object that stands in a string.
    pub(super) fn object(&self, key: &str) -> Option<Map<String, Value>> {
        let value = match self.any(key)? {
            Any::Text(json) => serde_json::from_str(json).ok()?,
            other => other.to_json(),
        };
        match value {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        match self.any(key) {
            Some(Any::Bool(truth)) => *truth,
            Some(Any::Text(text)) => text == "true",
            _ => false,
        }
    }

    /// What stands below a prefix, without it.
    pub(super) fn below(&self, prefix: &str) -> impl Iterator<Item = (&'a str, &'a Any)> {
        self.map.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, *value)))
    }

    fn resource(&self, key: &str) -> Option<String> {
        let (_, value) = self.resource.iter().find(|(known, _)| known == key)?;
        Some(value.to_text()).filter(|text| !text.is_empty())
    }
}

/// What a span says, as `said` at the given time.
pub(crate) fn observation(span: &Span, group: &Group, said: i64) -> Observation {
    let attributes = Attributes::of(span, group);
    let (start, end) = match (span.start, span.end) {
        (0, 0) => (said, said),
        (0, end) => (time::from_nanoseconds(end), time::from_nanoseconds(end)),
        (start, 0) => (time::from_nanoseconds(start), time::from_nanoseconds(start)),
        (start, end) => (time::from_nanoseconds(start), time::from_nanoseconds(end)),
    };
    let kind = kind(&attributes, &span.name);
    let metadata = metadata(&attributes, "langfuse.observation.metadata");
    let mut about = about(&attributes, span);
    if span.parent.is_none() {
        // A trace's metadata is its root's.
        let own = std::mem::replace(&mut about.metadata, metadata.clone());
        about.metadata.extend(own);
    }
    let is_agent_step =
        matches!(attributes.text(&["gen_ai.operation.name"]).as_deref(), Some("invoke_agent" | "agent_step"))
            && attributes.any("langfuse.observation.type").is_none();
    let (input, output) = payload::both(&attributes, span);
    let mut observation = Observation {
        trace: span.trace.clone(),
        id: span.id.clone(),
        parent: span.parent.clone(),
        kind: Some(kind),
        name: Some(name(&attributes, span)),
        start: Some(start),
        end: Some(end.max(start)),
        completion_start: completion_start(&attributes, start),
        level: Some(observed_level(&attributes, span)),
        status_message: attributes
            .text(&["langfuse.observation.status_message"])
            .or_else(|| Some(span.status_message.clone()).filter(|text| !text.is_empty())),
        input,
        output,
        parameters: parameters(&attributes),
        version: attributes.text(&["langfuse.version"]).or_else(|| attributes.resource("service.version")),
        environment: environment_of(&attributes),
        metadata,
        surroundings: surroundings(span, group),
        events: span.events.iter().map(event).collect(),
        is_app_root: attributes.is_true("langfuse.internal.is_app_root"),
        said,
        about,
        ..Observation::default()
    };
    if !is_agent_step {
        observation.model = attributes.text(MODEL);
        observation.usage = usage::counts(&attributes);
        observation.cost = usage::cost(&attributes);
    }
    if kind == Kind::Generation {
        observation.prompt = attributes.text(&["langfuse.observation.prompt.name", "langfuse.prompt.name"]).zip(
            ["langfuse.observation.prompt.version", "langfuse.prompt.version"]
                .iter()
                .find_map(|key| attributes.int(key)),
        );
    }
    observation
}

const MODEL: &[&str] = &[
    "langfuse.observation.model.name",
    "gen_ai.response.model",
    "ai.model.id",
    "gen_ai.request.model",
    "llm.response.model",
    "llm.model_name",
    "model",
];

fn kind(attributes: &Attributes<'_>, name: &str) -> Kind {
    let by_langfuse = attributes
        .text(&["langfuse.observation.type"])
        .and_then(|name| Kind::ALL.into_iter().find(|kind| kind.as_str().to_ascii_lowercase() == name));
    let by_openinference = || match attributes.text(&["openinference.span.kind"])?.to_ascii_uppercase().as_str() {
        "LLM" => Some(Kind::Generation),
        "CHAIN" => Some(Kind::Chain),
        "RETRIEVER" | "RERANKER" => Some(Kind::Retriever),
        "EMBEDDING" => Some(Kind::Embedding),
        "AGENT" => Some(Kind::Agent),
        "TOOL" => Some(Kind::Tool),
        "GUARDRAIL" => Some(Kind::Guardrail),
        "EVALUATOR" => Some(Kind::Evaluator),
        _ => None,
    };
    let by_operation = || match attributes.text(&["gen_ai.operation.name"])?.as_str() {
        "chat" | "completion" | "text_completion" | "generate_content" | "generate" => Some(Kind::Generation),
        "embeddings" => Some(Kind::Embedding),
        "invoke_agent" | "create_agent" => Some(Kind::Agent),
        "execute_tool" => Some(Kind::Tool),
        "retrieval" => Some(Kind::Retriever),
        _ => None,
    };
    let by_vercel = || {
        let operation = attributes.text(&["ai.operationId"])?;
        match operation.strip_prefix("ai.")? {
            "toolCall" => Some(Kind::Tool),
            "embed.doEmbed" | "embedMany.doEmbed" => Some(Kind::Embedding),
            operation if operation.contains(".do") => Some(Kind::Generation),
            _ => Some(Kind::Span),
        }
    };
    let by_traceloop = || match attributes.text(&["traceloop.span.kind"])?.as_str() {
        "tool" => Some(Kind::Tool),
        "agent" => Some(Kind::Agent),
        "workflow" | "task" => Some(Kind::Chain),
        _ => None,
    };
    let by_parts = || {
        if attributes.any("gen_ai.tool.name").is_some() || attributes.any("gen_ai.tool.call.id").is_some() {
            return Some(Kind::Tool);
        }
        if name == "llm_node" || name == "llm_request" {
            return Some(Kind::Generation);
        }
        attributes.text(MODEL).map(|_| Kind::Generation)
    };
    by_langfuse
        .or_else(by_openinference)
        .or_else(by_operation)
        .or_else(by_vercel)
        .or_else(by_traceloop)
        .or_else(by_parts)
        .unwrap_or(Kind::Span)
}

fn name(attributes: &Attributes<'_>, span: &Span) -> String {
    let vercel = || {
        let operation = attributes.text(&["ai.operationId"])?;
        Some(match attributes.text(&["ai.telemetry.functionId"]) {
            Some(function) => format!("{operation} {function}"),
            None => operation,
        })
    };
    attributes
        .text(&["gen_ai.tool.name", "genkit:name", "logfire.msg", "ai.toolCall.name"])
        .or_else(vercel)
        .unwrap_or_else(|| span.name.clone())
}

fn observed_level(attributes: &Attributes<'_>, span: &Span) -> Level {
    let stated = attributes.text(&["langfuse.observation.level"]).and_then(|text| level(&text));
    stated.unwrap_or(if span.status_code == 2 { Level::Error } else { Level::Default })
}

fn completion_start(attributes: &Attributes<'_>, start: i64) -> Option<i64> {
    if let Some(text) = attributes.text(&["langfuse.observation.completion_start_time"]) {
        return time::parse(text.trim_matches('"'));
    }
    let first_chunk = ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"];
    let wait = first_chunk.iter().find_map(|key| attributes.number(key)).filter(|wait| (0.0..1e9).contains(wait))?;
    #[expect(clippy::cast_possible_truncation, reason = "at most 1e12")]
    Some(start + (wait * 1000.0) as i64)
}

fn parameters(attributes: &Attributes<'_>) -> Map<String, Value> {
    let whole = ["langfuse.observation.model.parameters", "llm.invocation_parameters", "model_config"];
    if let Some(parameters) = whole.iter().find_map(|key| attributes.object(key)) {
        return parameters;
    }
    let parts = attributes.below("gen_ai.request.").filter(|(key, _)| *key != "model");
    let parts = parts.chain(attributes.below("llm.invocation_parameters."));
    parts.map(|(key, value)| (key.to_owned(), value.to_json())).collect()
}

fn environment_of(attributes: &Attributes<'_>) -> Option<String> {
    let keys = ["langfuse.environment", "deployment.environment.name", "deployment.environment"];
    let stated = keys.iter().find_map(|key| attributes.text(&[key]).or_else(|| attributes.resource(key)));
    stated.map(|text| environment(&text))
}

/// An object as a whole and keys of their own below it.
fn metadata(attributes: &Attributes<'_>, prefix: &str) -> Map<String, Value> {
    let mut metadata = match attributes.any(prefix).map(|value| match value {
        Any::Text(json) => serde_json::from_str(json).unwrap_or(Value::Null),
        other => other.to_json(),
    }) {
        Some(Value::Object(map)) => map,
        Some(list @ Value::Array(_)) => Map::from_iter([("metadata".to_owned(), list)]),
        _ => Map::new(),
    };
    for (key, value) in attributes.below(prefix) {
        if let Some(key) = key.strip_prefix('.').filter(|key| !key.is_empty()) {
            metadata.insert(key.to_owned(), json_or_text(value));
        }
    }
    metadata
}

fn about(attributes: &Attributes<'_>, span: &Span) -> Trace {
    let mut own = metadata(attributes, "langfuse.trace.metadata");
    own.extend(metadata(attributes, "langfuse.metadata"));
    own.extend(metadata(attributes, "ai.telemetry.metadata"));
    let hidden = |key: &str| {
        let keys = [format!("langfuse.trace.metadata.{key}"), format!("langfuse.observation.metadata.{key}")];
        attributes.text(&[&keys[0], &keys[1]])
    };
    let tags = [
        "langfuse.trace.tags",
        "langfuse.tags",
        "langfuse.trace.metadata.langfuse_tags",
        "langfuse.observation.metadata.langfuse_tags",
        "ai.telemetry.metadata.tags",
        "tag.tags",
    ];
    let public = ["langfuse.trace.public", "langfuse.public"];
    Trace {
        id: span.trace.clone(),
        name: attributes.text(&["langfuse.trace.name"]),
        user: attributes
            .text(&["langfuse.user.id", "user.id"])
            .or_else(|| hidden("langfuse_user_id"))
            .or_else(|| attributes.text(&["ai.telemetry.metadata.userId"])),
        session: attributes
            .text(&["langfuse.session.id", "session.id", "gen_ai.conversation.id"])
            .or_else(|| hidden("langfuse_session_id"))
            .or_else(|| attributes.text(&["ai.telemetry.metadata.sessionId"])),
        version: attributes.text(&["langfuse.version"]).or_else(|| attributes.resource("service.version")),
        release: attributes.text(&["langfuse.release"]).or_else(|| attributes.resource("langfuse.release")),
        environment: environment_of(attributes),
        tags: tags.iter().find_map(|key| attributes.any(key).map(strings)).unwrap_or_default(),
        metadata: own,
        public: public.iter().any(|key| attributes.is_true(key)).then_some(true),
        ..Trace::default()
    }
}

/// What is no observation's own: attributes that mean nothing here, the resource, the scope. Our own SDKs' and Langfuse's
/// leave nothing unmapped that anybody would look for.
fn surroundings(span: &Span, group: &Group) -> Map<String, Value> {
    let mut surroundings = Map::new();
    if !group.scope.starts_with("langfuse-sdk") {
        for (key, value) in &span.attributes {
            if !is_mapped(key) {
                surroundings.insert(format!("attributes.{key}"), value.to_json());
            }
        }
    }
    for (key, value) in &group.resource {
        surroundings.insert(format!("resourceAttributes.{key}"), value.to_json());
    }
    let scope = [("scope.name", &group.scope), ("scope.version", &group.scope_version)];
    for (key, text) in scope {
        if !text.is_empty() {
            surroundings.insert(key.to_owned(), text.as_str().into());
        }
    }
    for (key, value) in &group.scope_attributes {
        surroundings.insert(format!("scope.attributes.{key}"), value.to_json());
    }
    surroundings
}

fn is_mapped(key: &str) -> bool {
    const LARGE: &[&str] = &[
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "llm.input_messages",
        "llm.output_messages",
        "input.value",
        "output.value",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "mlflow.spanInputs",
        "mlflow.spanOutputs",
        "ai.prompt",
        "ai.response.text",
    ];
    key.starts_with("langfuse.")
        || LARGE.iter().any(|prefix| key.starts_with(prefix))
        || key == "input"
        || key == "output"
}

fn event(event: &super::otlp::Event) -> Value {
    let attributes: Map<String, Value> =
        event.attributes.iter().map(|(key, value)| (key.clone(), json_or_text(value))).collect();
    serde_json::json!({"time": time::iso_full(time::from_nanoseconds(event.time)), "name": event.name, "attributes": attributes})
}
