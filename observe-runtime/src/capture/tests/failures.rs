//! Values whose own code fails.

use std::fmt;

use serde::ser::{Error as _, SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use super::*;
use crate::capture::{Input, probe};

struct Failing;

impl Serialize for Failing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Failing", 2)?;
        fields.serialize_field("first", &1)?;
        Err(S::Error::custom("no \"second\""))
    }
}

struct Panicking;

impl Serialize for Panicking {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element("something")?;
        panic!("in Serialize")
    }
}

impl fmt::Debug for Panicking {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in Debug")
    }
}

const FAILED: &str = r#""<cannot be serialized: no \"second\">""#;

#[test]
fn a_failing_value_is_replaced_where_it_stands() {
    assert_eq!(json(&Failing), FAILED);
    assert_eq!(json(&(1, Failing, [Failing], 2)), format!("[1,{FAILED},[{FAILED}],2]"));
    assert_eq!(json(&Some(("a", Failing))), format!("[\"a\",{FAILED}]"));
    let keyed = std::collections::HashMap::from([("k", Failing)]);
    assert_eq!(json(&keyed), format!("{{\"k\":{FAILED}}}"));
    #[derive(Serialize)]
    enum Wrap {
        Newtype(Failing),
        Tuple(u8, Failing),
        Named { inner: Failing },
    }
    assert_eq!(json(&Wrap::Newtype(Failing)), format!("{{\"Newtype\":{FAILED}}}"));
    assert_eq!(json(&Wrap::Tuple(1, Failing)), format!("{{\"Tuple\":[1,{FAILED}]}}"));
    assert_eq!(json(&Wrap::Named { inner: Failing }), format!("{{\"Named\":{{\"inner\":{FAILED}}}}}"));
}

#[test]
fn a_long_reason_is_cut() {
    struct Verbose;
    impl Serialize for Verbose {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("é".repeat(100_000)))
        }
    }
    let text = json(&(Verbose, 1));
    assert!(text.len() < 400 && text.ends_with("…>\",1]"), "{text}");
}

#[test]
fn a_failing_key() {
    struct Map;
    impl Serialize for Map {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(2))?;
            map.serialize_entry(&Failing, &1)?;
            map.serialize_entry("b", &2)?;
            map.end()
        }
    }
    assert_eq!(json(&Map), format!("{{{FAILED}:1,\"b\":2}}"));
}

#[test]
fn a_panic_leaves_the_rest() {
    let text = written(|out| {
        let mut input = Input::new(out, Limits::default(), 0);
        input.add("a", &mut probe(&1).__observe_value());
        input.add("b", &mut probe(&vec![(1, Panicking)]).__observe_value());
        input.add("c", &mut probe(&std::cell::OnceCell::from(Panicking)).__observe_value());
        input.add("d", &mut probe(&2).__observe_value());
        input.finish();
    });
    assert_eq!(text, r#"{"a":1,"b":"<capture panicked>","c":"<capture panicked>","d":2}"#);
    assert_eq!(json(&Panicking), r#""<capture panicked>""#);
}

#[test]
fn a_panic_whose_payload_panics() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in Drop")
        }
    }
    struct Bombing;
    impl Serialize for Bombing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            std::panic::panic_any(Bomb)
        }
    }
    impl fmt::Display for Bombing {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::panic::panic_any(Bomb)
        }
    }
    assert_eq!(json(&Bombing), r#""<capture panicked>""#);
    assert_eq!(
        written(|out| crate::capture::ask_error(&Bombing).__observe_describe(text_slot(out))),
        "<capture panicked>"
    );
}

#[test]
fn a_formatter_that_fails() {
    struct Broken;
    impl fmt::Debug for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("some")?;
            Err(fmt::Error)
        }
    }
    assert_eq!(
        written(|out| probe(&Broken).__observe_capture(value_slot(out))),
        r#""<cannot be serialized: a formatter failed>""#
    );
}

/// Adapters turn our errors into their own and back, and some code goes on after an error.
#[test]
fn errors_that_are_ignored_or_translated() {
    struct Stubborn(usize);
    impl Serialize for Stubborn {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            for _ in 0..self.0 {
                let _ = list.serialize_element("some text");
            }
            list.end()
        }
    }
    struct Translating(usize);
    impl Serialize for Translating {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            for _ in 0..self.0 {
                list.serialize_element(&Stubborn(self.0)).map_err(|error| S::Error::custom(error.to_string()))?;
            }
            Err(S::Error::custom("at last"))
        }
    }
    for bytes in 0..300 {
        let text = within(limits(bytes), &(Stubborn(10), "between", Translating(10), Stubborn(10), "after"));
        assert!(is_json(&text), "{bytes}: {text}");
        assert!(text.len() < bytes + 250, "{bytes}: {}", text.len());
    }
    assert_eq!(json(&(Translating(3), 1)), r#"["<cannot be serialized: at last>",1]"#);
}

#[test]
fn a_value_that_fails_after_it_was_cut() {
    struct Late;
    impl Serialize for Late {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            list.serialize_element("a text that is longer than there is room")?;
            Err(S::Error::custom("too late"))
        }
    }
    assert_eq!(within(limits(10), &Late), r#""<cannot be serialized: too late>""#);
    let text = within(limits(10), &(Late, 1));
    assert_eq!(text, r#"["<cannot be serialized: too late>","…[truncated, 1 more]"]"#);
}
