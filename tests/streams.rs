//! A returned stream is observed until it ends or is dropped.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures::stream::{self, BoxStream, Stream, StreamExt};
use observe::testing::{Recorded, captured};
use observe::{Level, Outcome, observe};
use serde::Serialize;

type Tokens = Pin<Box<dyn Stream<Item = Result<String, std::fmt::Error>> + Send>>;

fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    futures::executor::block_on(stream.collect())
}

fn take<S: Stream>(stream: S, count: usize) -> Vec<S::Item> {
    all(stream.take(count))
}

#[observe]
fn words(text: &str) -> impl Stream<Item = String> + use<> {
    let words: Vec<_> = text.split_inclusive(' ').map(str::to_owned).collect();
    stream::iter(words)
}

#[observe]
fn numbers(count: u8) -> BoxStream<'static, u8> {
    stream::iter(0..count).boxed()
}

#[observe(as_type = "generation")]
async fn chat(question: &str) -> Result<Tokens, String> {
    if question.is_empty() {
        return Err("no question".to_owned());
    }
    let answer = [Ok("An ".to_owned()), Ok("answer".to_owned()), Err(std::fmt::Error), Ok("!".to_owned())];
    Ok(stream::iter(answer).boxed())
}

#[test]
fn complete_its_items_are_the_output() {
    let (items, recorded) = captured(|| all(words("what is \"it\"?")));
    assert_eq!(items.concat(), "what is \"it\"?");
    assert_eq!(recorded.tree(), "words [span] {\"text\":\"what is \\\"it\\\"?\"} → \"what is \\\"it\\\"?\"\n");

    let (_, recorded) = captured(|| all(numbers(3)));
    assert_eq!(recorded.tree(), "numbers [span] {\"count\":3} → [0,1,2]\n");

    let (_, recorded) = captured(|| all(numbers(0)));
    assert_eq!(recorded.tree(), "numbers [span] {\"count\":0} → []\n");
}

#[test]
fn texts_are_joined_whatever_is_in_them() {
    #[observe]
    fn texts() -> impl Stream<Item = &'static str> {
        stream::iter([
            "",
            "é\n",
            "\"quoted\"",
            "",
            "; base64",
            "data:image/png;base64,iVBORw0KGgo=",
            " and \u{1}",
            "so on, and so on, and so on, and so on",
        ])
    }
    #[observe]
    fn nothing() -> impl Stream<Item = &'static str> {
        stream::iter([""])
    }
    let (_, recorded) = captured(|| (all(texts()), all(nothing())));
    let output =
        r#""é\n\"quoted\"; base64data:image/png;base64,<8 bytes> and \u0001so on, and so on, and so on, and so on""#;
    assert_eq!(recorded.tree(), format!("texts [span] → {output}\nnothing [span] → \"\"\n"));
}

