//! Usage in the providers' spellings to Langfuse's buckets: exclusive, so that they add up.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::view::View;

/// The buckets of an observation, and their `total`.
///
/// A later object replaces the buckets that it names and leaves the others: a stream says its input at the start and
/// its output at the end.
pub(crate) fn usage(view: &View<'_>) -> Vec<(String, u64)> {
    let mut buckets: Vec<(String, u64)> = Vec::new();
    let mut stated = None;
    for json in &view.usage {
        let Ok(Value::Object(usage)) = serde_json::from_str(json) else { continue };
        stated = None;
        for (kind, count) in exclusive(&usage) {
            if kind == TOTAL {
                stated = Some(count);
                continue;
            }
            match buckets.iter_mut().find(|(known, _)| *known == kind) {
                Some(bucket) => bucket.1 = count,
                None => buckets.push((kind.into_owned(), count)),
            }
        }
    }
    let sum = buckets.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    let total = if buckets.is_empty() { stated } else { Some(stated.unwrap_or(sum)) };
    buckets.extend(total.map(|total| (TOTAL.to_owned(), total)));
    buckets
}

/// What is counted, if somebody said so: `CHARACTERS`, `SECONDS`, …
pub(crate) fn unit(view: &View<'_>) -> Option<String> {
    view.usage.iter().rev().find_map(|json| match serde_json::from_str(json) {
        Ok(Value::Object(usage)) => usage.get("unit")?.as_str().map(str::to_owned),
        _ => None,
    })
}

/// What it cost, in USD by kind: what is no amount is left out, and a missing `total` is the sum, as no server adds up
/// more than input and output.
pub(crate) fn cost(view: &View<'_>) -> Vec<(String, f64)> {
    let amount = |json: &str| json.parse().ok().filter(|usd: &f64| usd.is_finite() && *usd >= 0.0);
    let amounts = view.cost.iter().filter_map(|(kind, json)| Some((kind.to_string(), amount(json)?)));
    let mut amounts: Vec<(String, f64)> = amounts.collect();
    if !amounts.is_empty() && !amounts.iter().any(|(kind, _)| kind == TOTAL) {
        amounts.push((TOTAL.to_owned(), amounts.iter().map(|(_, usd)| usd).sum()));
    }
    amounts
}

const TOTAL: &str = "total";

/// How a provider writes down what it used.
struct Spelling {
    input: &'static str,
    output: &'static str,
    /// What else says how many there were in all: then it tells whether `beside` is part of the input.
    total: &'static str,
    /// Counts that are part of the input: name and bucket.
    in_input: &'static [(&'static str, &'static str)],
    /// Counts that come on top: name and bucket.
    beside: &'static [(&'static str, &'static str)],
    /// Objects with the parts of the input, and of the output.
    details: [&'static [&'static str]; 2],
}

/// OpenAI's chat completions and embeddings, and who speaks like it; DeepSeek says its cache at the top as well.
const COMPLETIONS: Spelling = Spelling {
    input: "prompt_tokens",
    output: "completion_tokens",
    total: "total_tokens",
    in_input: &[("prompt_cache_hit_tokens", "input_cached_tokens")],
    beside: &[],
    details: [&["prompt_tokens_details"], &["completion_tokens_details"]],
};

/// OpenAI's responses and Anthropic's messages; frameworks that carry either.
const TOKENS: Spelling = Spelling {
    input: "input_tokens",
    output: "output_tokens",
    total: "total_tokens",
    in_input: &[],
    beside: &[
        ("cache_read_input_tokens", "cache_read_input_tokens"),
        ("cached_input_tokens", "input_cached_tokens"),
        ("cache_creation_input_tokens", "cache_creation_input_tokens"),
    ],
    details: [&["input_tokens_details", "input_token_details"], &["output_tokens_details", "output_token_details"]],
};

const GEMINI: Spelling = Spelling {
    input: "promptTokenCount",
    output: "candidatesTokenCount",
    total: "totalTokenCount",
    in_input: &[("cachedContentTokenCount", "input_cached_tokens")],
    beside: &[("thoughtsTokenCount", "output_reasoning_tokens"), ("toolUsePromptTokenCount", "input_tool_use_tokens")],
    details: [&[], &[]],
};

const BEDROCK: Spelling = Spelling {
    input: "inputTokens",
    output: "outputTokens",
    total: "totalTokens",
    in_input: &[],
    beside: &[
        ("cacheReadInputTokens", "cache_read_input_tokens"),
        ("cacheWriteInputTokens", "cache_creation_input_tokens"),
    ],
    details: [&[], &[]],
};

/// Langfuse's own former one.
const CAMEL: Spelling = Spelling {
    input: "promptTokens",
    output: "completionTokens",
    total: "totalTokens",
    in_input: &[],
    beside: &[],
    details: [&[], &[]],
};

const OLLAMA: Spelling = Spelling {
    input: "prompt_eval_count",
    output: "eval_count",
    total: TOTAL,
    in_input: &[],
    beside: &[],
    details: [&[], &[]],
};

const SPELLINGS: &[Spelling] = &[COMPLETIONS, TOKENS, GEMINI, BEDROCK, CAMEL, OLLAMA];

