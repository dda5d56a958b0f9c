//! Exactly one outcome for each call: ok, error, panicked, cancelled, not ended.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

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
        "survivor [span]\n  outer [span] ERROR \"panicked: deep\"\n    inner [span] ERROR \"panicked: deep\"\n"
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
        "spawning [span]\n  inner [span] ERROR \"panicked: deep\"\n  inner [span] ERROR \"panicked: deep\"\n"
    );
}

#[test]
fn a_panic_says_what_it_was_thrown_with_if_that_is_a_text() {
    #[observe]
    fn literal() {
        panic!("a literal");
    }
    #[observe]
    fn formatted(n: u8) {
        panic!("{n} of 42");
    }
    #[observe]
    fn asserted(n: u8) {
        assert_eq!(n, 2, "not two");
    }
    #[observe]
    fn unwrapped() -> u8 {
        "x".parse().expect("a number")
    }
    #[observe]
    fn thrown() {
        std::panic::panic_any(42);
    }
    let (_, recorded) = captured(|| {
        (
            catch_unwind(literal).is_err(),
            catch_unwind(|| formatted(1)).is_err(),
            catch_unwind(|| asserted(1)).is_err(),
            catch_unwind(unwrapped).is_err(),
            catch_unwind(thrown).is_err(),
        )
    });
    let message = |name: &str| recorded.observation(name).status_message.unwrap();
    assert_eq!(message("literal"), "panicked: a literal");
    assert_eq!(message("formatted"), "panicked: 1 of 42");
    assert_eq!(message("asserted"), "panicked: assertion `left == right` failed: not two\n  left: 1\n right: 2");
    assert_eq!(message("unwrapped"), "panicked: a number: ParseIntError { kind: InvalidDigit }");
    assert_eq!(message("thrown"), "panicked");
}

#[test]
fn a_panic_goes_on_with_what_it_was_thrown_with_and_is_reported_once() {
    static REPORTS: AtomicUsize = AtomicUsize::new(0);
    struct Thrown(Box<u8>);
    #[observe]
    fn inner(thrown: Thrown) {
        std::panic::panic_any(thrown);
    }
    #[observe]
    async fn outer(thrown: Thrown) {
        std::future::ready(()).await;
        inner(thrown);
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().is::<Thrown>() {
            REPORTS.fetch_add(1, Ordering::Relaxed);
        } else {
            before(info);
        }
    }));
    let thrown = Thrown(Box::new(7));
    let place = std::ptr::from_ref(&*thrown.0);
    let (caught, recorded) = captured(|| catch_unwind(AssertUnwindSafe(|| outer(thrown).now_or_never())));
    let thrown = caught.unwrap_err().downcast::<Thrown>().expect("what was thrown");
    assert!(std::ptr::eq(place, &*thrown.0) && *thrown.0 == 7);
    assert_eq!(REPORTS.load(Ordering::Relaxed), 1);
    assert!(!std::thread::panicking());
    let outcomes: Vec<_> = recorded.observations().iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [Outcome::Panicked, Outcome::Panicked]);
}

#[test]
fn destructors_see_the_panic_as_they_would() {
    struct Sees(&'static AtomicUsize);
    impl Drop for Sees {
        fn drop(&mut self) {
            if std::thread::panicking() {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    static PANICKING: AtomicUsize = AtomicUsize::new(0);
    #[observe]
    fn inner(_argument: Sees) {
        let _local = Sees(&PANICKING);
        panic!("seen");
    }
    #[observe]
    fn outer() {
        let _local = Sees(&PANICKING);
        inner(Sees(&PANICKING));
    }
    let (result, _) = captured(|| catch_unwind(outer));
    assert!(result.is_err());
    assert_eq!(PANICKING.load(Ordering::Relaxed), 3);
}

#[test]
fn the_text_of_a_panic_is_bounded() {
    #[observe]
    fn shouts(text: String) {
        std::panic::panic_any(text);
    }
    let (_, recorded) = captured(|| catch_unwind(|| shouts("é".repeat(1 << 20))));
    let message = recorded.observation("shouts").status_message.unwrap();
    assert!(message.starts_with("panicked: éé") && message.ends_with("…[truncated]"));
    assert!(message.len() < (1 << 20) + 100, "{}", message.len());
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