#[test]
fn strings_of_other_types_are_joined_and_a_mixture_is_listed() {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Part {
        Text(&'static str),
        Count(u8),
    }
    #[observe]
    fn parts(parts: Vec<Part>) -> impl Stream<Item = Part> {
        stream::iter(parts)
    }
    let run = |items| captured(|| all(parts(items))).1.observation("parts").output.unwrap().to_string();
    assert_eq!(run(vec![Part::Text("a \\ "), Part::Text("b")]), r#""a \\ b""#);
    assert_eq!(run(vec![Part::Text("a"), Part::Count(1), Part::Text("b")]), r#"["a",1,"b"]"#);
}

#[test]
fn what_showing_an_item_calls_is_not_recorded() {
    struct Loud;
    #[observe]
    fn shown() -> &'static str {
        "shown"
    }
    impl Serialize for Loud {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(shown())
        }
    }
    #[observe]
    fn loud() -> impl Stream<Item = Loud> {
        stream::iter([Loud, Loud])
    }
    let (_, recorded) = captured(|| all(loud()));
    assert_eq!(recorded.tree(), "loud [span] → \"shownshown\"\n");
}

#[test]
fn dropped_half_way_it_keeps_what_came() {
    let (items, recorded) = captured(|| take(words("one two three"), 2));
    assert_eq!(items, ["one ", "two "]);
    assert_eq!(recorded.tree(), "words [span] {\"text\":\"one two three\"} → \"one two \" WARNING \"cancelled\"\n");
    assert_eq!(recorded.observation("words").outcome, Outcome::Cancelled);
}

#[test]
fn failing_half_way_it_keeps_the_items_and_the_error() {
    let run = |count| captured(|| futures::executor::block_on(chat("why?")).map(|stream| take(stream, count).len()));
    let tree = "chat [generation] {\"question\":\"why?\"} → \"An answer!\" ERROR \"an error occurred when formatting an argument\"\n";
    assert_eq!(run(9).1.tree(), tree);
    // Who stops at the error drops the stream.
    assert_eq!(run(3).1.tree(), tree.replace("answer!", "answer"));
    let chat = run(3).1.observation("chat");
    assert_eq!((chat.outcome, chat.level), (Outcome::Error, Level::Error));
}

#[test]
fn an_error_instead_of_it_ends_the_call() {
    let (result, recorded) = captured(|| futures::executor::block_on(chat("")).map(|_| ()));
    assert_eq!(result, Err("no question".to_owned()));
    assert_eq!(
        recorded.tree(),
        "chat [generation] {\"question\":\"\"} → {\"error\":\"no question\"} ERROR \"no question\"\n"
    );
}

#[test]
fn failing_at_once_the_error_is_the_output() {
    #[observe]
    fn broken() -> impl Stream<Item = Result<u8, String>> {
        stream::iter([Err("broken".to_owned())])
    }
    let (_, recorded) = captured(|| all(broken()));
    assert_eq!(recorded.tree(), "broken [span] → {\"error\":\"broken\"} ERROR \"broken\"\n");
}

#[test]
fn never_polled_it_was_cancelled() {
    let ((), recorded) = captured(|| drop(words("one two")));
    assert_eq!(recorded.tree(), "words [span] {\"text\":\"one two\"} WARNING \"cancelled\"\n");
}

#[test]
fn polled_on_two_threads_in_turn_it_is_one_observation_and_the_parent_of_what_it_calls() {
    #[observe]
    fn step(n: u8) -> u8 {
        n
    }
    #[observe]
    fn steps() -> BoxStream<'static, u8> {
        stream::iter(0..3).map(step).boxed()
    }
    let (rest, recorded) = captured(|| {
        let mut stream = steps();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| futures::executor::block_on(stream.next())).join().unwrap();
            assert_eq!(first, Some(0));
        });
        all(stream)
    });
    assert_eq!(rest, [1, 2]);
    assert_eq!(
        recorded.tree(),
        "steps [span] → [0,1,2]\n  step [span] {\"n\":0} → 0\n  step [span] {\"n\":1} → 1\n  step [span] {\"n\":2} → 2\n"
    );
}

#[test]
fn its_first_item_is_the_start_of_the_completion() {
    let (_, recorded) = captured(|| all(words("one two")));
    let words = recorded.observation("words");
    let first = words.completion_start_time.unwrap();
    assert!(words.start <= first && first <= words.end);

    let (_, recorded) = captured(|| all(numbers(0)));
    assert_eq!(recorded.observation("numbers").completion_start_time, None);

    #[observe]
    fn broken() -> impl Stream<Item = Result<u8, &'static str>> {
        stream::iter([Err("broken"), Err("for good")])
    }
    let (_, recorded) = captured(|| all(broken()));
    assert_eq!(recorded.observation("broken").completion_start_time, None);
}

#[test]
fn a_completion_start_that_the_user_set_stays() {
    let set = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    #[observe]
    fn words(set: std::time::SystemTime) -> impl Stream<Item = u8> {
        stream::iter(0..2).inspect(move |_| observe::update_current_observation(|o| o.completion_start_time(set)))
    }
    let (_, recorded) = captured(|| all(words(set)));
    assert_eq!(recorded.observation("words").completion_start_time, Some(set));
}

