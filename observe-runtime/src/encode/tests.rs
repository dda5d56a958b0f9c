//! Small certainties; the bytes as a whole are checked over the wire.

use super::attributes::{iso, raw};

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
