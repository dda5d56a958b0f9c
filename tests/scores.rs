//! Scores: of every kind, for a trace, an observation or a session; and which are not given.

use std::time::{Duration, UNIX_EPOCH};

use observe::testing::captured;
use observe::{Config, Context, Loss, Score, TraceId, observe};
use serde_json::json;

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
fn a_score_given_before_the_environment_was_set_has_it_all_the_same() {
    let ((), recorded) = captured(|| {
        let trace = observe::trace("job").score(Score::new("early", 1));
        trace.environment("staging").end();
        trace.score(Score::new("late", 2));
    });
    let environments: Vec<_> = recorded.scores().iter().map(|score| score.environment.clone()).collect();
    assert_eq!(environments, [Some("staging".to_owned()), Some("staging".to_owned())]);
}

#[test]
fn a_score_says_when_it_was_given_and_may_be_for_a_session() {
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let ((), recorded) = captured(|| {
        let trace = observe::trace("job");
        trace.score(Score::new("satisfaction", 5).timestamp(time).session_id("session_abc"));
        trace.end();
    });
    let score = &recorded.scores()[0];
    assert_eq!((score.timestamp, score.session_id.as_deref()), (time, Some("session_abc")));
}

#[test]
fn a_trace_that_was_made_elsewhere_can_be_scored_by_its_id() {
    let trace = TraceId::from_seed("order-77");
    let ((), recorded) =
        captured(|| Context::remote(trace, None).run(|| observe::score_current_trace(Score::new("thumbs", true))));
    let score = &recorded.scores()[0];
    assert_eq!((score.trace_id, score.observation_id), (trace, None));
}

#[test]
fn texts_are_cut_to_what_servers_take() {
    let ((), recorded) = captured(|| {
        let trace = observe::trace("job");
        trace.score(Score::text("exact", "ä".repeat(500))).score(Score::text("long", "ä".repeat(501)));
        trace.end();
    });
    let texts: Vec<String> = recorded.scores().iter().map(|score| score.value.as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, ["ä".repeat(500), "ä".repeat(499) + "…"]);
}

#[test]
fn what_no_server_takes_is_not_given_and_counted() {
    let ((), recorded) = captured(|| {
        let trace = observe::trace("job");
        for score in [Score::new("nan", f64::NAN), Score::new("far", f32::INFINITY), Score::new("", 1)] {
            trace.score(score);
        }
        trace.score(Score::text("empty", "")).score(Score::new("good", 1)).end();
    });
    assert_eq!(recorded.tree(), "job [span]\nscore good = 1\n");
    assert_eq!(recorded.stats().lost_to(Loss::Invalid), 4);
}

#[test]
fn scores_follow_the_sampling_of_their_trace() {
    let dir = std::env::temp_dir().join(format!("observe-scores-{}", std::process::id()));
    let guard = Config::new().without_environment().files(&dir).sample_rate(0.0).init().unwrap();
    let trace = observe::trace("job").score(Score::new("inside", 1));
    trace.end();
    Context::remote(TraceId::random(), None).run(|| observe::score_current_trace(Score::new("by id", 1)));
    let stats = guard.shutdown(Duration::from_secs(5));
    assert_eq!((stats.recorded, stats.delivered), (0, 0), "{stats}");
    let _ = std::fs::remove_dir_all(dir);
}