#[derive(Serialize)]
struct Chunk {
    delta: &'static str,
    tokens: u32,
}

#[derive(Default, Serialize)]
struct Answer {
    text: String,
    tokens: u32,
}

fn fold(answer: &mut Answer, chunk: &Chunk) {
    answer.text += chunk.delta;
    answer.tokens += chunk.tokens;
}

fn chunks() -> [Chunk; 2] {
    [Chunk { delta: "An ", tokens: 1 }, Chunk { delta: "answer", tokens: 2 }]
}

#[test]
fn a_fold_of_ones_own_makes_the_output() {
    #[observe(collect = fold)]
    fn opaque() -> impl Stream<Item = Chunk> {
        stream::iter(chunks())
    }
    #[observe(collect = fold)]
    async fn boxed(fail: bool) -> Result<Pin<Box<dyn Stream<Item = Result<Chunk, String>> + Send>>, String> {
        let end = fail.then(|| Err("lost".to_owned()));
        Ok(Box::pin(stream::iter(chunks().map(Ok).into_iter().chain(end))))
    }
    let output = r#"{"text":"An answer","tokens":3}"#;
    let (_, recorded) = captured(|| all(opaque()));
    assert_eq!(recorded.tree(), format!("opaque [span] → {output}\n"));
    let (_, recorded) = captured(|| futures::executor::block_on(boxed(true)).map(|stream| all(stream).len()));
    assert_eq!(recorded.tree(), format!("boxed [span] {{\"fail\":true}} → {output} ERROR \"lost\"\n"));
    let (_, recorded) = captured(|| futures::executor::block_on(boxed(false)).map(|stream| take(stream, 1).len()));
    assert_eq!(
        recorded.tree(),
        "boxed [span] {\"fail\":false} → {\"text\":\"An \",\"tokens\":1} WARNING \"cancelled\"\n"
    );
}

#[test]
fn a_fold_that_panics_harms_nobody() {
    fn fold(_: &mut String, item: &u8) {
        assert!(*item < 1, "too large");
    }
    #[observe(collect = fold)]
    fn items() -> impl Stream<Item = u8> {
        stream::iter(0..3)
    }
    let (items, recorded) = captured(|| all(items()));
    assert_eq!(items, [0, 1, 2]);
    assert_eq!(recorded.observation("items").outcome, Outcome::Ok);
}

#[test]
fn without_output_only_its_outcome_is_recorded() {
    #[observe(capture_output = false)]
    fn silent() -> impl Stream<Item = Result<u8, String>> {
        stream::iter([Ok(1), Err("secret".to_owned())])
    }
    #[observe(capture_output = false)]
    fn complete() -> BoxStream<'static, u8> {
        stream::iter(0..2).boxed()
    }
    let (_, recorded) = captured(|| (all(silent()), all(complete())));
    assert_eq!(recorded.tree(), "silent [span] ERROR \"secret\"\ncomplete [span]\n");
}

#[test]
fn a_panic_half_way_keeps_what_came() {
    #[observe]
    fn explosive() -> impl Stream<Item = u8> {
        stream::iter(0..3).inspect(|n| assert!(*n < 2, "boom"))
    }
    let (result, recorded) = captured(|| std::panic::catch_unwind(|| all(explosive())));
    assert!(result.is_err());
    assert_eq!(recorded.tree(), "explosive [span] → [0,1] ERROR \"panicked: boom\"\n");
}

