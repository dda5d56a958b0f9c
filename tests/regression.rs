//! Shapes of functions on which other tracing attributes were reported to break, and every difference to them that is
//! promised.

mod compiler;

use std::fmt::Debug;
use std::future::{self, Future};
use std::pin::Pin;

use futures::StreamExt as _;
use futures::executor::block_on;
use futures::stream::{self, Stream};
use observe::testing::{captured, captured_async};
use observe::{Outcome, observe};
use serde_json::json;

/// <https://github.com/tokio-rs/tracing/issues/2857>: a mutable borrow cannot leave the closure around the body.
#[test]
fn tracing_2857_a_result_that_borrows_mutably() {
    struct Cache(Vec<u8>);
    impl Cache {
        #[observe]
        fn first(&mut self) -> Result<&mut u8, String> {
            self.0.first_mut().ok_or_else(|| "empty".to_owned())
        }
    }
    let mut cache = Cache(vec![1]);
    let (_, recorded) = captured(|| *cache.first().unwrap() += 1);
    assert_eq!(cache.0, [2]);
    assert_eq!(recorded.tree(), "first [span] → 1\n");
}

/// <https://github.com/tokio-rs/tracing/issues/2717>: an argument that is made to point at a local outlives it.
#[test]
fn tracing_2717_an_argument_assigned_from_a_local() {
    #[observe]
    fn trimmed(mut text: &str) -> Result<usize, String> {
        let local = text.repeat(2);
        text = &local;
        Ok(text.len())
    }
    let (length, recorded) = captured(|| trimmed("ab"));
    assert_eq!(length, Ok(4));
    assert_eq!(recorded.tree(), "trimmed [span] {\"text\":\"ab\"} → 4\n");
}

/// <https://github.com/tokio-rs/tracing/issues/3306>: what the body imports shadows the type in the expansion.
#[test]
fn tracing_3306_an_import_in_the_body_that_shadows_the_result_type() {
    #[derive(Debug, PartialEq)]
    struct Answer(u8);
    mod kinds {
        #[derive(Debug)]
        pub(super) enum Kind {
            Answer,
        }
    }
    #[observe]
    fn sync() -> Answer {
        let answer = Answer(1);
        {
            use kinds::Kind::*;
            assert_eq!(format!("{Answer:?}"), "Answer");
        }
        answer
    }
    #[observe]
    async fn later() -> Answers {
        use Others::*;
        assert_eq!(format!("{Answers:?}"), "Answers");
        self::Answers(2)
    }
    assert_eq!(sync(), Answer(1));
    assert_eq!(block_on(later()).0, 2);
}

struct Answers(u8);

#[derive(Debug)]
enum Others {
    Answers,
}

/// <https://github.com/tokio-rs/tracing/issues/1863>: the span of a function that returns a future covers its creation only.
#[test]
fn tracing_1863_a_future_made_by_a_plain_function() {
    #[observe]
    fn prepared(text: &str) -> impl Future<Output = usize> + use<> {
        let length = text.len();
        let future = async move {
            inner(length).await;
            length
        };
        std::convert::identity(future)
    }
    #[observe]
    async fn inner(n: usize) {
        future::ready(n).await;
    }
    let (_, recorded) = captured(|| block_on(prepared("four")));
    assert_eq!(recorded.tree(), "prepared [span] {\"text\":\"four\"} → 4\n  inner [span] {\"n\":4}\n");
}

/// <https://github.com/tokio-rs/tracing/issues/651>: `self` is recorded, which hardly anybody wants.
#[test]
fn tracing_651_the_receiver_is_left_out() {
    #[derive(Debug)]
    struct Client;
    impl Client {
        #[observe]
        fn get(&self, path: &str) -> usize {
            path.len()
        }
    }
    let (_, recorded) = captured(|| Client.get("/"));
    assert_eq!(recorded.observation("get").input, Some(json!({"path": "/"})));
}

/// <https://github.com/tokio-rs/tracing/issues/3453>: an `async fn` becomes two of them, each with frames of its own.
#[test]
fn tracing_3453_no_function_more_in_a_backtrace() {
    mod plain {
        pub(super) async fn counted_later() -> usize {
            super::future::ready(()).await;
            super::frames()
        }
    }
    mod observed {
        #[observe::observe]
        pub(super) async fn counted_later() -> usize {
            super::future::ready(()).await;
            super::frames()
        }
    }
    let plain = captured(|| block_on(plain::counted_later())).0;
    assert!(plain > 0);
    assert_eq!(captured(|| block_on(observed::counted_later())).0, plain);
}

/// How many frames of the backtrace stand in this file.
fn frames() -> usize {
    let trace = std::backtrace::Backtrace::force_capture().to_string();
    trace.matches(file!()).count()
}

