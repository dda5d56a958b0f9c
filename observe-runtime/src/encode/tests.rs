//! Small certainties; the bytes as a whole are checked over the wire.

use super::attributes::{iso, raw};
use super::protobuf::message;

#[test]
fn times_are_iso_with_a_zone() {
    assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(iso(951_782_400_000_000_000), "2000-02-29T00:00:00.000Z");
    assert_eq!(iso(1_795_530_645_123_456_789), "2026-11-24T14:30:45.123Z");
}

#[test]
fn strings_leave_raw_and_the_rest_as_json() {
    assert_eq!(raw(r#""plain""#), "plain");
    assert_eq!(raw(r#""a \"b\"\n""#), "a \"b\"\n");
    assert_eq!(raw(r#"{"a":1}"#), r#"{"a":1}"#);
}

#[test]
fn a_nested_message_may_be_longer_than_was_thought() {
    fn check<const WIDTH: usize>(length: usize) {
        let mut out = b"before".to_vec();
        message::<WIDTH>(&mut out, 2, |out| out.resize(out.len() + length, 7));
        let (tag, rest) = out["before".len()..].split_first().unwrap();
        let digits = 1 + rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
        let (stated, body) = rest.split_at(digits);
        let stated = stated.iter().rev().fold(0, |stated, byte| stated << 7 | usize::from(byte & 0x7f));
        assert_eq!((*tag, stated, body.len()), (2 << 3 | 2, length, length), "{WIDTH} bytes for {length}");
        assert!(digits >= WIDTH && body.iter().all(|byte| *byte == 7), "{WIDTH} bytes for {length}");
    }
    for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
        check::<1>(length);
        check::<2>(length);
        check::<5>(length);
    }
}
