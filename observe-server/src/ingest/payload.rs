//! Where a span's input and output are found. The first place that has either ends the search.

use serde_json::{Value, json};

use super::attributes::Attributes;
use super::indexed;
use super::otlp::{Any, Event, Span};
use super::values::json_or_text;

type Both = (Option<String>, Option<String>);

pub(super) fn both(attributes: &Attributes<'_>, span: &Span) -> Both {
    let pair = |input: &str, output: &str| {
        let found = (attributes.any(input).map(Any::to_text), attributes.any(output).map(Any::to_text));
        (found.0.is_some() || found.1.is_some()).then_some(found)
    };
    pair("langfuse.observation.input", "langfuse.observation.output")
        .or_else(|| pair("genkit:input", "genkit:output").filter(|_| attributes.scope == "genkit-tracer"))
        .or_else(|| vercel(attributes).filter(|_| attributes.scope == "ai"))
        .or_else(|| operation_details(span))
        .or_else(|| message_events(span))
        .or_else(|| content_events(span))
        .or_else(|| pair("gcp.vertex.agent.llm_request", "gcp.vertex.agent.llm_response"))
        .or_else(|| pair("gcp.vertex.agent.tool_call_args", "gcp.vertex.agent.tool_response"))
        .or_else(|| pair("prompt", "all_messages_events"))
        .or_else(|| pair("lk.input_text", "lk.response.text"))
        .or_else(|| pair("lk.user_input", "lk.function_tool.output"))
        .or_else(|| pair("events", ""))
        .or_else(|| pair("mlflow.spanInputs", "mlflow.spanOutputs"))
        .or_else(|| pair("traceloop.entity.input", "traceloop.entity.output"))
        .or_else(|| pair("input.value", "output.value"))
        .or_else(|| pair("input", "output"))
        .or_else(|| pair("pydantic_ai.all_messages", "final_result"))
        .or_else(|| pair("tool_arguments", "tool_response"))
        .or_else(|| parts(attributes, "gen_ai.prompt", "gen_ai.completion"))
        .or_else(|| parts(attributes, "llm.input_messages", "llm.output_messages"))
        .or_else(|| messages(attributes))
        .or_else(|| pair("gen_ai.tool.call.arguments", "gen_ai.tool.call.result"))
        .or_else(|| vercel(attributes))
        .unwrap_or_default()
}

fn vercel(attributes: &Attributes<'_>) -> Option<Both> {
    let first = |keys: &[&str]| keys.iter().find_map(|key| attributes.any(key).map(Any::to_text));
    let both = (
        first(&["ai.prompt.messages", "ai.prompt", "ai.toolCall.args", "ai.value", "ai.values"]),
        first(&["ai.response.text", "ai.result.text"])
            .filter(|text| !text.is_empty())
            .or_else(|| {
                first(&["ai.response.toolCalls", "ai.response.object", "ai.result.object", "ai.toolCall.result"])
            })
            .or_else(|| first(&["ai.response.text", "ai.embedding", "ai.embeddings"])),
    );
    (both.0.is_some() || both.1.is_some()).then_some(both)
}

fn attribute<'a>(event: &'a Event, key: &str) -> Option<&'a Any> {
    event.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn operation_details(span: &Span) -> Option<Both> {
    let event = span.events.iter().find(|event| event.name == "gen_ai.client.inference.operation.details")?;
    let text = |key| attribute(event, key).map(Any::to_text);
    let both = (text("gen_ai.input.messages"), text("gen_ai.output.messages"));
    (both.0.is_some() || both.1.is_some()).then_some(both)
}

/// The conventions' earlier form: an event a message.
fn message_events(span: &Span) -> Option<Both> {
    let message = |event: &Event, role: Option<&str>| {
        let mut message: serde_json::Map<String, Value> =
            event.attributes.iter().map(|(key, value)| (key.clone(), json_or_text(value))).collect();
        if let Some(role) = role {
            message.entry("role").or_insert_with(|| role.into());
        }
        Value::Object(message)
    };
    let role = |event: &Event| {
        let role = event.name.strip_prefix("gen_ai.")?.strip_suffix(".message")?;
        matches!(role, "system" | "user" | "assistant" | "tool").then(|| role.to_owned())
    };
    let input: Vec<Value> = span.events.iter().filter_map(|event| Some(message(event, Some(&role(event)?)))).collect();
    let mut output: Vec<Value> =
        span.events.iter().filter(|event| event.name == "gen_ai.choice").map(|event| message(event, None)).collect();
    if input.is_empty() && output.is_empty() {
        return None;
    }
    let output =
        if output.len() == 1 { output.pop() } else { Some(Value::Array(output)).filter(|list| *list != json!([])) };
    Some((Some(Value::Array(input).to_string()).filter(|list| list != "[]"), output.map(|value| value.to_string())))
}

fn content_events(span: &Span) -> Option<Both> {
    let content = |name: &str, key: &str| {
        span.events.iter().find(|event| event.name == name).and_then(|event| attribute(event, key)).map(Any::to_text)
    };
    let both =
        (content("gen_ai.content.prompt", "gen_ai.prompt"), content("gen_ai.content.completion", "gen_ai.completion"));
    (both.0.is_some() || both.1.is_some()).then_some(both)
}

/// A value of its own, or one that was taken apart below the name.
fn parts(attributes: &Attributes<'_>, input: &str, output: &str) -> Option<Both> {
    let found = |name: &str| {
        let whole = attributes.any(name).map(Any::to_text);
        whole.or_else(|| indexed::value(attributes.below(&format!("{name}."))).map(|value| value.to_string()))
    };
    let both = (found(input), found(output));
    (both.0.is_some() || both.1.is_some()).then_some(both)
}

/// The conventions' present form, with the system's instructions in front.
fn messages(attributes: &Attributes<'_>) -> Option<Both> {
    let (input, output) = parts(attributes, "gen_ai.input.messages", "gen_ai.output.messages")?;
    let Some(instructions) = attributes.any("gen_ai.system_instructions").map(json_or_text) else {
        return Some((input, output));
    };
    let mut list = vec![json!({"role": "system", "content": instructions})];
    match input.as_deref().map(serde_json::from_str) {
        Some(Ok(Value::Array(messages))) => list.extend(messages),
        Some(Ok(other)) => list.push(other),
        _ => {}
    }
    Some((Some(Value::Array(list).to_string()), output))
}
