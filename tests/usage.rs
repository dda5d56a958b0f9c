//! Usage in every provider's spelling becomes buckets that add up.

use observe::Usage;
use observe::testing::captured;
use serde_json::{Value, json};

/// `input=20 output=30 total=50`, by name.
fn buckets(usages: &[Value]) -> String {
    let ((), recorded) = captured(|| {
        let call = observe::generation("call");
        for usage in usages {
            call.usage_details(usage);
        }
        call.end();
    });
    words(recorded.observation("call").usage)
}

fn words(mut usage: Vec<(String, u64)>) -> String {
    let total = usage.iter().position(|(kind, _)| kind == "total").map(|at| usage.remove(at).1);
    if let Some(total) = total {
        let sum: u64 = usage.iter().map(|(_, count)| count).sum();
        assert!(usage.is_empty() || total == sum, "{usage:?} does not add up to {total}");
    }
    usage.sort();
    usage.extend(total.map(|total| ("total".to_owned(), total)));
    usage.iter().map(|(kind, count)| format!("{kind}={count}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_providers_spelling_adds_up() {
    let cases = [
        (
            "OpenAI, chat completions",
            json!({
                "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 80, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 20, "accepted_prediction_tokens": 0},
            }),
            "input=20 input_cached_tokens=80 output=30 output_reasoning_tokens=20 total=150",
        ),
        (
            "OpenAI, responses",
            json!({
                "input_tokens": 100, "input_tokens_details": {"cached_tokens": 80},
                "output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 150,
            }),
            "input=20 input_cached_tokens=80 output=30 output_reasoning_tokens=20 total=150",
        ),
        (
            "OpenAI, audio: text is what remains",
            json!({
                "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 10, "text_tokens": 60, "audio_tokens": 40},
                "completion_tokens_details": {"text_tokens": 20, "audio_tokens": 30},
            }),
            "input=50 input_audio_tokens=40 input_cached_tokens=10 output=20 output_audio_tokens=30 total=150",
        ),
        ("OpenAI, embeddings", json!({"prompt_tokens": 6, "total_tokens": 6}), "input=6 total=6"),
        (
            "Anthropic",
            json!({
                "input_tokens": 20, "output_tokens": 50, "cache_read_input_tokens": 80, "cache_creation_input_tokens": 5,
                "service_tier": "standard", "server_tool_use": {"web_search_requests": 1},
            }),
            "cache_creation_input_tokens=5 cache_read_input_tokens=80 input=20 output=50 total=155",
        ),
        (
            "Anthropic, by lifetime in the cache",
            json!({
                "input_tokens": 20, "output_tokens": 50, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 12,
                "cache_creation": {"ephemeral_5m_input_tokens": 8, "ephemeral_1h_input_tokens": 4},
            }),
            "input=20 input_cache_creation_1h=4 input_cache_creation_5m=8 output=50 total=82",
        ),
        (
            "Gemini",
            json!({
                "promptTokenCount": 100, "candidatesTokenCount": 50, "totalTokenCount": 170,
                "cachedContentTokenCount": 40, "thoughtsTokenCount": 20,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}],
            }),
            "input=60 input_cached_tokens=40 output=50 output_reasoning_tokens=20 total=170",
        ),
        (
            "Bedrock, converse",
            json!({"inputTokens": 20, "outputTokens": 50, "totalTokens": 150, "cacheReadInputTokens": 80}),
            "cache_read_input_tokens=80 input=20 output=50 total=150",
        ),
        (
            "Cohere",
            json!({"billed_units": {"input_tokens": 5, "output_tokens": 6}, "tokens": {"input_tokens": 71, "output_tokens": 8}}),
            "input=71 output=8 total=79",
        ),
        (
            "Ollama, whose answer has durations beside",
            json!({"prompt_eval_count": 26, "eval_count": 298, "eval_duration": 4_799_921_000_u64}),
            "input=26 output=298 total=324",
        ),
        (
            "DeepSeek, twice the same cache",
            json!({
                "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, "prompt_cache_hit_tokens": 64,
                "prompt_cache_miss_tokens": 36, "prompt_tokens_details": {"cached_tokens": 64},
            }),
            "input=36 input_cached_tokens=64 output=50 total=150",
        ),
        (
            "xAI, reasoning beside the completion",
            json!({
                "prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135, "num_sources_used": 3,
                "prompt_tokens_details": {"text_tokens": 32, "cached_tokens": 6},
                "completion_tokens_details": {"reasoning_tokens": 94},
            }),
            "input=26 input_cached_tokens=6 output=9 output_reasoning_tokens=94 total=135",
        ),
        (
            "rig, over a provider that counts the cache as input",
            json!({"input_tokens": 100, "output_tokens": 50, "total_tokens": 150, "cached_input_tokens": 80}),
            "input=20 input_cached_tokens=80 output=50 total=150",
        ),
        (
            "LangChain",
            json!({
                "input_tokens": 100, "output_tokens": 50, "total_tokens": 150,
                "input_token_details": {"cache_read": 80}, "output_token_details": {"reasoning": 20},
            }),
            "input=20 input_cached_tokens=80 output=30 output_reasoning_tokens=20 total=150",
        ),
        (
            "Langfuse's former one",
            json!({"promptTokens": 10, "completionTokens": 5, "totalTokens": 15}),
            "input=10 output=5 total=15",
        ),
        (
            "one's own",
            json!({"input": 10, "output": "5", "images": 2, "share": 0.5, "less": -1}),
            "images=2 input=10 output=5 total=17",
        ),
        ("a total alone", json!({"total_tokens": 42}), "total=42"),
        ("an own total", json!({"total": 42}), "total=42"),
        ("no object", json!("12"), ""),
    ];
    for (who, usage, expected) in cases {
        assert_eq!(buckets(&[usage]), expected, "{who}");
    }
}

