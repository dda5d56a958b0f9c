//! Bounded while it is written.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::*;
use crate::capture::probe;

proptest! {
    #[test]
    fn always_json_and_never_much_longer(value in oracle::value(), bytes in 0_usize..3000, depth in prop_oneof![0_u16..8, Just(64)]) {
        let text = within(Limits { bytes, depth }, &value);
        prop_assert!(is_json(&text), "{}", text);
        prop_assert!(text.len() <= bytes + 400, "{} of {}: {}", text.len(), bytes, text);
        let whole = serde_json::to_string(&value).unwrap();
        if whole.len() <= bytes && depth == 64 {
            prop_assert_eq!(text, whole);
        }
    }

    #[test]
    fn formatted_texts_too(value in oracle::value(), bytes in 0_usize..1000) {
        let text = written(|out| Slot::value(out, limits(bytes)).format(format_args!("{value:?}")));
        prop_assert!(is_json(&text), "{}", text);
        prop_assert!(text.len() <= bytes + 64, "{} of {}: {}", text.len(), bytes, text);
    }
}

#[test]
fn says_how_much_is_left_out() {
    let numbers: Vec<u32> = (100..200).collect();
    assert_eq!(within(limits(12), &numbers), r#"[100,101,102,"…[truncated, 97 more]"]"#);
    let unknown = BTreeMap::from_iter((0..100).map(|at| (at, at)));
    assert_eq!(within(limits(12), &unknown), r#"{"0":0,"1":1,"…":"[truncated]"}"#);
    let text = "x".repeat(1000);
    assert_eq!(within(limits(8), &(1, &text)), r#"[1,"xxxx…[truncated, 1000 bytes in all]"]"#);
    assert_eq!(
        within(limits(8), &(1, &text, 2)),
        r#"[1,"xxxx…[truncated, 1000 bytes in all]","…[truncated, 1 more]"]"#
    );
    assert_eq!(within(limits(6), &(1, &numbers)), r#"[1,[100,"…[truncated, 99 more]"]]"#);
    assert_eq!(within(limits(0), &numbers), r#"["…[truncated, 100 more]"]"#);
    assert_eq!(within(limits(0), &Vec::<u32>::new()), "[]");
}

#[test]
fn what_does_not_fit_is_not_visited() {
    struct Endless<'a>(&'a Cell<u64>);
    impl Serialize for Endless<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            loop {
                self.0.set(self.0.get() + 1);
                list.serialize_element(&1)?;
            }
        }
    }
    let visited = Cell::new(0);
    let text = within(limits(1000), &(Endless(&visited), Endless(&visited)));
    assert!(is_json(&text) && text.len() < 1100, "{text}");
    assert!(visited.get() <= 501, "{}", visited.get());
}

#[test]
fn a_formatter_is_stopped() {
    struct Endless;
    impl std::fmt::Debug for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            loop {
                f.write_str("again ")?;
            }
        }
    }
    let text = written(|out| probe(&Endless).__observe_capture(Slot::value(out, limits(10))));
    assert_eq!(text, "\"again aga…[truncated]\"");
}

#[test]
fn depth() {
    let deep = (0..100).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let text = within(Limits { bytes: 1000, depth: 3 }, &deep);
    assert_eq!(text, r#"[[["…[too deep]"]]]"#);
    let wide = ((1, (2, (3, (4, 5)))), "after");
    assert_eq!(within(Limits { bytes: 1000, depth: 3 }, &wide), r#"[[1,[2,"…[too deep]"]],"after"]"#);
    assert_eq!(within(Limits { bytes: 1000, depth: 0 }, &wide), r#""…[too deep]""#);
    #[derive(Serialize)]
    enum Nested {
        Newtype(Box<Nested>),
        Tuple(u8, Box<Nested>),
        Named { inner: Box<Nested> },
        Unit,
    }
    let nested = Nested::Newtype(Box::new(Nested::Tuple(1, Box::new(Nested::Named { inner: Box::new(Nested::Unit) }))));
    let expected = [
        r#""…[too deep]""#,
        r#"{"Newtype":"…[too deep]"}"#,
        r#"{"Newtype":{"Tuple":[1,"…[too deep]"]}}"#,
        r#"{"Newtype":{"Tuple":[1,{"Named":{"inner":"Unit"}}]}}"#,
    ];
    for (depth, expected) in (0..).zip(expected) {
        assert_eq!(within(Limits { bytes: 1000, depth }, &nested), expected);
    }
}

#[test]
fn a_key_that_does_not_fit() {
    let map = BTreeMap::from([("k".repeat(100), 1), ("l".to_owned(), 2)]);
    let text = within(limits(10), &map);
    assert_eq!(text, r#"{"kkkkkkkk…[truncated, 100 bytes in all]":"[truncated]","…":"[truncated]"}"#);
    let odd = BTreeMap::from([(vec![1; 100], 1)]);
    let text = within(limits(10), &odd);
    assert!(is_json(&text) && text.len() < 100, "{text}");
}
