//! Arguments and results by what their types can do, without a bound on any of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use observe::observe;
use observe::testing::captured;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Doc {
    id: u32,
    title: &'static str,
}

#[derive(Debug)]
#[expect(dead_code, reason = "shown by Debug")]
struct OnlyDebug {
    n: u32,
}

struct OnlyDisplay;

impl fmt::Display for OnlyDisplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("displayed")
    }
}

struct Text(String);

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

struct Nothing;

trait Tool {}
impl Tool for Nothing {}

/// The input that a call recorded.
fn input(call: impl FnOnce()) -> Value {
    let ((), recorded) = captured(call);
    recorded.observations()[0].input.clone().unwrap_or(Value::Null)
}

#[test]
fn each_by_the_strongest_thing_it_can_do() {
    #[observe]
    #[expect(clippy::too_many_arguments, reason = "one of each")]
    fn all(
        doc: Doc,
        docs: &[Doc],
        option: Option<&str>,
        debug: OnlyDebug,
        display: OnlyDisplay,
        text: Text,
        nothing: Nothing,
        tool: &dyn Tool,
        numbers: (u8, f64),
    ) {
        let _ = (doc.id, docs.len(), option, debug, display, text.0, nothing, std::ptr::from_ref(tool), numbers);
    }
    let call = || {
        let doc = || Doc { id: 1, title: "a" };
        let text = Text("text".to_owned());
        all(doc(), &[doc()], Some("x"), OnlyDebug { n: 1 }, OnlyDisplay, text, Nothing, &Nothing, (1, 0.5));
    };
    let got = input(call);
    let doc = json!({"id": 1, "title": "a"});
    assert_eq!(got["doc"], doc);
    assert_eq!(got["docs"], json!([doc]));
    assert_eq!(got["option"], "x");
    assert_eq!(got["debug"], "OnlyDebug { n: 1 }");
    assert_eq!(got["display"], "displayed");
    assert_eq!(got["text"], "text");
    assert!(got["nothing"].as_str().unwrap().contains("Nothing"), "{got}");
    assert!(got["tool"].as_str().unwrap().contains("Tool"), "{got}");
    assert_eq!(got["numbers"], json!([1, 0.5]));
}

#[test]
fn generic_arguments_by_their_bounds_or_by_what_they_turn_out_to_be() {
    #[observe]
    fn serialize<T: Serialize>(x: T) {
        let _ = serde_json::to_string(&x);
    }
    #[observe]
    fn debug(x: impl fmt::Debug) {
        let _ = format!("{x:?}");
    }
    #[observe]
    fn prompt(prompt: impl Into<String>) -> usize {
        prompt.into().len()
    }
    #[observe]
    fn anything<T>(x: T) {
        drop(x);
    }
    assert_eq!(input(|| serialize(vec![1])), json!({"x": [1]}));
    assert_eq!(input(|| debug(OnlyDebug { n: 2 })), json!({"x": "OnlyDebug { n: 2 }"}));
    assert_eq!(input(|| _ = prompt("what?")), json!({"prompt": "what?"}));
    assert_eq!(input(|| _ = prompt("what?".to_owned())), json!({"prompt": "what?"}));
    assert_eq!(input(|| _ = prompt(Cow::Borrowed("what?"))), json!({"prompt": "what?"}));
    assert_eq!(input(|| anything(7_u64)), json!({"x": 7}));
    assert_eq!(input(|| anything(Arc::<str>::from("shared"))), json!({"x": "shared"}));
    assert!(input(|| anything(Nothing))["x"].as_str().unwrap().contains("Nothing"));
}

#[test]
fn secrets_bytes_and_data_uris_stay_out() {
    #[observe]
    fn login(user: &str, password: &str, api_key: String, max_tokens: u32, body: Vec<u8>, image: &str) {
        let _ = (user, password, api_key, max_tokens, body, image);
    }
    let image = format!("data:image/png;base64,{}", "QUJD".repeat(100));
    let got = input(|| login("ada", "hunter2", "sk-1".to_owned(), 5, vec![0; 300], &image));
    assert_eq!(got["user"], "ada");
    assert_eq!(got["password"], "[redacted]");
    assert_eq!(got["api_key"], "[redacted]");
    assert_eq!(got["max_tokens"], 5);
    assert_eq!(got["body"], "<300 bytes>");
    assert_eq!(got["image"], "data:image/png;base64,<300 bytes>");
}

#[test]
fn a_capture_that_panics_or_fails_harms_nobody() {
    struct Explosive;
    impl Serialize for Explosive {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("in Serialize")
        }
    }
    struct Failing;
    impl Serialize for Failing {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("cannot"))
        }
    }
    #[observe]
    fn call(explosive: &Explosive, failing: &Failing, fine: u32) -> u32 {
        let _ = (std::ptr::from_ref(explosive), std::ptr::from_ref(failing));
        fine
    }
    let (out, recorded) = captured(|| call(&Explosive, &Failing, 3));
    assert_eq!(out, 3);
    let input = recorded.observation("call").input.unwrap();
    assert_eq!(input["explosive"], "<capture panicked>");
    assert!(input["failing"].as_str().unwrap().contains("cannot"), "{input}");
    assert_eq!(input["fine"], 3);
}

#[test]
fn a_huge_value_is_cut_and_still_json() {
    #[observe]
    fn call(text: &str, map: &HashMap<(u8, u8), u8>) -> usize {
        map.len() + text.len()
    }
    let text = "é".repeat(10_000_000);
    let (_, recorded) = captured(|| call(&text, &HashMap::from([((1, 2), 3)])));
    let input = recorded.observation("call").input.unwrap();
    let captured = input["text"].as_str().unwrap();
    assert!(captured.len() < 1_100_000 && captured.contains("20000000 bytes"), "{}", captured.len());
    assert_eq!(input["map"], json!({"[1,2]": 3}));
}

#[test]
fn calls_made_by_a_capture_are_not_recorded() {
    struct Curious;
    impl Serialize for Curious {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_u32(helper())
        }
    }
    #[observe]
    fn helper() -> u32 {
        7
    }
    #[observe]
    fn call(x: &Curious) -> u32 {
        let _ = std::ptr::from_ref(x);
        helper()
    }
    let (_, recorded) = captured(|| call(&Curious));
    assert_eq!(recorded.tree(), "call [span] {\"x\":7} → 7\n  helper [span] → 7\n");
}

mod spelt_alike {
    #![allow(non_camel_case_types, clippy::builtin_type_shadow, reason = "that is what they are called")]
    #![allow(clippy::needless_pass_by_value, reason = "arguments are passed to be captured")]

    use observe::observe;
    use observe::testing::captured;

    #[derive(Debug)]
    struct u32(u8);

    #[derive(Debug)]
    struct str(u8);

    #[observe]
    fn of_ones_own(a: u32, b: &str, c: &u32) -> u8 {
        a.0 + b.0 + c.0
    }

    #[observe]
    fn of_a_parameter<u64: Copy>(a: u64, b: u64) -> (u64, u64) {
        (a, b)
    }

    #[test]
    fn types_that_are_called_like_numbers_are_shown_by_name() {
        let (_, recorded) = captured(|| (of_ones_own(u32(1), &str(2), &u32(3)), of_a_parameter(7_i8, 8)));
        assert_eq!(
            recorded.tree(),
            "of_ones_own [span] {\"a\":\"capture::spelt_alike::u32\",\"b\":\"&capture::spelt_alike::str\",\"c\":\"u32(3)\"} → 6\n\
             of_a_parameter [span] {\"a\":7,\"b\":8} → \"(i8, i8)\"\n"
        );
    }
}
