//! Texts: escapes, and where they are cut.

use super::*;
use crate::capture::write_string;

fn string(bytes: usize, text: &str) -> String {
    written(|out| write_string(out, text, limits(bytes)))
}

#[test]
fn escapes() {
    let text: String = (0..0x80_u8).map(char::from).collect();
    assert_eq!(string(1000, &text), serde_json::to_string(&text).unwrap());
    assert_eq!(string(1000, "é\u{2028}😀"), "\"é\u{2028}😀\"");
}

#[test]
fn a_text_that_fits_exactly_is_whole() {
    assert_eq!(string(6, "hello"), "\"hello\"");
    assert_eq!(string(5, "hello"), "\"hell…[truncated, 5 bytes in all]\"");
    assert_eq!(string(0, "hello"), "\"…[truncated, 5 bytes in all]\"");
    assert_eq!(string(0, ""), "\"\"");
}

#[test]
fn no_character_is_split() {
    for bytes in 0..20 {
        let text = string(bytes, "aé€😀\n\"é");
        let back: String = serde_json::from_str(&text).unwrap();
        let kept = back.split('…').next().unwrap();
        assert!("aé€😀\n\"é".starts_with(kept), "{bytes}: {text}");
    }
}

#[test]
fn escapes_count() {
    let text = string(1000, &"\u{1}".repeat(1_000_000));
    assert!(text.len() < 1100, "{}", text.len());
    assert!(text.ends_with("\\u0001…[truncated, 1000000 bytes in all]\""), "{text}");
}
