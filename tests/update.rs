//! Helpers that act on what is current, from anywhere inside.

use std::time::{Duration, UNIX_EPOCH};

use observe::testing::{captured, captured_async};
use observe::{Level, ObservationType, Score, Usage, observe};
use serde_json::json;

#[test]
fn everything_can_be_said_of_the_current_observation() {
    #[observe]
    fn call() -> &'static str {
        observe::update_current_observation(|o| {
            o.name("renamed")
                .as_type(ObservationType::Generation)
                .input("in")
                .output(false)
                .metadata("k", vec![1])
                .metadata("k", 2)
                .level(Level::Debug)
                .status_message("fine")
                .version("v1")
                .model("gpt-4o")
                .model_parameter("top_p", 1)
                .usage(Usage::tokens(10, 5))
                .cost("input", 0.1)
                .completion_start_time(UNIX_EPOCH + Duration::from_secs(1))
                .prompt("greeting", 3)
        });
        "ignored"
    }
    let (_, recorded) = captured(call);
    assert_eq!(recorded.tree(), "renamed [generation] \"in\" → false DEBUG \"fine\"\n");
    let call = recorded.observation("renamed");
    assert_eq!(call.metadata["k"], 2);
    assert_eq!(call.version.as_deref(), Some("v1"));
    assert_eq!(call.model.as_deref(), Some("gpt-4o"));
    assert_eq!(call.model_parameters["top_p"], 1);
    assert_eq!(call.completion_start_time, Some(UNIX_EPOCH + Duration::from_secs(1)));
    assert_eq!(call.prompt, Some(("greeting".to_owned(), 3)));
    assert_eq!(call.cost["input"], 0.1);
}

#[test]
fn falsy_values_set_by_hand_beat_captured_ones() {
    #[observe]
    fn call(_n: u32) -> u32 {
        observe::update_current_observation(|o| o.input(0).output(()));
        7
    }
    let (_, recorded) = captured(|| call(1));
    assert_eq!(recorded.tree(), "call [span] 0 → null\n");
}

#[test]
fn providers_spellings_of_usage_are_understood() {
    #[observe]
    fn openai() {
        observe::update_current_observation(|o| {
            o.usage_details(json!({
                "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 80},
                "completion_tokens_details": {"reasoning_tokens": 20}
            }))
        });
    }
    #[observe]
    fn anthropic() {
        observe::update_current_observation(|o| {
            o.usage_details(json!({
                "input_tokens": 20, "output_tokens": 50, "cache_read_input_tokens": 80, "cache_creation_input_tokens": 5
            }))
        });
    }
    let ((), recorded) = captured(|| {
        openai();
        anthropic();
    });
    let sum = |name: &str| -> u64 {
        let usage = recorded.observation(name).usage;
        let total = usage.iter().find(|(kind, _)| kind == "total").map(|(_, count)| *count);
        let sum = usage.iter().filter(|(kind, _)| kind != "total").map(|(_, count)| count).sum();
        assert!(total.is_none_or(|total| total == sum), "{usage:?}");
        sum
    };
    assert_eq!(sum("openai"), 150);
    assert_eq!(sum("anthropic"), 155);
    let openai: std::collections::HashMap<_, _> = recorded.observation("openai").usage.into_iter().collect();
    assert_eq!((openai["input"], openai["output"]), (20, 30));
}

#[tokio::test]
async fn a_trace_can_be_described_late_and_from_the_depth() {
    #[observe]
    async fn first() {}
    #[observe]
    async fn deep() {
        observe::update_current_trace(|t| {
            t.name("checkout")
                .user_id("u1")
                .session_id("s1")
                .tags(["a", "b"])
                .metadata("plan", "pro")
                .version("2")
                .public(true)
        });
    }
    #[observe]
    async fn root() {
        first().await;
        tokio::spawn(deep()).await.unwrap();
        observe::update_current_trace(|t| t.tags(["b", "c"]).input("question").output("answer"));
    }
    let ((), recorded) = captured_async(root).await;
    for observation in recorded.observations() {
        assert_eq!(observation.trace_name.as_deref(), Some("checkout"));
        assert_eq!(observation.user_id.as_deref(), Some("u1"));
        assert_eq!(observation.session_id.as_deref(), Some("s1"));
        assert_eq!(observation.tags, ["a", "b", "c"]);
        assert_eq!(observation.trace_metadata["plan"], "pro");
        assert_eq!(observation.trace_version.as_deref(), Some("2"));
        assert!(observation.public);
    }
    assert_eq!(recorded.observation("root").input, Some(json!("question")));
    assert_eq!(recorded.observation("root").output, Some(json!("answer")));
    assert_eq!(recorded.observation("deep").input, None);
}

#[test]
fn scores_of_every_kind() {
    #[observe]
    fn judged() {
        observe::score_current_trace(Score::new("completeness", 0.85).comment("all parts").metadata("judge", "human"));
        observe::score_current_observation(Score::new("helpful", true).id("score-1"));
        observe::score_current_observation(Score::new("tone", "friendly").config_id("config-1"));
        observe::score_current_observation(Score::text("note", "a bit long"));
    }
    let ((), recorded) = captured(judged);
    let call = recorded.observation("judged");
    let scores = recorded.scores();
    let kinds: Vec<_> =
        scores.iter().map(|score| (score.name.as_str(), score.value.clone(), score.data_type)).collect();
    assert_eq!(
        kinds,
        [
            ("completeness", json!(0.85), "NUMERIC"),
            ("helpful", json!(true), "BOOLEAN"),
            ("tone", json!("friendly"), "CATEGORICAL"),
            ("note", json!("a bit long"), "TEXT"),
        ]
    );
    assert_eq!(scores[0].observation_id, None);
    assert_eq!(scores[0].comment.as_deref(), Some("all parts"));
    assert_eq!(scores[0].metadata["judge"], "human");
    assert_eq!(scores[1].observation_id, Some(call.id));
    assert_eq!(scores[1].id, "score-1");
    assert_eq!(scores[2].config_id.as_deref(), Some("config-1"));
    assert_ne!(scores[2].id, scores[3].id);
}

#[test]
fn outside_any_observation_nothing_happens_but_it_is_counted() {
    let (ran, recorded) = captured(|| {
        let mut ran = false;
        observe::update_current_observation(|o| {
            ran = true;
            o
        });
        observe::score_current_trace(Score::new("x", 1));
        ran
    });
    assert!(!ran, "nothing is computed for nothing");
    assert_eq!(recorded.tree(), "");
    assert_eq!(recorded.stats().lost_to(observe::Loss::NoObservation), 2);
}

#[test]
fn the_closure_of_an_update_may_call_observed_functions() {
    #[observe]
    fn inner() -> u32 {
        5
    }
    #[observe]
    fn outer() {
        observe::update_current_observation(|o| o.metadata("inner", inner()));
    }
    let ((), recorded) = captured(outer);
    assert_eq!(recorded.tree(), "outer [span]\n  inner [span] → 5\n");
    assert_eq!(recorded.observation("outer").metadata["inner"], 5);
}