#[test]
fn what_is_kept_of_it_is_bounded() {
    const ITEM: usize = 1 << 16;
    #[observe]
    fn endless() -> impl Stream<Item = String> {
        stream::iter(0..100).map(|_| "x".repeat(ITEM))
    }
    #[observe]
    fn arrays() -> impl Stream<Item = Vec<String>> {
        stream::iter(0..100).map(|_| vec!["x".repeat(ITEM)])
    }
    fn output(recorded: &Recorded, name: &str) -> String {
        let output = recorded.observation(name).output.unwrap().to_string();
        assert!(output.len() < (1 << 20) + ITEM + 200, "{}", output.len());
        output
    }
    #[observe]
    fn words() -> impl Stream<Item = &'static str> {
        stream::iter(0..300_000).map(|_| "word")
    }
    let (count, recorded) = captured(|| (all(endless()).len(), all(arrays()).len(), all(words()).len()));
    assert_eq!(count, (100, 100, 300_000));
    assert!(output(&recorded, "endless").ends_with(" more]\""));
    assert!(output(&recorded, "arrays").ends_with(" more]\"]"));
    // The opening quote counts: of one word there is room for three bytes.
    let text = "word".repeat((1 << 18) - 1);
    let rest = 300_000 - (1 << 18);
    let expected = format!("\"{text}wor…[truncated, 4 bytes in all]…[truncated, {rest} more]\"");
    assert!(output(&recorded, "words") == expected, "cut elsewhere");
}

#[test]
fn each_poll_runs_inside_it_and_so_does_its_drop() {
    struct Farewell;
    impl Drop for Farewell {
        fn drop(&mut self) {
            observe::event("farewell");
        }
    }
    #[observe]
    fn events() -> impl Stream<Item = u8> {
        let farewell = Farewell;
        stream::poll_fn(move |_| {
            let _ = &farewell;
            observe::event("polled");
            Poll::Ready(Some(1))
        })
    }
    let (_, recorded) = captured(|| take(events(), 1));
    assert_eq!(recorded.tree(), "events [span] → [1] WARNING \"cancelled\"\n  polled [event]\n  farewell [event]\n");
}

#[test]
fn after_its_end_it_goes_on_as_the_plain_one() {
    #[observe]
    fn gaps() -> impl Stream<Item = u8> {
        let mut n = 0;
        stream::poll_fn(move |_| {
            n += 1;
            Poll::Ready((n % 2 == 1).then_some(n))
        })
    }
    let (seen, recorded) = captured(|| {
        let mut stream = pin!(gaps());
        let mut context = Context::from_waker(Waker::noop());
        [(); 4].map(|()| stream.as_mut().poll_next(&mut context))
    });
    assert_eq!(seen, [Some(1), None, Some(3), None].map(Poll::Ready));
    assert_eq!(recorded.tree(), "gaps [span] → [1]\n");
}

#[test]
fn boxed_futures_of_streams_are_followed_to_the_end() {
    #[async_trait::async_trait]
    trait Model {
        async fn stream(&self, question: &str) -> Result<BoxStream<'static, String>, String>;
    }
    struct Echo;
    #[async_trait::async_trait]
    impl Model for Echo {
        #[observe]
        async fn stream(&self, question: &str) -> Result<BoxStream<'static, String>, String> {
            let words: Vec<_> = words(question).collect().await;
            Ok(stream::iter(words).boxed())
        }
    }
    let (items, recorded) = captured(|| futures::executor::block_on(Echo.stream("a b")).map(all));
    assert_eq!(items, Ok(vec!["a ".to_owned(), "b".to_owned()]));
    assert_eq!(
        recorded.tree(),
        "stream [span] {\"question\":\"a b\"} → \"a b\"\n  words [span] {\"text\":\"a b\"} → \"a b\"\n"
    );
}

#[test]
fn iterators_are_left_alone() {
    #[observe]
    fn both_ends(list: &[u8]) -> impl DoubleEndedIterator<Item = u8> + Clone {
        list.iter().copied()
    }
    let (items, recorded) = captured(|| both_ends(&[1, 2]).rev().collect::<Vec<_>>());
    assert_eq!(items, [2, 1]);
    assert_eq!(recorded.observation("both_ends").outcome, Outcome::Ok);
}
