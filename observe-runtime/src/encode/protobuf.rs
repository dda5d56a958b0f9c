//! OTLP's `ExportTraceServiceRequest` as protobuf, whatever its spans are, and the few kinds of fields in it.

use super::attributes::{Attribute, of_score};
use crate::id::ObservationId;
use crate::view::ScoreView;

/// Scores as spans without a duration below what they are for.
pub(super) fn scores(resource: &[(String, String)], scope: &str, version: &str, scores: &[ScoreView<'_>]) -> Vec<u8> {
    let spans = |out: &mut Vec<u8>| {
        for score in scores {
            message::<2>(out, 2, |out| score_span(out, score));
        }
    };
    wrap(Vec::new(), resource, scope, version, spans)
}

/// A request of a process with these attributes, whose spans `spans` appends.
pub(super) fn wrap(
    mut out: Vec<u8>,
    resource: &[(String, String)],
    scope: &str,
    version: &str,
    spans: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    message::<5>(&mut out, 1, |out| {
        message::<5>(out, 1, |out| {
            for (key, value) in resource {
                text_attribute(out, 1, key, value.as_bytes());
            }
        });
        message::<5>(out, 2, |out| {
            message::<1>(out, 1, |out| {
                bytes(out, 1, scope.as_bytes());
                bytes(out, 2, version.as_bytes());
            });
            spans(out);
        });
    });
    out
}

fn score_span(out: &mut Vec<u8>, score: &ScoreView<'_>) {
    bytes(out, 1, &score.trace_id.to_bytes());
    bytes(out, 2, &ObservationId::random().to_bytes());
    if let Some(parent) = score.observation_id {
        bytes(out, 4, &parent.to_bytes());
    }
    bytes(out, 5, format!("score {}", score.name).as_bytes());
    integer(out, 6, 1);
    fixed(out, 7, score.time);
    fixed(out, 8, score.time);
    of_score(score, |key, value| attribute(out, key, &value));
}

/// The field of a span that an attribute is.
pub(super) const ATTRIBUTE: u32 = 9;

/// An attribute of a span.
pub(super) fn attribute(out: &mut Vec<u8>, key: &str, value: &Attribute<'_>) {
    if let Attribute::Text(text) = value {
        return text_attribute(out, ATTRIBUTE, key, text.as_bytes());
    }
    message::<1>(out, ATTRIBUTE, |out| {
        bytes(out, 1, key.as_bytes());
        message::<1>(out, 2, |out| match value {
            Attribute::Text(text) => bytes(out, 1, text.as_bytes()),
            Attribute::Bool(truth) => integer(out, 2, u64::from(*truth)),
            Attribute::Int(number) => integer(out, 3, number.cast_unsigned()),
            Attribute::Double(number) => fixed(out, 4, number.to_bits()),
            Attribute::Texts(texts) => message::<2>(out, 5, |out| {
                for text in *texts {
                    message::<2>(out, 1, |out| bytes(out, 1, text.as_bytes()));
                }
            }),
        });
    });
}

/// Most attributes are texts: how long it all is is known before.
#[inline(always)]
pub(super) fn text_attribute(out: &mut Vec<u8>, field: u32, key: &str, text: &[u8]) {
    let (Ok(key_len), Ok(text_len)) = (u8::try_from(key.len()), u8::try_from(text.len())) else {
        return long_attribute(out, field, key, text);
    };
    let all = key_len.saturating_add(text_len).saturating_add(6);
    if all >= 0x80 || field > 15 {
        return long_attribute(out, field, key, text);
    }
    // All lengths are a byte each.
    out.reserve(usize::from(all) + 2);
    out.extend_from_slice(&[field.to_le_bytes()[0] << 3 | 2, all, 1 << 3 | 2, key_len]);
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(&[2 << 3 | 2, text_len + 2, 1 << 3 | 2, text_len]);
    out.extend_from_slice(text);
}

fn long_attribute(out: &mut Vec<u8>, field: u32, key: &str, text: &[u8]) {
    let value = sized(text.len());
    out.reserve(sized(sized(key.len()) + sized(value)));
    tag(out, field, 2);
    varint(out, (sized(key.len()) + sized(value)) as u64);
    bytes(out, 1, key.as_bytes());
    tag(out, 2, 2);
    varint(out, value as u64);
    bytes(out, 1, text);
}

/// Bytes that a field of this length takes, with its tag and its length.
const fn sized(length: usize) -> usize {
    1 + (usize::BITS - (length | 1).leading_zeros()).div_ceil(7) as usize + length
}

#[inline]
fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn tag(out: &mut Vec<u8>, field: u32, wire: u64) {
    varint(out, u64::from(field) << 3 | wire);
}

pub(super) fn integer(out: &mut Vec<u8>, field: u32, number: u64) {
    tag(out, field, 0);
    varint(out, number);
}

pub(super) fn fixed(out: &mut Vec<u8>, field: u32, number: u64) {
    tag(out, field, 1);
    out.extend_from_slice(&number.to_le_bytes());
}

pub(super) fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    tag(out, field, 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// A nested message. Its length stands in front as a varint of `WIDTH` bytes, more than it needs perhaps, which every
/// reader takes: so nothing moves, unless it is longer than that.
pub(super) fn message<const WIDTH: usize>(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    tag(out, field, 2);
    let at = out.len();
    out.extend_from_slice(&[0x80; WIDTH]);
    write(out);
    let mut length = out.len() - at - WIDTH;
    let needed = sized(length) - length - 1;
    if needed > WIDTH {
        out.splice(at..at, std::iter::repeat_n(0x80, needed - WIDTH));
    }
    if let Some((last, others)) = out[at..at + needed.max(WIDTH)].split_last_mut() {
        for byte in others {
            *byte |= length.to_le_bytes()[0] & 0x7f;
            length >>= 7;
        }
        *last = length.to_le_bytes()[0];
    }
}
