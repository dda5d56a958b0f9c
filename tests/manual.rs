//! The same by hand: trace, span, generation, event, score, end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use observe::testing::{captured, captured_async};
use observe::{Level, ObservationId, ObservationType, Score, TraceId, Usage, observe};
use serde_json::json;

#[test]
fn a_pipeline_by_hand() {
    let ((), recorded) = captured(|| {
        let trace = observe::trace("support-query")
            .user_id("user_123")
            .session_id("session_abc")
            .metadata("channel", "web")
            .tags(["support", "production"])
            .input("Where is my order?");
        let retrieval = trace.span("retrieval").input(json!({"query": "order"}));
        retrieval.event("cache-hit").level(Level::Debug);
        retrieval.output(["doc-1", "doc-2"]).end();
        let answer = trace.generation("llm-answer").model("gpt-4o-mini").model_parameter("temperature", 0.2);
        answer.usage(Usage::tokens(120, 30)).output("On its way.").end();
        trace.score(Score::new("helpfulness", 0.92).comment("clear")).output("On its way.").end();
    });
    assert_eq!(
        recorded.tree(),
        "support-query [span] \"Where is my order?\" → \"On its way.\"\n  \
           retrieval [span] {\"query\":\"order\"} → [\"doc-1\",\"doc-2\"]\n    \
             cache-hit [event] DEBUG\n  \
           llm-answer [generation] → \"On its way.\"\n\
         score helpfulness = 0.92 (clear)\n"
    );
    for observation in recorded.observations() {
        assert_eq!(observation.user_id.as_deref(), Some("user_123"));
        assert_eq!(observation.session_id.as_deref(), Some("session_abc"));
        assert_eq!(observation.tags, ["support", "production"]);
        assert_eq!(observation.trace_metadata["channel"], "web");
    }
    let answer = recorded.observation("llm-answer");
    assert_eq!(answer.model.as_deref(), Some("gpt-4o-mini"));
    assert_eq!(answer.model_parameters["temperature"], 0.2);
    let usage: std::collections::HashMap<_, _> = answer.usage.into_iter().collect();
    assert_eq!((usage["input"], usage["output"]), (120, 30));
    let score = &recorded.scores()[0];
    assert_eq!((score.observation_id, score.data_type), (None, "NUMERIC"));
}

#[test]
fn ids_and_times_may_be_given() {
    let time = |seconds: u64| UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds);
    let (trace_id, id) = (TraceId::from_seed("order-77"), ObservationId::from_bytes([7; 8]).unwrap());
    let ((), recorded) = captured(|| {
        let trace = observe::trace_with_id("import", trace_id);
        let step = trace.child_with_id(ObservationType::Tool, "step", id).start_time(time(0));
        step.end_at(time(5));
        trace.end();
    });
    let step = recorded.observation("step");
    assert_eq!((step.trace_id, step.id, step.kind), (trace_id, id, ObservationType::Tool));
    assert_eq!((step.start, step.end), (time(0), time(5)));
}

#[test]
fn an_end_is_never_before_its_start() {
    let ((), recorded) = captured(|| observe::span("back").end_at(SystemTime::UNIX_EPOCH));
    let back = recorded.observation("back");
    assert_eq!(back.start, back.end);
}

#[test]
fn a_remote_trace_goes_on() {
    let (trace, parent) = (TraceId::random(), ObservationId::random());
    let ((), recorded) = captured(|| observe::continue_trace("worker", trace, parent).end());
    let worker = recorded.observation("worker");
    assert_eq!((worker.trace_id, worker.parent_id), (trace, Some(parent)));
}

#[tokio::test]
async fn handles_work_around_and_inside_observed_functions() {
    #[observe]
    async fn inside() {
        let step = observe::span("step");
        tokio::spawn(async move { step.output("from a task").end() }).await.unwrap();
        observe::Observation::current().metadata("seen", true);
    }
    let ((), recorded) = captured_async(|| async {
        let trace = observe::trace("job");
        trace.scope(inside).await;
        trace.run(|| observe::span("sync").end());
        trace.end();
    })
    .await;
    assert_eq!(recorded.tree(), "job [span]\n  inside [span]\n    step [span] → \"from a task\"\n  sync [span]\n");
    assert_eq!(recorded.observation("inside").metadata["seen"], true);
}

#[test]
fn errors_by_hand() {
    let ((), recorded) = captured(|| {
        observe::span("query").end_with_error(&std::io::Error::other("no route to database"));
    });
    assert_eq!(recorded.tree(), "query [span] ERROR \"no route to database\"\n");
}

#[test]
fn an_event_has_no_duration() {
    let ((), recorded) = captured(|| {
        let event = observe::event("rerank").metadata("documents", 3);
        std::thread::sleep(Duration::from_millis(1));
        event.end();
    });
    let event = recorded.observation("rerank");
    assert_eq!(event.start, event.end);
}

#[test]
fn handles_are_small_and_cross_threads() {
    fn check<T: Copy + Send + Sync + 'static>() {}
    check::<observe::Trace>();
    check::<observe::Observation>();
    check::<observe::Context>();
    assert!(size_of::<observe::Observation>() <= 32);
}

#[test]
fn usage_by_kind_and_unit() {
    let ((), recorded) = captured(|| {
        observe::generation("speech")
            .usage(Usage::new().with("input", 250).unit("CHARACTERS"))
            .cost("total", 0.25)
            .end();
    });
    let speech = recorded.observation("speech");
    assert_eq!(speech.usage, [("input".to_owned(), 250), ("total".to_owned(), 250)]);
    assert_eq!(speech.usage_unit.as_deref(), Some("CHARACTERS"));
    assert_eq!(speech.cost, [("total".to_owned(), 0.25)]);
}

#[test]
fn an_error_that_never_ends_or_panics_harms_nobody() {
    #[derive(Debug)]
    struct Circle;
    impl std::fmt::Display for Circle {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("round and round")
        }
    }
    impl std::error::Error for Circle {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&Circle)
        }
    }
    #[derive(Debug)]
    struct Long;
    impl std::fmt::Display for Long {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            (0..4096).try_for_each(|_| f.write_str(&"long ".repeat(1024)))
        }
    }
    impl std::error::Error for Long {}
    #[derive(Debug)]
    struct Trap;
    impl std::fmt::Display for Trap {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("told while it was told")
        }
    }
    impl std::error::Error for Trap {}
    let ((), recorded) = captured(|| {
        observe::span("circle").end_with_error(&Circle);
        observe::span("long").end_with_error(&Long);
        observe::span("trap").end_with_error(&Trap);
    });
    let message = |name: &str| recorded.observation(name).status_message.unwrap();
    assert_eq!(message("circle"), "round and round");
    assert!(message("long").len() < (1 << 20) + 100 && message("long").ends_with("…[truncated]"));
    assert_eq!(message("trap"), "<capture panicked>");
}
