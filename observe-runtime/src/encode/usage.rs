//! Usage in the providers' spellings to Langfuse's buckets: exclusive, so that they add up.

use serde_json::{Map, Value};

use crate::finished::View;

/// The buckets of an observation, and their `total`.
pub(crate) fn usage(view: &View<'_>) -> Vec<(String, u64)> {
    let mut buckets: Vec<(String, u64)> = Vec::new();
    let mut stated = None;
    for json in &view.usage {
        let Ok(Value::Object(usage)) = serde_json::from_str(json) else { continue };
        for (kind, count) in exclusive(&usage) {
            if kind == "total" {
                stated = Some(count);
                continue;
            }
            match buckets.iter_mut().find(|(known, _)| *known == kind) {
                Some(bucket) => bucket.1 = count,
                None => buckets.push((kind, count)),
            }
        }
    }
    let sum = buckets.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    let total = if buckets.is_empty() { stated } else { Some(sum) };
    buckets.extend(total.map(|total| ("total".to_owned(), total)));
    buckets
}

/// How a provider calls input and output, whether the details of each are part of it, and under which names.
struct Spelling {
    input: &'static str,
    output: &'static str,
    /// Counts at the top that are part of the input, or of the output: name and bucket.
    in_input: &'static [(&'static str, &'static str)],
    /// Counts at the top that come on top: name and bucket.
    beside: &'static [(&'static str, &'static str)],
}

const SPELLINGS: &[Spelling] = &[
    Spelling { input: "prompt_tokens", output: "completion_tokens", in_input: &[], beside: &[] },
    Spelling { input: "input_tokens", output: "output_tokens", in_input: &[], beside: &[] },
    Spelling {
        input: "promptTokenCount",
        output: "candidatesTokenCount",
        in_input: &[("cachedContentTokenCount", "input_cached_tokens")],
        beside: &[
            ("thoughtsTokenCount", "output_reasoning_tokens"),
            ("toolUsePromptTokenCount", "input_tool_use_tokens"),
        ],
    },
    Spelling {
        input: "inputTokens",
        output: "outputTokens",
        in_input: &[],
        beside: &[
            ("cacheReadInputTokens", "cache_read_input_tokens"),
            ("cacheWriteInputTokens", "cache_creation_input_tokens"),
        ],
    },
];

const TOTALS: &[&str] = &["total", "total_tokens", "totalTokenCount", "totalTokens"];

fn exclusive(usage: &Map<String, Value>) -> Vec<(String, u64)> {
    let count = |key: &str| usage.get(key).and_then(number);
    let mut buckets = Vec::new();
    buckets.extend(TOTALS.iter().find_map(|key| count(key)).map(|total| ("total".to_owned(), total)));
    let spelling = SPELLINGS.iter().find(|spelling| count(spelling.input).or(count(spelling.output)).is_some());
    let Some(spelling) = spelling else {
        let known = usage.iter().filter(|(key, _)| !TOTALS.contains(&key.as_str()));
        buckets.extend(known.filter_map(|(key, value)| Some((key.clone(), number(value)?))));
        return buckets;
    };
    for (side, key) in [("input", spelling.input), ("output", spelling.output)] {
        let Some(mut whole) = count(key) else { continue };
        let details = usage.get(&format!("{key}_details")).and_then(Value::as_object);
        for (kind, value) in details.into_iter().flatten() {
            let Some(part) = number(value).filter(|part| *part > 0) else { continue };
            let part = part.min(whole);
            whole -= part;
            buckets.push((format!("{side}_{kind}"), part));
        }
        if side == "input" {
            for (name, bucket) in spelling.in_input {
                if let Some(part) = count(name) {
                    let part = part.min(whole);
                    whole -= part;
                    buckets.push(((*bucket).to_owned(), part));
                }
            }
        }
        buckets.push((side.to_owned(), whole));
    }
    for (name, bucket) in spelling.beside {
        buckets.extend(count(name).map(|count| ((*bucket).to_owned(), count)));
    }
    let is_read = |key: &str| {
        key == spelling.input
            || key == spelling.output
            || TOTALS.contains(&key)
            || spelling.in_input.iter().chain(spelling.beside).any(|(name, _)| *name == key)
    };
    let rest = usage.iter().filter(|(key, _)| !is_read(key));
    buckets.extend(rest.filter_map(|(key, value)| Some((key.clone(), number(value)?))));
    buckets
}

/// A count: a whole number that is not negative, also as digits in a string.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}