/// <https://github.com/fast/fastrace/issues/172>: a stream's span ends when the stream is made.
#[test]
fn fastrace_172_a_stream_is_observed_until_its_end() {
    #[observe]
    fn counted() -> Pin<Box<dyn Stream<Item = u8> + Send>> {
        stream::iter(0..2).then(inner).boxed()
    }
    #[observe]
    async fn inner(n: u8) -> u8 {
        n
    }
    let (_, recorded) = captured(|| block_on(counted().collect::<Vec<_>>()));
    assert_eq!(recorded.tree(), "counted [span] → [0,1]\n  inner [span] {\"n\":0} → 0\n  inner [span] {\"n\":1} → 1\n");
}

/// <https://github.com/tokio-rs/tracing/issues/3320>: an argument that is compiled out.
#[test]
fn tracing_3320_an_argument_behind_cfg() {
    #[observe]
    fn sum(a: u8, #[cfg(target_os = "none")] b: u8) -> u8 {
        a + 1
    }
    let (_, recorded) = captured(|| sum(1));
    assert_eq!(recorded.tree(), "sum [span] {\"a\":1} → 2\n");
}

/// <https://github.com/fast/fastrace/pull/130>: a coercion in the tail of an `async fn`.
#[test]
fn fastrace_130_a_coercion_in_the_tail() {
    #[observe]
    async fn boxed() -> Result<Pin<Box<dyn Future<Output = u8> + Send>>, String> {
        let inner = async { 1 };
        Ok(Box::pin(async move { inner.await + 1 }))
    }
    assert_eq!(block_on(async { boxed().await.unwrap().await }), 2);
}

/// Arguments that are neither `Debug` nor `Serialize` compile; no argument needs a bound.
#[test]
fn arguments_by_type_without_bounds() {
    struct Opaque;
    #[observe]
    fn generic<T, U: Into<String>>(value: T, text: U, opaque: &Opaque) -> (T, String) {
        let _ = opaque;
        (value, text.into())
    }
    let (_, recorded) = captured(|| generic(Opaque, "text", &Opaque));
    let input = recorded.observation("generic").input.unwrap();
    assert_eq!(input["text"], "text");
    assert!(input["opaque"].as_str().is_some_and(|name| name.ends_with("Opaque")), "{input}");
}

#[test]
fn a_mutable_borrow_from_a_method() {
    struct List(Vec<u8>);
    impl List {
        #[observe]
        fn first(&mut self) -> &mut u8 {
            &mut self.0[0]
        }
    }
    let mut list = List(vec![1]);
    *list.first() = 3;
    assert_eq!(list.0, [3]);
}

#[test]
fn a_function_that_never_returns() {
    #[observe]
    fn sync() -> ! {
        std::panic::panic_any("left")
    }
    #[observe]
    async fn later() -> ! {
        future::ready(()).await;
        sync()
    }
    let (result, recorded) = captured(|| std::panic::catch_unwind(|| block_on(later())));
    assert!(result.is_err());
    assert_eq!(recorded.tree(), "later [span] ERROR \"panicked: left\"\n  sync [span] ERROR \"panicked: left\"\n");
}

#[test]
fn an_early_return_with_a_coercion_in_an_async_function() {
    #[observe]
    async fn shown(n: u8) -> Box<dyn Debug> {
        if n == 0 {
            return Box::new(1);
        }
        Box::new("x")
    }
    assert_eq!(format!("{:?}{:?}", block_on(shown(0)), block_on(shown(1))), "1\"x\"");
}

#[test]
fn a_future_in_any_form() {
    #[observe]
    fn opaque(n: u8) -> impl Future<Output = u8> + Send {
        future::ready(n + 1)
    }
    #[observe]
    fn boxed(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
        let later = opaque(n);
        Box::pin(later)
    }
    let (_, recorded) = captured(|| block_on(boxed(1)));
    assert_eq!(
        recorded.tree(),
        "boxed [span] {\"n\":1} → 2\nopaque [span] {\"n\":1} → 2\n".replace("\nopaque", "\n  opaque")
    );
}

#[test]
fn a_stream_in_any_form() {
    type Bytes = Pin<Box<dyn Stream<Item = u8> + Send>>;
    #[observe]
    fn opaque() -> impl Stream<Item = u8> {
        stream::iter(0..2)
    }
    #[observe]
    fn aliased() -> Bytes {
        stream::iter(0..2).boxed()
    }
    #[observe]
    async fn in_a_result() -> Result<Bytes, String> {
        Ok(stream::iter(0..2).boxed())
    }
    let (_, recorded) = captured(|| {
        block_on(async {
            (opaque().count().await, aliased().count().await, in_a_result().await.unwrap().count().await)
        })
    });
    assert_eq!(recorded.tree(), "opaque [span] → [0,1]\naliased [span] → [0,1]\nin_a_result [span] → [0,1]\n");
}

