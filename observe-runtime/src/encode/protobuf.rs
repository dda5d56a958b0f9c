//! OTLP's `ExportTraceServiceRequest` as protobuf: the few messages of it that are needed.

use super::Dialect;
use super::attributes::{Attribute, attributes, of_score, status};
use crate::finished::{ScoreView, View};
use crate::id::ObservationId;

pub(super) fn request(
    resource: &[(String, String)],
    scope: &str,
    version: &str,
    views: &[View<'_>],
    dialect: Dialect,
) -> Vec<u8> {
    let spans = |out: &mut Vec<u8>| {
        for view in views {
            message(out, 2, |out| span(out, view, dialect));
        }
    };
    wrap(resource, scope, version, spans)
}

/// Scores as spans without a duration below what they are for.
pub(super) fn scores(resource: &[(String, String)], scope: &str, version: &str, scores: &[ScoreView<'_>]) -> Vec<u8> {
    let spans = |out: &mut Vec<u8>| {
        for score in scores {
            message(out, 2, |out| score_span(out, score));
        }
    };
    wrap(resource, scope, version, spans)
}

fn wrap(resource: &[(String, String)], scope: &str, version: &str, spans: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    message(&mut out, 1, |out| {
        message(out, 1, |out| {
            for (key, value) in resource {
                attribute(out, 1, key, &Attribute::from(&**value));
            }
        });
        message(out, 2, |out| {
            message(out, 1, |out| {
                bytes(out, 1, scope.as_bytes());
                bytes(out, 2, version.as_bytes());
            });
            spans(out);
        });
    });
    out
}

fn span(out: &mut Vec<u8>, view: &View<'_>, dialect: Dialect) {
    bytes(out, 1, &view.trace_id.to_bytes());
    bytes(out, 2, &view.id.to_bytes());
    if let Some(parent) = view.parent_id {
        bytes(out, 4, &parent.to_bytes());
    }
    bytes(out, 5, view.name.as_bytes());
    integer(out, 6, 1);
    fixed(out, 7, view.start);
    fixed(out, 8, view.end);
    for (key, value) in &attributes(view, dialect) {
        attribute(out, 9, key, value);
    }
    message(out, 15, |out| {
        let (code, text) = status(view);
        if let Some(text) = text {
            bytes(out, 2, text.as_bytes());
        }
        integer(out, 3, u64::from(code));
    });
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
    for (key, value) in &of_score(score) {
        attribute(out, 9, key, value);
    }
}

fn attribute(out: &mut Vec<u8>, field: u32, key: &str, value: &Attribute<'_>) {
    message(out, field, |out| {
        bytes(out, 1, key.as_bytes());
        message(out, 2, |out| match value {
            Attribute::Text(text) => bytes(out, 1, text.as_bytes()),
            Attribute::Bool(truth) => integer(out, 2, u64::from(*truth)),
            Attribute::Int(number) => integer(out, 3, number.cast_unsigned()),
            Attribute::Double(number) => fixed(out, 4, number.to_bits()),
            Attribute::Texts(texts) => message(out, 5, |out| {
                for text in *texts {
                    message(out, 1, |out| bytes(out, 1, text.as_bytes()));
                }
            }),
        });
    });
}

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

fn integer(out: &mut Vec<u8>, field: u32, number: u64) {
    tag(out, field, 0);
    varint(out, number);
}

fn fixed(out: &mut Vec<u8>, field: u32, number: u64) {
    tag(out, field, 1);
    out.extend_from_slice(&number.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    tag(out, field, 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// A nested message. Its length stands in front as a varint of five bytes, which every reader takes, so nothing moves.
fn message(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    tag(out, field, 2);
    let at = out.len();
    out.extend_from_slice(&[0x80, 0x80, 0x80, 0x80, 0]);
    write(out);
    let mut length = out.len() - at - 5;
    for byte in &mut out[at..at + 5] {
        *byte |= length.to_le_bytes()[0] & 0x7f;
        length >>= 7;
    }
}
