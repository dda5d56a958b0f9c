//! Counts and costs: the buckets that Langfuse keeps. They exclude each other and add up, except `total`.

use serde_json::{Map, Value};

use super::attributes::Attributes;

/// Buckets with counts, and with costs in US dollars.
type Counts = Vec<(String, u64)>;
type Costs = Vec<(String, f64)>;

const TOTAL: &str = "total";

/// A span's usage, `langfuse.observation.usage_details` first, else the generic attributes.
pub(super) fn counts(attributes: &Attributes<'_>) -> Vec<(String, u64)> {
    let stated = attributes.text(&["langfuse.observation.usage_details"]);
    match stated.and_then(|json| serde_json::from_str(&json).ok()) {
        Some(Value::Object(map)) => details(&map),
        _ => generic(attributes),
    }
}

/// A span's cost, where it says one.
pub(super) fn cost(attributes: &Attributes<'_>) -> Vec<(String, f64)> {
    if let Some(map) = attributes.object("langfuse.observation.cost_details") {
        return costs(&map);
    }
    let total = ["gen_ai.usage.cost", "llm.cost.total"].iter().find_map(|key| attributes.number(key));
    total.filter(|cost| *cost >= 0.0 && cost.is_finite()).map(|cost| (TOTAL.to_owned(), cost)).into_iter().collect()
}

/// `costDetails`: numbers that are not negative. The total is theirs if they have no other than input and output.
pub(super) fn costs(map: &Map<String, Value>) -> Vec<(String, f64)> {
    let number = |value: &Value| match value {
        Value::String(digits) => digits.parse().ok(),
        other => other.as_f64(),
    };
    let known = map
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), number(value).filter(|cost| *cost >= 0.0 && cost.is_finite())?)));
    let mut costs: Vec<(String, f64)> = known.collect();
    let is_plain = costs.iter().all(|(key, _)| key == "input" || key == "output");
    if !costs.is_empty() && is_plain {
        costs.push((TOTAL.to_owned(), costs.iter().map(|(_, cost)| cost).sum()));
    }
    costs
}

/// `usageDetails` in one of the shapes that Langfuse knows: OpenAI's two, where input and output include their details,
/// else any map of counts.
pub(super) fn details(map: &Map<String, Value>) -> Vec<(String, u64)> {
    let shapes =
        [("prompt_tokens", "completion_tokens", "total_tokens"), ("input_tokens", "output_tokens", "total_tokens")];
    let strict = shapes.iter().find(|(input, output, total)| {
        let allowed = |key: &String| {
            [*input, *output, *total].contains(&key.as_str())
                || *key == format!("{input}_details")
                || *key == format!("{output}_details")
        };
        [input, output, total].iter().all(|key| map.get(**key).and_then(count).is_some()) && map.keys().all(allowed)
    });
    let buckets = match strict {
        Some((input, output, _)) => inclusive(map, input, output),
        None => map.iter().filter_map(|(key, value)| Some((key.clone(), count(value)?))).collect(),
    };
    with_total(buckets)
}

/// The older `usage` of the ingestion API, and what it says of costs.
pub(super) fn older(map: &Map<String, Value>) -> (Counts, Costs) {
    let pairs = [
        ("input", "input"),
        ("output", "output"),
        ("total", "total"),
        ("promptTokens", "input"),
        ("completionTokens", "output"),
        ("totalTokens", "total"),
    ];
    let known = |(key, bucket): (&str, &str)| Some((bucket.to_owned(), count(map.get(key)?)?));
    let costs = [("inputCost", "input"), ("outputCost", "output"), ("totalCost", "total")];
    let cost =
        |(key, bucket): (&str, &str)| Some((bucket.to_owned(), map.get(key)?.as_f64().filter(|cost| *cost >= 0.0)?));
    (with_total(pairs.into_iter().filter_map(known).collect()), costs.into_iter().filter_map(cost).collect())
}