#[test]
fn a_total_of_ones_own_stands() {
    let ((), recorded) = captured(|| observe::span("call").usage(Usage::tokens(10, 5).with("total", 20)).end());
    assert!(recorded.observation("call").usage.contains(&("total".to_owned(), 20)));
}

#[test]
fn the_halves_of_a_stream_are_one_usage() {
    let start = json!({"input_tokens": 25, "output_tokens": 1, "cache_read_input_tokens": 7});
    let end = json!({"output_tokens": 15});
    assert_eq!(buckets(&[start, end]), "cache_read_input_tokens=7 input=25 output=15 total=47");
}

#[test]
fn what_is_not_tokens_has_a_unit() {
    let ((), recorded) = captured(|| {
        observe::generation("by hand").usage(Usage::new().with("input", 250).unit("CHARACTERS")).end();
        observe::generation("as a value").usage_details(json!({"input": 3, "unit": "SECONDS"})).end();
        observe::generation("tokens").usage(Usage::tokens(1, 2)).end();
    });
    let unit = |name: &str| recorded.observation(name).usage_unit;
    assert_eq!(unit("by hand").as_deref(), Some("CHARACTERS"));
    assert_eq!(unit("as a value").as_deref(), Some("SECONDS"));
    assert_eq!(unit("tokens"), None);
}

#[test]
fn costs_have_a_total_and_no_nonsense() {
    let ((), recorded) = captured(|| {
        observe::generation("call").cost("input", 0.5).cost("input_cached_tokens", 0.25).end();
        observe::generation("own total").cost("input", 0.5).cost("total", 2.0).end();
        observe::generation("nonsense").cost("input", f64::NAN).cost("output", -1.0).end();
    });
    let cost = |name: &str| recorded.observation(name).cost.into_iter().collect::<std::collections::HashMap<_, _>>();
    assert_eq!((cost("call").len(), cost("call")["total"]), (3, 0.75));
    assert_eq!(cost("own total")["total"], 2.0);
    assert!(cost("nonsense").is_empty());
}
