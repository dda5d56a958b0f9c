//! Exactly one outcome for each call: ok, error, panicked, cancelled, not ended.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use observe::testing::{captured, captured_async};
use observe::{Level, Outcome, observe};
use serde_json::json;

#[derive(Debug)]
struct Outer(std::io::Error);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the index cannot be read")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_error_is_told_with_its_sources() {
    #[observe]
    fn fails() -> Result<u32, Outer> {
        Err(Outer(std::io::Error::other("disk on fire")))
    }
    let (result, recorded) = captured(fails);
    assert!(result.is_err());
    let call = recorded.observation("fails");
    assert_eq!(call.outcome, Outcome::Error);
    assert_eq!(call.level, Level::Error);
    assert_eq!(call.status_message.as_deref(), Some("the index cannot be read: disk on fire"));
    assert_eq!(call.output, Some(json!({"error": "the index cannot be read: disk on fire"})));
}

#[test]
fn every_kind_of_error_has_a_text() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by Debug")]
    struct OnlyDebug(u32);
    struct Nothing;
    #[observe]
    fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err("boxed")?
    }
    #[observe]
    fn anyhow() -> anyhow::Result<()> {
        Err(anyhow::anyhow!("inner").context("outer"))
    }
    #[observe]
    fn text() -> Result<(), &'static str> {
        Err("text")
    }
    #[observe]
    fn debug() -> Result<(), OnlyDebug> {
        Err(OnlyDebug(3))
    }
    #[observe]
    fn nothing() -> Result<(), Nothing> {
        Err(Nothing)
    }
    let (_, recorded) = captured(|| {
        let _ = (boxed(), anyhow(), text(), debug(), nothing());
    });
    let message = |name: &str| recorded.observation(name).status_message.unwrap();
    assert_eq!(message("boxed"), "boxed");
    assert_eq!(message("anyhow"), "outer: inner");
    assert_eq!(message("text"), "text");
    assert_eq!(message("debug"), "OnlyDebug(3)");
    assert!(message("nothing").contains("Nothing"), "{}", message("nothing"));
}

#[test]
fn a_value_in_ok_is_the_output_and_none_is_no_error() {
    #[observe]
    fn ok(n: u32) -> Result<u32, String> {
        let half = if n.is_multiple_of(2) { n / 2 } else { return Err("odd".to_owned()) };
        Ok(half)
    }
    #[observe]
    fn none() -> Option<u32> {
        None
    }
    let (_, recorded) = captured(|| (ok(4), none()));
    assert_eq!(recorded.tree(), "ok [span] {\"n\":4} → 2\nnone [span] → null\n");
}

#[test]
fn a_panic_is_told_and_goes_on() {
    #[observe]
    fn inner() {
        panic!("deep");
    }
    #[observe]
    fn outer() {
        inner();
    }
    #[observe]
    fn survivor() {
        let _ = catch_unwind(outer);
    }
    let ((), recorded) = captured(survivor);
    assert_eq!(
        recorded.tree(),
        "survivor [span]\n  outer [span] ERROR \"panicked\"\n    inner [span] ERROR \"panicked\"\n"
    );
    assert_eq!(recorded.observation("inner").outcome, Outcome::Panicked);
}

#[tokio::test]
async fn a_panic_in_a_future_is_told_also_when_the_runtime_catches_it() {
    #[observe]
    async fn inner() {
        tokio::task::yield_now().await;
        panic!("deep");
    }
    #[observe]
    async fn spawning() {
        let _ = tokio::spawn(inner()).await;
        let _ = AssertUnwindSafe(inner()).catch_unwind().await;
    }
    let ((), recorded) = captured_async(spawning).await;
    assert_eq!(
        recorded.tree(),
        "spawning [span]\n  inner [span] ERROR \"panicked\"\n  inner [span] ERROR \"panicked\"\n"
    );
}

#[tokio::test]
async fn a_future_dropped_before_its_end_is_cancelled() {
    #[observe]
    async fn never() {
        std::future::pending::<()>().await;
    }
    let (_, recorded) = captured_async(|| async {
        let mut future = Box::pin(never());
        assert!(futures::poll!(&mut future).is_pending());
    })
    .await;
    let call = recorded.observation("never");
    assert_eq!((call.outcome, call.level), (Outcome::Cancelled, Level::Warning));
    assert_eq!(call.status_message.as_deref(), Some("cancelled"));
}

#[test]
fn a_destructor_of_a_cancelled_future_runs_inside_its_observation() {
    struct Farewell;
    impl Drop for Farewell {
        fn drop(&mut self) {
            observe::event("farewell");
        }
    }
    #[observe]
    async fn never() {
        let _farewell = Farewell;
        std::future::pending::<()>().await;
    }
    let (_, recorded) = captured(|| {
        let mut future = Box::pin(never());
        assert!(future.as_mut().now_or_never().is_none());
    });
    assert_eq!(recorded.tree(), "never [span] WARNING \"cancelled\"\n  farewell [event]\n");
}

#[test]
fn what_is_still_open_says_so() {
    let (_, recorded) = captured(|| {
        let _ = observe::span("open").input(1);
    });
    assert_eq!(recorded.tree(), "open [span] 1 WARNING \"not ended\"\n");
    assert_eq!(recorded.observation("open").outcome, Outcome::Unfinished);
}

#[test]
fn what_a_user_says_beats_the_outcome() {
    #[observe]
    fn handled() -> Result<(), String> {
        observe::update_current_observation(|o| o.level(Level::Warning).status_message("retried").output(0));
        Err("boom".to_owned())
    }
    let (_, recorded) = captured(handled);
    assert_eq!(recorded.tree(), "handled [span] → 0 WARNING \"retried\"\n");
}