fn inclusive(map: &Map<String, Value>, input: &str, output: &str) -> Vec<(String, u64)> {
    let mut buckets = Vec::new();
    for (side, key) in [("input", input), ("output", output)] {
        let mut whole = map.get(key).and_then(count).unwrap_or(0);
        let details = map.get(&format!("{key}_details")).and_then(Value::as_object);
        for (kind, value) in details.into_iter().flatten() {
            let Some(part) = count(value) else { continue };
            whole = whole.saturating_sub(part);
            buckets.push((format!("{side}_{kind}"), part));
        }
        buckets.push((side.to_owned(), whole));
    }
    buckets
}

/// `gen_ai.usage.*` and `llm.token_count.*`: there the whole includes what was cached, reasoned and heard.
fn generic(attributes: &Attributes<'_>) -> Vec<(String, u64)> {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    let below = attributes.below("gen_ai.usage.").chain(attributes.below("llm.token_count."));
    for (key, value) in below.filter(|(key, _)| *key != "cost") {
        if let Some(count) = count(&value.to_json()) {
            counts.push((key, count));
        }
    }
    counts.sort_unstable();
    let first = |keys: &[&str]| keys.iter().find_map(|key| counts.iter().find(|(known, _)| known == key)).copied();
    let mut used: Vec<&str> = Vec::new();
    let mut take = |keys: &[&'static str]| {
        used.extend(keys);
        first(keys).map(|(_, count)| count)
    };
    let input = take(&["prompt_tokens", "input_tokens", "prompt"]);
    let output = take(&["completion_tokens", "output_tokens", "completion"]);
    let total = take(&["total_tokens", "total"]);
    let read = take(&[
        "cache_read_input_tokens",
        "cache_read.input_tokens",
        "cached_tokens",
        "prompt_details.cache_read",
        "input_cached_tokens",
    ]);
    let written = take(&["cache_creation_input_tokens", "cache_creation.input_tokens", "prompt_details.cache_write"]);
    let reasoned = take(&[
        "reasoning_tokens",
        "reasoning.output_tokens",
        "details.reasoning_tokens",
        "completion_details.reasoning",
    ]);
    let heard = take(&["output_audio_tokens", "completion_details.audio"]);
    let mut buckets: Vec<(String, u64)> = Vec::new();
    let mut put = |key: &str, count: Option<u64>| buckets.extend(count.map(|count| (key.to_owned(), count)));
    let without = |whole: Option<u64>, parts: [Option<u64>; 2]| {
        whole.map(|whole| parts.into_iter().flatten().fold(whole, u64::saturating_sub))
    };
    put("input", without(input, [read, written]));
    put("output", without(output, [reasoned, heard]));
    put("input_cached_tokens", read);
    put("input_cache_creation", written);
    put("output_reasoning_tokens", reasoned);
    put("output_audio_tokens", heard);
    put(TOTAL, total);
    for (key, count) in counts {
        if !used.contains(&key) {
            buckets.push((key.to_owned(), count));
        }
    }
    with_total(buckets)
}

fn with_total(mut buckets: Vec<(String, u64)>) -> Vec<(String, u64)> {
    if !buckets.is_empty() && !buckets.iter().any(|(key, _)| key == TOTAL) {
        let sum = buckets.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        buckets.push((TOTAL.to_owned(), sum));
    }
    buckets
}

/// A whole number that is not negative and fits a database, also as digits in a string.
fn count(value: &Value) -> Option<u64> {
    let count = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    };
    count.filter(|count| *count <= 1 << 53)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: Value) -> Vec<(String, u64)> {
        let Value::Object(map) = json else { panic!("an object") };
        let mut buckets = details(&map);
        buckets.sort();
        buckets
    }

    fn named(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
        pairs.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
    }

    #[test]
    fn details_are_taken_out_of_the_whole() {
        let openai = serde_json::json!({
            "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, "prompt_tokens_details": {"cached_tokens": 30},
        });
        assert_eq!(of(openai), named(&[("input", 70), ("input_cached_tokens", 30), ("output", 50), ("total", 150)]));
    }

    #[test]
    fn any_other_map_is_kept_without_what_is_no_count() {
        let map = serde_json::json!({"input": 5, "output": "7", "odd": -1, "half": 0.5, "why": null});
        assert_eq!(of(map), named(&[("input", 5), ("output", 7), ("total", 12)]));
    }
}