#[test]
fn an_async_trait_on_either_side() {
    #[async_trait::async_trait]
    trait Model {
        async fn answer(&self, question: &str) -> usize;
    }
    struct Below;
    #[async_trait::async_trait]
    impl Model for Below {
        #[observe]
        async fn answer(&self, question: &str) -> usize {
            future::ready(()).await;
            question.len()
        }
    }
    struct Above;
    #[observe]
    #[async_trait::async_trait]
    impl Model for Above {
        async fn answer(&self, question: &str) -> usize {
            future::ready(()).await;
            question.len()
        }
    }
    let (_, recorded) = captured(|| block_on(Below.answer("why?")) + block_on(Above.answer("how?")));
    assert_eq!(
        recorded.tree(),
        "answer [span] {\"question\":\"why?\"} → 4\nanswer [span] {\"question\":\"how?\"} → 4\n"
    );
}

/// Without `err`, and for any error.
#[test]
fn an_error_needs_no_option_and_no_trait() {
    struct Lost;
    #[observe]
    fn find(fail: bool) -> Result<u8, Lost> {
        if fail { Err(Lost) } else { Ok(1) }
    }
    let (_, recorded) = captured(|| (find(true).is_err(), find(false).is_ok()));
    let outcomes: Vec<_> = recorded.observations().iter().map(|observation| observation.outcome).collect();
    assert_eq!(outcomes, [Outcome::Error, Outcome::Ok]);
}

#[test]
fn an_early_return_and_a_question_mark_end_the_call() {
    #[observe]
    fn parsed(text: &str) -> Result<u8, std::num::ParseIntError> {
        if text.is_empty() {
            return Ok(0);
        }
        let number = text.parse::<u8>()?;
        Ok(number)
    }
    let (_, recorded) = captured(|| (parsed(""), parsed("1"), parsed("x").is_err()));
    assert_eq!(
        recorded.tree(),
        "parsed [span] {\"text\":\"\"} → 0\nparsed [span] {\"text\":\"1\"} → 1\n\
         parsed [span] {\"text\":\"x\"} → {\"error\":\"invalid digit found in string\"} ERROR \"invalid digit found in string\"\n"
    );
}

#[test]
fn a_panic_and_a_cancellation_have_an_outcome() {
    #[observe]
    async fn never() {
        future::pending::<()>().await;
    }
    #[observe]
    fn explodes() {
        std::panic::panic_any("boom");
    }
    let (_, recorded) = captured(|| {
        let mut future = Box::pin(never());
        let _ = block_on(async { futures::poll!(&mut future) });
        std::panic::catch_unwind(explodes).is_err()
    });
    let outcome = |name: &str| recorded.observation(name).outcome;
    assert_eq!((outcome("never"), outcome("explodes")), (Outcome::Cancelled, Outcome::Panicked));
}

#[tokio::test]
async fn a_spawned_call_keeps_its_parent() {
    #[observe]
    async fn parent() {
        tokio::spawn(child()).await.unwrap();
    }
    #[observe]
    async fn child() {
        tokio::task::yield_now().await;
    }
    let ((), recorded) = captured_async(parent).await;
    assert_eq!(recorded.tree(), "parent [span]\n  child [span]\n");
}

/// What the signature says decides types that the body leaves open.
#[test]
fn items_and_outputs_whose_types_the_body_leaves_open() {
    #[observe]
    fn nothing() -> impl Stream<Item = u8> {
        stream::empty()
    }
    #[observe]
    fn none() -> impl Future<Output = Option<u8>> {
        future::ready(None)
    }
    let ((), recorded) = captured(|| {
        assert!(block_on(nothing().collect::<Vec<_>>()).is_empty());
        assert_eq!(block_on(none()), None);
    });
    assert_eq!(recorded.tree(), "nothing [span] → []\nnone [span] → null\n");
}

/// An option that is none is neither ignored nor the end of the function: one error each, at its token.
#[test]
fn a_bad_option_is_an_error_and_the_item_stays() {
    let said = compiler::said("regression", &["check"]);
    let source: Vec<&str> = include_str!("regression/bad_options.rs").lines().collect();
    let token = |place: &compiler::Place| {
        let ((line, from), (_, to)) = (place.from, place.to);
        let at = |number: u64| usize::try_from(number - 1).unwrap();
        source[at(line)][at(from)..at(to)].to_owned()
    };
    let errors: Vec<_> =
        said["bad_options"].observed.iter().map(|message| (message, token(&message.places[0]))).collect();
    assert!(errors.iter().all(|(message, _)| message.level == "error"), "{errors:?}");
    let mut tokens: Vec<_> = errors.into_iter().map(|(_, token)| token).collect();
    tokens.sort();
    assert_eq!(tokens, ["\"llm\"", "1", "levle", "nmae", "questoin"]);
    assert!(said["bad_options"].plain.is_empty());
}
