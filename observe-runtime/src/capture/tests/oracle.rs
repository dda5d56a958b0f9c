//! What fits is the text that `serde_json` writes.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::Serialize;

use super::*;

/// A value that takes its own way through `Serialize` for each of its variants.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Any {
    Unit,
    #[serde(rename = "odd \"name\" \n")]
    Odd,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Huge(i128),
    HugeUnsigned(u128),
    Small(i8, u8, i16, u16),
    Middle(i32, u32),
    Single(f32),
    Double(f64),
    Char(char),
    Text(String),
    Maybe(Option<Box<Any>>),
    List(Vec<Any>),
    Pair(Box<Any>, Box<Any>),
    Tuple((Box<Any>, bool)),
    Newtype(Newtype),
    Empty(Empty),
    Named {
        first: Box<Any>,
        #[serde(rename = "sec\\ond")]
        second: String,
    },
    Record(Record),
    Texts(BTreeMap<String, Any>),
    Numbers(BTreeMap<i64, Any>),
    Chars(BTreeMap<char, Any>),
    Flags(BTreeMap<bool, Any>),
    Variants(BTreeMap<Color, Any>),
    Json(serde_json::Value),
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Newtype(Box<Any>);

#[derive(Clone, Debug, Serialize)]
pub(super) struct Empty;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Record {
    id: u64,
    inner: Box<Any>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, i32>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(super) enum Color {
    Red,
    #[serde(rename = "gr\"een")]
    Green,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,80}", "\\PC{0,40}", any::<String>(), "[a-z\"\\\\\n\t\u{0}-\u{1f}é😀;]{0,300}"]
}

/// Without the bytes and data URIs that are meant to look different.
pub(super) fn value() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        Just(Any::Unit),
        Just(Any::Odd),
        any::<bool>().prop_map(Any::Bool),
        any::<i64>().prop_map(Any::Signed),
        any::<u64>().prop_map(Any::Unsigned),
        any::<i128>().prop_map(Any::Huge),
        any::<u128>().prop_map(Any::HugeUnsigned),
        any::<(i8, u8, i16, u16)>().prop_map(|(a, b, c, d)| Any::Small(a, b, c, d)),
        any::<(i32, u32)>().prop_map(|(a, b)| Any::Middle(a, b)),
        any::<u32>().prop_map(|bits| Any::Single(f32::from_bits(bits))),
        any::<u64>().prop_map(|bits| Any::Double(f64::from_bits(bits))),
        any::<f64>().prop_map(Any::Double),
        any::<char>().prop_map(Any::Char),
        text().prop_map(Any::Text),
        Just(Any::Empty(Empty)),
        Just(Any::Json(serde_json::json!({"a": [1, -2, 1.5e300, null], "b": {"c": "d"}}))),
    ];
    leaf.prop_recursive(5, 60, 6, |any_value| {
        let boxed = any_value.clone().prop_map(Box::new).boxed();
        prop_oneof![
            proptest::option::of(boxed.clone()).prop_map(Any::Maybe),
            vec(any_value.clone(), 0..6).prop_map(Any::List),
            (boxed.clone(), boxed.clone()).prop_map(|(a, b)| Any::Pair(a, b)),
            (boxed.clone(), any::<bool>()).prop_map(Any::Tuple),
            boxed.clone().prop_map(|inner| Any::Newtype(Newtype(inner))),
            (boxed.clone(), text()).prop_map(|(first, second)| Any::Named { first, second }),
            (any::<u64>(), boxed, proptest::option::of(text()), btree_map(text(), any::<i32>(), 0..3))
                .prop_map(|(id, inner, note, rest)| Any::Record(Record { id, inner, note, rest })),
            btree_map(text(), any_value.clone(), 0..4).prop_map(Any::Texts),
            btree_map(any::<i64>(), any_value.clone(), 0..4).prop_map(Any::Numbers),
            btree_map(any::<char>(), any_value.clone(), 0..4).prop_map(Any::Chars),
            btree_map(any::<bool>(), any_value.clone(), 0..3).prop_map(Any::Flags),
            btree_map(prop_oneof![Just(Color::Red), Just(Color::Green)], any_value, 0..3).prop_map(Any::Variants),
        ]
    })
}

proptest! {
    #[test]
    fn same_text_as_serde_json(value in value()) {
        prop_assert_eq!(json(&value), serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn same_strings_as_serde_json(text in text()) {
        prop_assert_eq!(json(&text), serde_json::to_string(&text).unwrap());
    }

    /// A special character at every place of every vector width.
    #[test]
    fn finds_every_special_character(start in 0_usize..80, end in 0_usize..80, special in 0_u8..0x80) {
        let text = format!("{}{}{}", "x".repeat(start), char::from(special), "ü".repeat(end));
        prop_assert_eq!(json(&text), serde_json::to_string(&text).unwrap());
    }
}

#[test]
fn what_serde_json_refuses_as_a_key_is_quoted_json() {
    let pairs = BTreeMap::from([((1, "a\"b"), true)]);
    assert!(serde_json::to_string(&pairs).is_err());
    assert_eq!(json(&pairs), r#"{"[1,\"a\\\"b\"]":true}"#);
    assert_eq!(json(&BTreeMap::from([((), 1)])), r#"{"null":1}"#);
    assert_eq!(
        json(&BTreeMap::from([(
            Some(Record { id: 1, inner: Box::new(Any::Unit), note: None, rest: BTreeMap::new() }).map(|r| r.id),
            1
        )])),
        r#"{"1":1}"#
    );
}

/// `serde_json` hands over a `RawValue`, and with `arbitrary_precision` each number, as a struct with a name of its own.
#[test]
fn json_that_is_text_already_stays_as_it_is() {
    #[derive(Serialize)]
    #[serde(rename = "$serde_json::private::RawValue")]
    struct Raw {
        #[serde(rename = "$serde_json::private::RawValue")]
        text: &'static str,
    }
    #[derive(Serialize)]
    #[serde(rename = "$serde_json::private::Number")]
    struct Number {
        #[serde(rename = "$serde_json::private::Number")]
        text: &'static str,
    }
    let values = (Raw { text: r#"{"a": [1]}"# }, Number { text: "1.50" }, "text");
    assert_eq!(json(&values), r#"[{"a": [1]},1.50,"text"]"#);
    assert_eq!(within(Limits { bytes: 1000, depth: 1 }, &values), r#"[{"a": [1]},1.50,"text"]"#);
    let long = within(limits(8), &(Raw { text: r#"{"a": [1]}"# }, "text"));
    assert!(is_json(&long), "{long}");
    assert!(long.contains("truncated"), "{long}");
}
