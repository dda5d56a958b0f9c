//! Recognised shapes: requests and answers of the well-known APIs, as they were captured, become model, parameters and usage.
//!
//! - Only of generations and embeddings, and only what the user did not set.
//! - It reads captured JSON on the worker: no client library needs to be known, and the caller pays nothing.
//! - It takes what it is sure of: OpenAI (chat, responses, embeddings, and who speaks like it), Anthropic, Gemini,
//!   Bedrock's converse, Ollama; also streams of their pieces.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::observation::ObservationType;
use crate::view::{Text, View};

/// Whether something may be recognised in what goes into this kind of observation, and comes out.
pub(crate) fn are_known(kind: ObservationType) -> bool {
    matches!(kind, ObservationType::Generation | ObservationType::Embedding)
}

/// Fills in what the captured input and output say.
pub(crate) fn recognise(view: &mut View<'_>) {
    let is_said = view.model.is_some() && !view.usage.is_empty() && !view.model_parameters.is_empty();
    if !are_known(view.kind) || is_said {
        return;
    }
    let mut found = Found::default();
    if let Some(output) = parse(view.output.as_deref(), &ANSWERS) {
        match &output {
            Value::Array(pieces) => pieces.iter().for_each(|piece| found.piece(piece)),
            whole => found.piece(whole),
        }
    }
    if let Some(Value::Object(arguments)) = parse(view.input.as_deref(), &REQUESTS) {
        found.request(&arguments);
        arguments.values().filter_map(Value::as_object).for_each(|argument| found.request(argument));
    }
    if view.model.is_none() {
        view.model = found.answered_by.or(found.asked_of).map(Cow::Owned);
    }
    if view.model_parameters.is_empty() {
        view.model_parameters = found.parameters;
    }
    if view.usage.is_empty() {
        view.usage = found.usage;
        if view.cost.is_empty() {
            view.cost.extend(found.cost.map(|cost| ("total".into(), cost.to_string().into())));
        }
    }
}

/// Words that an answer, or a request, has one of: without them nothing is parsed.
const ANSWERS: [&str; 2] = ["\"model", "\"usage"];
const REQUESTS: [&str; 2] = ["\"model", "\"generationConfig"];
/// What is longer is not looked at.
const LONGEST: usize = 4 << 20;

fn parse(json: Option<&str>, words: &[&str]) -> Option<Value> {
    let json = json.filter(|json| json.starts_with(['{', '[']) && json.len() <= LONGEST)?;
    words.iter().any(|word| json.contains(word)).then(|| serde_json::from_str(json).ok())?
}

#[derive(Default)]
struct Found {
    answered_by: Option<String>,
    asked_of: Option<String>,
    parameters: Vec<(Text<'static>, Text<'static>)>,
    usage: Vec<Text<'static>>,
    cost: Option<f64>,
}

impl Found {
    /// An answer, a piece of a streamed one, or an event that wraps either.
    fn piece(&mut self, piece: &Value) {
        let Some(object) = piece.as_object() else { return };
        self.answer(object);
        let is_event = object
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind == "message_start" || kind.starts_with("response."));
        if is_event {
            let wrapped = ["message", "response"].iter().filter_map(|key| object.get(*key)?.as_object());
            wrapped.for_each(|answer| self.answer(answer));
        }
    }

    fn answer(&mut self, answer: &Map<String, Value>) {
        let text = |key: &str| answer.get(key).and_then(Value::as_str);
        let is = |key: &str, word: &str| text(key) == Some(word);
        let has = |key: &str| answer.contains_key(key);
        // OpenAI's chat and embeddings, its responses, Anthropic's messages, Bedrock's converse.
        let is_known = has("choices")
            || is("object", "response")
            || is("object", "list") && has("data")
            || is("type", "message") && has("content")
            || is("type", "message_delta")
            || has("stopReason") && has("output");
        let is_gemini = has("candidates") || has("usageMetadata");
        let is_ollama = has("eval_count") || has("done") && has("created_at");
        if is_known {
            self.used(answer.get("usage"));
        } else if is_gemini {
            self.used(answer.get("usageMetadata"));
        } else if is_ollama {
            let counts = ["prompt_eval_count", "eval_count"].iter();
            let counts = counts.filter_map(|key| Some(((*key).to_owned(), answer.get(*key)?.clone())));
            self.used(Some(&Value::Object(counts.collect())));
        } else {
            return;
        }
        let model = text(if is_gemini { "modelVersion" } else { "model" });
        if let Some(model) = model.filter(|model| !model.is_empty()) {
            self.answered_by = Some(model.to_owned());
        }
    }

    fn used(&mut self, usage: Option<&Value>) {
        let Some(usage) = usage.and_then(Value::as_object).filter(|usage| !usage.is_empty()) else { return };
        self.usage.push(Cow::Owned(Value::Object(usage.clone()).to_string()));
        // OpenRouter says the price as well.
        self.cost = usage.get("cost").and_then(Value::as_f64).or(self.cost);
    }

    /// The body of a request, as an argument or as all arguments.
    fn request(&mut self, request: &Map<String, Value>) {
        let model = ["model", "modelId", "model_id"].iter().find_map(|key| request.get(*key)?.as_str());
        let is_request = CONTENTS.iter().any(|key| request.contains_key(*key));
        if !is_request {
            return;
        }
        self.asked_of = model.map(str::to_owned).or(self.asked_of.take());
        let own = request.iter().filter(|(key, _)| PARAMETERS.contains(&key.as_str()));
        let nested = NESTED.iter().filter_map(|key| request.get(*key)?.as_object()).flatten();
        for (key, value) in own.chain(nested) {
            let is_short = match value {
                Value::Null | Value::Object(_) => false,
                Value::Array(items) => items.iter().all(|item| !item.is_object() && !item.is_array()),
                _ => true,
            };
            if is_short {
                self.parameters.push((Cow::Owned(key.clone()), Cow::Owned(value.to_string())));
            }
        }
    }
}

/// What a request asks with: one of these it has.
const CONTENTS: [&str; 4] = ["messages", "input", "contents", "prompt"];

/// What a model is told beside the content.
const PARAMETERS: [&str; 27] = [
    "dimensions",
    "encoding_format",
    "format",
    "frequency_penalty",
    "keep_alive",
    "logprobs",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "reasoning_effort",
    "seed",
    "service_tier",
    "stop",
    "stop_sequences",
    "stream",
    "temperature",
    "think",
    "tool_choice",
    "top_k",
    "top_logprobs",
    "top_p",
    "truncation",
    "verbosity",
    "voice",
];

/// Objects of a request that hold nothing but such: Gemini's, Bedrock's, Ollama's.
const NESTED: [&str; 4] = ["generationConfig", "inferenceConfig", "options", "reasoning"];
