//! The payload of a data URI is counted, not shown.

use super::*;

const HEAD: &str = "data:image/png;base64,";

#[test]
fn alone() {
    assert_eq!(json(&format!("{HEAD}{}", "QUJD".repeat(4000))), r#""data:image/png;base64,<12000 bytes>""#);
    assert_eq!(json(&format!("{HEAD}QUI=")), r#""data:image/png;base64,<2 bytes>""#);
    assert_eq!(json(&format!("{HEAD}QQ==")), r#""data:image/png;base64,<1 bytes>""#);
    assert_eq!(json(&format!("{HEAD}QUI")), r#""data:image/png;base64,<2 bytes>""#);
    assert_eq!(json("data:;base64,"), r#""data:;base64,<0 bytes>""#);
    let head = "data:text/plain;charset=utf-8;base64,";
    assert_eq!(json(&format!("{head}QUJD")), format!("\"{head}<3 bytes>\""));
}

#[test]
fn inside_a_text() {
    let payload = "aGVs-_+/".repeat(100);
    let text = format!("{}; see \"{HEAD}{payload}\" and {HEAD}{payload}\nend;", "before ".repeat(50));
    let expected = format!("{}; see \"{HEAD}<600 bytes>\" and {HEAD}<600 bytes>\nend;", "before ".repeat(50));
    assert_eq!(json(&text), serde_json::to_string(&expected).unwrap());
}

#[test]
fn in_messages_and_debug_texts() {
    let message = serde_json::json!({"image_url": {"url": format!("{HEAD}{}", "QUJD".repeat(10))}});
    assert_eq!(json(&message), r#"{"image_url":{"url":"data:image/png;base64,<30 bytes>"}}"#);
    let text = written(|out| value_slot(out).format(format_args!("{message:?}")));
    assert!(text.contains("base64,<30 bytes>"), "{text}");
}

#[test]
fn what_only_looks_like_one_is_kept() {
    for text in ["a;base64,QUJD", "data: a b;base64,QUJD", "data:image/png;base65,QUJD", ";", "data:;base64"] {
        assert_eq!(json(text), serde_json::to_string(text).unwrap());
    }
}

#[test]
fn a_payload_beyond_reach_is_taken_to_be_the_rest() {
    let text = format!("{HEAD}{} and more", "QUJD".repeat(1000));
    assert_eq!(within(limits(100), &text), format!("\"{HEAD}<{} bytes>\"", (4000 + 9) * 3 / 4));
    assert_eq!(within(limits(4000), &text), format!("\"{HEAD}<3000 bytes> and more\""));
}
