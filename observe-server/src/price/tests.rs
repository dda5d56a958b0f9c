use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::cost::{Cost, Source};
use super::own::{self, Entry};
use super::{Prices, Tables, Used};

/// A directory of a test's own, gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("observe-price-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn tables(&self) -> Tables {
        Tables { own: vec![self.0.join("prices.toml")], updated: vec![self.0.join("prices-update.toml")] }
    }

    fn prices(&self) -> Prices {
        Prices::load(&self.tables()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn object(json: Value) -> Map<String, Value> {
    let Value::Object(map) = json else { panic!("an object") };
    map
}

fn cost_of(prices: &Prices, model: &str, usage: &[(&str, u64)], parameters: Value) -> Cost {
    let usage: Vec<(String, u64)> = usage.iter().map(|(bucket, count)| ((*bucket).to_owned(), *count)).collect();
    let parameters = object(parameters);
    prices.cost(&Used {
        model: Some(model),
        usage: &usage,
        provided: &[],
        parameters: &parameters,
        metadata: &Map::new(),
    })
}

fn cost(model: &str, usage: &[(&str, u64)], parameters: Value) -> Cost {
    cost_of(&Prices::load(&Tables::default()).unwrap(), model, usage, parameters)
}

fn buckets(cost: &Cost) -> Vec<(&str, f64)> {
    cost.buckets.iter().map(|(bucket, paid)| (bucket.as_str(), (paid * 1e9).round() / 1e9)).collect()
}

fn source(cost: &Cost) -> String {
    cost.source.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn the_built_in_table_has_what_people_use() {
    let prices = Prices::load(&Tables::default()).unwrap();
    assert!(prices.models().count() >= 120, "{} models", prices.models().count());
    for priced in prices.models() {
        let found = prices.find(&priced.model.name).unwrap();
        assert_eq!(found.model.name, priced.model.name);
        assert!(priced.source.starts_with("https://"), "{}", priced.model.name);
        assert!(priced.model.date.is_some(), "{}", priced.model.name);
    }
}

#[test]
fn every_provider_of_note_is_priced() {
    let prices = Prices::load(&Tables::default()).unwrap();
    for name in [
        "mistral-large-latest",
        "mistral/codestral-2508",
        "ministral-8b-latest",
        "deepseek-chat",
        "deepseek/deepseek-reasoner",
        "xai/grok-4.3",
        "grok-code-fast-1",
        "us.meta.llama3-3-70b-instruct-v1:0",
        "meta.llama4-scout-17b-instruct-v1:0",
        "command-a-03-2025",
        "cohere.command-r-plus-08-2024",
        "embed-english-v3.0",
        "us.amazon.nova-pro-v1:0",
        "amazon.nova-micro-v1:0",
        "qwen-plus",
        "dashscope/qwen3-max",
    ] {
        assert!(prices.find(name).is_some(), "{name}");
    }
    // A long prompt costs more from a boundary on, and the last boundary that is passed counts.
    let paid = |input| cost("qwen3-max", &[("input", input)], json!({})).total;
    assert_eq!(paid(10_000), Some(0.012));
    assert_eq!(paid(100_000), Some(0.24));
    assert_eq!(paid(200_000), Some(0.6));
}

#[test]
fn each_bucket_is_priced_under_the_name_it_came_with() {
    let paid = cost("gpt-4o-mini", &[("input", 1200), ("output", 250), ("total", 1450)], json!({}));
    assert_eq!(buckets(&paid), [("input", 0.00018), ("output", 0.00015)]);
    assert_eq!(paid.total, Some(0.00018 + 0.00015));
    assert_eq!(source(&paid), "price table: gpt-4o-mini");
    assert_eq!(paid.hint, None);

    // As OpenAI's and Anthropic's integrations spell them.
    let openai = [("input", 100), ("input_cached_tokens", 1000), ("output", 10), ("output_reasoning_tokens", 90)];
    assert_eq!(
        buckets(&cost("openai/o4-mini-2025-04-16", &openai, json!({}))),
        [
            ("input", 0.00011),
            ("input_cached_tokens", 0.000275),
            ("output", 0.000044),
            ("output_reasoning_tokens", 0.000396)
        ]
    );
    let anthropic = [
        ("input", 1000),
        ("cache_read_input_tokens", 1000),
        ("cache_creation_input_tokens", 1000),
        ("input_cache_creation_1h", 1000),
        ("output", 1000),
    ];
    assert_eq!(
        buckets(&cost("us.anthropic.claude-sonnet-4-5-20250929-v1:0", &anthropic, json!({}))),
        [
            ("input", 0.003),
            ("cache_read_input_tokens", 0.0003),
            ("cache_creation_input_tokens", 0.00375),
            ("input_cache_creation_1h", 0.006),
            ("output", 0.015)
        ]
    );
    assert_eq!(cost("text-embedding-3-small", &[("input", 6), ("total", 6)], json!({})).total, Some(6.0 * 0.02 / 1e6));
}

#[test]
fn a_tier_applies_when_its_conditions_hold() {
    let usage = [("input", 1_000_000), ("output", 1_000_000)];
    assert_eq!(cost("gpt-4o", &usage, json!({})).total, Some(12.5));
    let fast = cost("gpt-4o", &usage, json!({"service_tier": "priority"}));
    assert_eq!((fast.total, source(&fast).as_str()), (Some(21.25), "price table: gpt-4o (fast or priority)"));
    assert_eq!(cost("gpt-4o", &usage, json!({"service_tier": "default"})).total, Some(12.5));
    assert_eq!(cost("claude-opus-5", &usage, json!({"speed": "fast"})).total, Some(60.0));

    // What was cached went in too.
    let long = |cached| cost("gemini-2.5-pro", &[("input", 100_000), ("input_cached_tokens", cached)], json!({})).total;
    assert_eq!(long(100_000), Some(0.125 + 0.0125));
    assert_eq!(long(100_001), Some(0.25 + 100_001.0 * 0.25 / 1e6));
    let flex = cost("gpt-5.5", &[("input", 300_000), ("output", 1000)], json!({"service_tier": "flex"}));
    assert_eq!(
        (flex.total, source(&flex).as_str()),
        (Some(1.5225), "price table: gpt-5.5 (flex, more than 272000 in)")
    );
}

#[test]
fn a_provided_cost_wins() {
    let usage = [("input".to_owned(), 1_000_000)];
    let none = Map::new();
    let used = |provided| Used { model: Some("gpt-4o"), usage: &usage, provided, parameters: &none, metadata: &none };
    let prices = Prices::load(&Tables::default()).unwrap();
    let total = [("total".to_owned(), 0.0)];
    assert_eq!(
        prices.cost(&used(&total)),
        Cost { total: Some(0.0), source: Some(Source::Provided), ..Cost::default() }
    );
    let parts = [("input".to_owned(), 0.5), ("output".to_owned(), 0.25)];
    assert_eq!(prices.cost(&used(&parts)).total, Some(0.75));
}

#[test]
fn what_has_no_price_has_a_hint() {
    let unknown = cost("my model's", &[("input", 5)], json!({}));
    assert_eq!(unknown.total, None);
    assert_eq!(
        unknown.hint.as_deref(),
        Some(
            "no price is known for `my model's`: add one, `observe prices add 'my model'\\''s' --input 1.25 --output 10` \
             (USD per million tokens)"
        )
    );
    assert_eq!(cost("unknown", &[], json!({})), Cost::default());

    let partly = cost("gpt-4o", &[("input", 1_000_000), ("output_video", 7), ("total", 1_000_007)], json!({}));
    assert_eq!(buckets(&partly), [("input", 2.5)]);
    assert_eq!(
        partly.hint.as_deref(),
        Some("`gpt-4o` has no price for `output_video`: `observe prices add` can add one")
    );
}

#[test]
fn own_prices_beat_the_built_in_ones() {
    let scratch = Scratch::new("own");
    let own = &scratch.tables().own[0];
    fs::write(own, "# mine").unwrap();
    let add = |name: &str, pattern: Option<&str>, figures: &[(&str, f64)]| {
        let prices: BTreeMap<String, f64> =
            figures.iter().map(|(bucket, price)| ((*bucket).to_owned(), *price)).collect();
        own::add(
            own,
            &Entry { name, aliases: &["the \"old\" one".to_owned()], pattern, date: "2026-11-25", prices: &prices },
        )
    };
    add("gpt-4o", None, &[("input", 1.0), ("output", 2.0)]).unwrap();
    add("local", Some(r"llama-\d+b(-.*)?"), &[("input", 0.0), ("output_video", 3.0)]).unwrap();
    let prices = scratch.prices();
    let million = [("input", 1_000_000)];
    assert_eq!(cost_of(&prices, "openai/gpt-4o", &million, json!({})).total, Some(1.0));
    assert_eq!(
        cost_of(&prices, "LLAMA-70b-instruct", &[("input", 5), ("output_video", 1_000_000)], json!({})).total,
        Some(3.0)
    );
    assert_eq!(cost_of(&prices, "llama-70", &million, json!({})).total, None);
    assert_eq!(prices.models().filter(|priced| priced.is_own).count(), 2);

    add("gpt-4o", None, &[("input", 7.0)]).unwrap();
    assert_eq!(cost_of(&scratch.prices(), "gpt-4o", &million, json!({})).total, Some(7.0));
    assert!(fs::read_to_string(own).unwrap().starts_with("# mine\n"));

    let refused = add("broken", Some("("), &[("input", 1.0)]).unwrap_err();
    assert!(refused.contains("the pattern `(` cannot be read"), "{refused}");
    assert!(add("broken", None, &[]).unwrap_err().contains("`prices` is empty"));
    assert!(add("broken", None, &[("input", -1.0)]).unwrap_err().contains("the price of `input` is -1"));
    assert_eq!(cost_of(&scratch.prices(), "gpt-4o", &million, json!({})).total, Some(7.0));
}

#[test]
fn a_newer_edition_replaces_what_is_older() {
    let scratch = Scratch::new("update");
    let edition = scratch.0.join("edition.toml");
    let text = "[provider.openai]\nsource = \"https://example.com\"\n\
        [[model]]\nname = \"gpt-4o\"\nprovider = \"openai\"\ndate = \"2030-01-01\"\nprices = { input = 9 }\n\
        [[model]]\nname = \"gpt-5\"\nprovider = \"openai\"\ndate = \"2020-01-01\"\nprices = { input = 9 }\n";
    fs::write(&edition, text).unwrap();
    assert_eq!(own::update(&scratch.tables().updated[0], &edition), Ok(2));
    let prices = scratch.prices();
    assert_eq!(prices.find("gpt-4o").map(|priced| priced.source.as_str()), Some("https://example.com"));
    assert_eq!(cost_of(&prices, "gpt-4o", &[("input", 1_000_000)], json!({})).total, Some(9.0));
    assert_eq!(cost_of(&prices, "gpt-5", &[("input", 1_000_000)], json!({})).total, Some(1.25));

    fs::write(&edition, "{\"models\": []}").unwrap();
    let refused = own::update(&scratch.tables().updated[0], &edition).unwrap_err();
    assert!(refused.contains("edition.toml"), "{refused}");
    assert_eq!(scratch.prices().find("gpt-4o").map(|priced| priced.source.as_str()), Some("https://example.com"));
}

#[test]
fn a_table_that_cannot_be_meant_is_refused() {
    let scratch = Scratch::new("refused");
    for (text, said) in [
        ("[[model]]\nname = \"x\"\nprice = { input = 1 }\n", "price"),
        (
            "[[model]]\nname = \"x\"\nprices = { input = 1, input_tokens = 2 }\n",
            "`input_tokens` prices `input` a second time",
        ),
        (
            "[[model]]\nname = \"x\"\nprices = { input = 1 }\ntiers = [{ name = \"t\", prices = { input = 2 } }]\n",
            "has no condition",
        ),
    ] {
        fs::write(&scratch.tables().own[0], text).unwrap();
        let refused = Prices::load(&scratch.tables()).unwrap_err();
        assert!(refused.contains("prices.toml") && refused.contains(said), "{refused}");
    }
}