type Bucket = (Cow<'static, str>, u64);

fn exclusive(usage: &Map<String, Value>) -> Vec<Bucket> {
    let count = |key: &str| usage.get(key).and_then(number);
    let known = SPELLINGS.iter().find(|spelling| count(spelling.input).or(count(spelling.output)).is_some());
    if let Some(spelling) = known {
        return spelling.buckets(usage);
    }
    // Cohere's counts lie one deeper; what it bills may be less than what there was.
    if let Some(nested) = ["tokens", "billed_units"].iter().find_map(|key| usage.get(*key)?.as_object()) {
        return exclusive(nested);
    }
    let bucket = |key: &String| match key.as_str() {
        "total_tokens" | "totalTokens" | "totalTokenCount" => Cow::Borrowed(TOTAL),
        _ => Cow::Owned(key.clone()),
    };
    usage.iter().filter_map(|(key, value)| Some((bucket(key), number(value)?))).collect()
}

impl Spelling {
    fn buckets(&self, usage: &Map<String, Value>) -> Vec<Bucket> {
        let count = |key: &str| usage.get(key).and_then(number);
        let details = |names: &[&str]| names.iter().find_map(|name| usage.get(*name)?.as_object());
        let (mut input, mut output) = (count(self.input), count(self.output));
        let stated = count(self.total);
        let over = stated.map(|total| total.saturating_sub(input.unwrap_or(0) + output.unwrap_or(0)));
        let mut buckets: Vec<Bucket> = Vec::new();

        for (name, bucket) in self.in_input {
            take(&mut buckets, &mut input, (*bucket).into(), count(name), true);
        }
        let beside = |(name, bucket): &(&str, &'static str)| Some((*bucket, count(name)?));
        for (bucket, part) in self.beside.iter().filter_map(beside) {
            // With a total that leaves no room beside input and output, it is part of the input.
            take(&mut buckets, &mut input, bucket.into(), Some(part), over == Some(0));
        }
        for (name, part) in details(self.details[0]).into_iter().flatten() {
            take(&mut buckets, &mut input, detail("input", name), counted(name, part), true);
        }
        for (name, part) in details(self.details[1]).into_iter().flatten() {
            let part = counted(name, part);
            // xAI counts reasoning beside the completion.
            let is_inside = part.is_none() || over.unwrap_or(0) == 0 || over != part;
            take(&mut buckets, &mut output, detail("output", name), part, is_inside);
        }
        cache_creation(&mut buckets, usage);
        if over != Some(0) {
            let others = usage.iter().filter(|(name, _)| name.contains("token") && !self.knows(name));
            buckets.extend(others.filter_map(|(name, value)| Some((Cow::Owned(name.clone()), number(value)?))));
        }
        buckets.extend(input.map(|count| (Cow::Borrowed("input"), count)));
        buckets.extend(output.map(|count| (Cow::Borrowed("output"), count)));
        buckets
    }

    fn knows(&self, name: &str) -> bool {
        let counts = self.in_input.iter().chain(self.beside).map(|(name, _)| *name);
        [self.input, self.output, self.total, "prompt_cache_miss_tokens"].into_iter().chain(counts).any(|n| n == name)
    }
}

/// Adds a bucket, once; what is inside the whole is taken out of it.
fn take(buckets: &mut Vec<Bucket>, whole: &mut Option<u64>, name: Cow<'static, str>, part: Option<u64>, inside: bool) {
    let Some(mut part) = part.filter(|part| *part > 0) else { return };
    if buckets.iter().any(|(known, _)| *known == name) {
        return;
    }
    if inside {
        part = part.min(whole.unwrap_or(0));
        *whole = whole.map(|whole| whole - part);
    }
    if part == 0 {
        return;
    }
    buckets.push((name, part));
}

/// Anthropic says of what it put into the cache how long it stays there, for another price.
fn cache_creation(buckets: &mut Vec<Bucket>, usage: &Map<String, Value>) {
    let Some(parts) = usage.get("cache_creation").and_then(Value::as_object) else { return };
    let at = buckets.iter().position(|(name, _)| name == "cache_creation_input_tokens");
    let mut whole = at.map(|at| buckets[at].1);
    let kinds = [
        ("ephemeral_5m_input_tokens", "input_cache_creation_5m"),
        ("ephemeral_1h_input_tokens", "input_cache_creation_1h"),
    ];
    let is_inside = whole.is_some();
    for (name, bucket) in kinds {
        take(buckets, &mut whole, bucket.into(), parts.get(name).and_then(number), is_inside);
    }
    match (at, whole) {
        (Some(at), Some(0)) => _ = buckets.remove(at),
        (Some(at), Some(rest)) => buckets[at].1 = rest,
        _ => {}
    }
}

/// Text is what remains of the whole: with it the other parts, which overlap with it, would be counted twice.
fn counted(name: &str, part: &Value) -> Option<u64> {
    if name == "text_tokens" { None } else { number(part) }
}

fn detail(side: &str, name: &str) -> Cow<'static, str> {
    match (side, name) {
        ("input", "cached_tokens" | "cache_read") => "input_cached_tokens".into(),
        ("input", "cache_creation") => "input_cache_creation".into(),
        ("output", "reasoning") => "output_reasoning_tokens".into(),
        _ => format!("{side}_{name}").into(),
    }
}

/// A count: a whole number that is not negative, also as digits in a string.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}
