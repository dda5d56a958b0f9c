//! Helpers that act on what is current, from anywhere inside.

use std::time::{Duration, UNIX_EPOCH};

use observe::testing::{captured, captured_async};
use observe::{Config, Context, Level, Loss, ObservationType, Score, TraceId, Usage, observe};
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
    assert_eq!(call.cost, [("input".to_owned(), 0.1), ("total".to_owned(), 0.1)]);
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
fn what_is_said_later_of_root_and_trace_beats_what_was_said_earlier() {
    let ((), recorded) = captured(|| {
        let trace = observe::trace("job").input("first").output("last");
        trace.run(|| observe::update_current_trace(|t| t.input("second").output(())));
        trace.output(0).end();
    });
    assert_eq!(recorded.tree(), "job [span] \"second\" → 0\n");
}

#[test]
fn the_later_of_two_threads_decides_whichever_is_read_first() {
    let ((), recorded) = captured(|| {
        let trace = observe::trace("job");
        let say = |name: &'static str| {
            let thread = std::thread::spawn(move || trace.user_id(name).metadata("by", name).root().name(name));
            thread.join().unwrap();
        };
        // The last one has its bytes in a buffer that was there before.
        trace.user_id("start");
        ["a", "b", "c"].into_iter().for_each(say);
        trace.user_id("main").metadata("by", "main").root().name("main");
        trace.end();
    });
    let root = recorded.observation("main");
    assert_eq!((root.user_id.as_deref(), &root.trace_metadata["by"]), (Some("main"), &json!("main")));
}

#[test]
fn environments_are_as_servers_store_them() {
    let long = "x".repeat(50);
    let cases = [
        ("Production", "production"),
        ("langfuse-Langfuse_prod", "prod"),
        ("langfuse", "default"),
        ("prod eu", "default"),
        (&long, &long[..40]),
    ];
    for (given, expected) in cases {
        let ((), recorded) = captured(|| observe::trace("job").environment(given).end());
        assert_eq!(recorded.observation("job").environment.as_deref(), Some(expected), "{given}");
    }
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
    assert_eq!(recorded.stats().lost_to(Loss::NoObservation), 2);
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

#[test]
fn what_is_said_of_a_trace_that_nothing_comes_of_is_counted() {
    let ((), recorded) = captured(|| {
        let say = || observe::update_current_trace(|t| t.user_id("user_123"));
        Context::remote(TraceId::from_seed("nothing"), None).run(say);
        Context::remote(TraceId::from_seed("something"), None).run(|| {
            say();
            observe::span("step").end();
        });
    });
    assert_eq!(recorded.observation("step").user_id.as_deref(), Some("user_123"));
    assert_eq!(recorded.stats().lost, [(Loss::TooLate, 1)]);
}

#[test]
fn what_is_said_of_a_trace_after_it_has_left_is_counted() {
    let dir = std::env::temp_dir().join(format!("observe-update-{}", std::process::id()));
    let guard = Config::new().without_environment().files(&dir).init().unwrap();
    let trace = observe::trace("job").user_id("user_123");
    trace.end();
    assert!(observe::flush(Duration::from_secs(20)).is_complete());
    trace.session_id("too late");
    let stats = guard.shutdown(Duration::from_secs(20));
    assert_eq!((stats.delivered, stats.lost_to(Loss::TooLate)), (1, 1), "{stats}");
    std::fs::remove_dir_all(dir).unwrap();
}
