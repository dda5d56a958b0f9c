//! Small certainties; the bytes as a whole are checked over the wire.

use super::attributes::{iso, raw, raw_bytes};
use super::protobuf::message;
use super::{Dialect, Encoder};
use crate::finished::{Finished, Observed, TraceAttributes};
use crate::id::{ObservationId, TraceId};
use crate::observation::{ObservationType, Outcome};
use crate::record::{self, Opening, Tag};
use crate::registry;
use crate::site::Site;

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
fn bytes_leave_as_texts_do() {
    let texts = ["", "a", "\"", "\"\"", "plain", "\"plain\"", "{\"a\":1}", "[[[[[[[[[[[[[[[[[[[[[]"];
    let marks = ["", "\\", "\\n", "é", "日本", "\u{7f}", "\u{80}", "]", "[", "Ü"];
    for (text, mark) in texts.iter().flat_map(|text| marks.map(|mark| (text, mark))) {
        for at in 0..=text.len() {
            let all = format!("{}{mark}{}", &text[..at], &text[at..]);
            assert_eq!(raw_bytes(all.as_bytes()), raw(&all).as_bytes(), "{all}");
            let quoted = format!("\"{all}\"");
            assert_eq!(raw_bytes(quoted.as_bytes()), raw(&quoted).as_bytes(), "{quoted}");
        }
    }
    assert_eq!(raw_bytes(b"\"a\xff\""), "a\u{fffd}".as_bytes());
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

fn site(name: &'static str, kind: ObservationType) -> u32 {
    let (module, file, line) = ("here", "here.rs", 1);
    let site = Site { name, kind, module, function: name, file, line, inputs: &["text"], words: &[] };
    registry::entry(Box::leak(Box::new(site))).number
}

/// Observations of a trace, each with its site and with what goes in and comes out.
fn finished(trace: u8, said: &[(u32, ObservationType, Option<&str>, Option<&str>)]) -> Finished {
    let trace = TraceId::from_bytes([trace; 16]).unwrap();
    let mut records = Vec::new();
    for (n, (site, kind, input, output)) in (1..).zip(said) {
        let observation = ObservationId::from_bytes([n; 8]).unwrap();
        let parent = (n % 3 > 0).then_some(observation);
        let (mut open, mut close) = (Vec::new(), Vec::new());
        let (start, flags) = (u64::from(n) << 40, n % 2);
        record::open(&mut open, &Opening { trace, observation, parent, start, kind: *kind, flags, site: *site });
        let outcome = if n % 7 == 6 { Outcome::Error } else { Outcome::Ok };
        let later = if n % 4 == 3 { start + 3 } else { 0 };
        record::close(&mut close, trace, observation, later, start + 7 * u64::from(n % 11), outcome);
        input.iter().for_each(|json| record::put(&mut open, Tag::Input, json.as_bytes()));
        output.iter().for_each(|json| record::put(&mut close, Tag::Output, json.as_bytes()));
        record::frame(&mut records, &open);
        record::frame(&mut records, &close);
    }
    let attributes = TraceAttributes { user_id: Some(format!("user of {trace}")), ..TraceAttributes::default() };
    Finished {
        trace,
        records,
        count: said.len(),
        attributes: attributes.into(),
        trace_io: None,
        is_part: false,
        keeps: Vec::new(),
    }
}

#[test]
fn what_spans_have_in_common_is_in_each_of_them() {
    let long = format!("\"{}\"", "x".repeat(300));
    let larger = format!("[\"{}\"]", "y".repeat(20_000));
    let texts =
        [r#""plain""#, r#"{"a":"b"}"#, r#""a \"b\"\n""#, r#""é\\""#, "\"日本\"", "\"\\", "\"", "", &long, &larger];
    let sites = [site("one", ObservationType::Span), site("two", ObservationType::Agent)];
    let mut said = Vec::new();
    for (n, text) in (0..).zip(texts.iter().cycle().take(60)) {
        let kind = match n % 13 {
            5 => ObservationType::Generation,
            6 => ObservationType::Event,
            _ => ObservationType::Span,
        };
        said.push((sites[n % 2], kind, Some(*text), (n % 5 > 0).then_some(texts[n / 3 % texts.len()])));
    }
    let all = [finished(1, &said), finished(2, &said[7..40])];
    let observed: Vec<_> = all.iter().flat_map(Finished::each).collect();
    assert!(observed.iter().filter(|one| one.plain().is_some()).count() > 40);
    for dialect in [Dialect::Collector, Dialect::Langfuse] {
        let encoder = Encoder::new(dialect, Vec::new());
        let encode = |observed: &[Observed<'_>]| encoder.traces(observed.iter().copied(), &[], 0, Vec::new());
        let head = encode(&[]).len();
        let one_by_one: Vec<u8> = observed.iter().flat_map(|one| encode(&[*one])[head..].to_vec()).collect();
        assert_eq!(encode(&observed)[head..], one_by_one);
    }
}
