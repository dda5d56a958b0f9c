//! OTLP requests, right, partly right and damaged.

use std::cell::RefCell;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::shapes::{Any, Span, any_value, request, request_json, span, text};
use super::{fuzz, harmed, harms, stored};
use crate::api::unpacked;
use crate::ingest::{self, otlp};
use crate::store::scratch;

/// A span, or what stands where one should.
#[derive(Clone, Debug)]
enum Piece {
    /// As JSON, and as protobuf.
    Bad(Value, Vec<u8>),
    Good(Box<Span>),
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let bad = [
        (json!(null), b"\x0a\x10cut short".to_vec()),
        (json!(7), b"\x08\x01".to_vec()),
        (json!([]), b"\x00".to_vec()),
        (json!({}), Vec::new()),
        (json!({"traceId": "aa"}), b"\x0a\x02aa".to_vec()),
        (json!({"spanId": "bb", "traceId": ""}), b"\x12\x02bb".to_vec()),
        (json!({"traceId": 1, "spanId": "bb"}), b"\x0a\x02aa\x12\x02bb\x3a\x01x".to_vec()),
        (
            json!({"traceId": "aa", "spanId": "bb", "attributes": {"a": 1}}),
            b"\x0a\x02aa\x12\x02bb\x4a\x02\x0a\x7f".to_vec(),
        ),
        (
            json!({"traceId": "aa", "spanId": "bb", "events": "x"}),
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        ),
    ];
    let bad = proptest::sample::select(bad.to_vec()).prop_map(|(json, protobuf)| Piece::Bad(json, protobuf));
    proptest::collection::vec(prop_oneof![1 => bad, 4 => span().prop_map(|span| Piece::Good(Box::new(span)))], 0..8)
}

type Whole = (Vec<(String, Any)>, String, Vec<Piece>);

fn requests() -> impl Strategy<Value = Whole> {
    let resource = proptest::collection::vec((text(), any_value()), 0..3);
    (resource, prop_oneof![Just("langfuse-sdk".to_owned()), text()], pieces())
}

fn both((resource, scope, pieces): &Whole) -> (Value, Vec<u8>) {
    let (mut values, mut messages) = (Vec::new(), Vec::new());
    for piece in pieces {
        let (json, protobuf) = match piece {
            Piece::Bad(json, protobuf) => (json.clone(), protobuf.clone()),
            Piece::Good(span) => (span.json(), span.protobuf()),
        };
        values.push(json);
        messages.push(protobuf);
    }
    (request_json(resource, scope, &values), request(resource, scope, &messages))
}

#[test]
fn no_span_is_lost_beside_malformed_ones() {
    let (_dir, db) = scratch();
    let db = RefCell::new(db);
    fuzz("otlp, whole", &requests(), |whole| {
        let (json, protobuf) = both(&whole);
        let mut sent: Vec<_> = whole
            .2
            .iter()
            .filter_map(|piece| if let Piece::Good(span) = piece { Some(span.ids()) } else { None })
            .collect();
        let (good, bad) = (sent.len(), whole.2.len() - sent.len());
        let of_json =
            otlp::json(json.to_string().as_bytes()).map_err(|refused| TestCaseError::fail(refused.message))?;
        let read = otlp::protobuf(protobuf.into()).map_err(|refused| TestCaseError::fail(refused.message))?;
        for export in [&of_json, &read] {
            let spans: usize = export.groups.iter().map(|group| group.spans.len()).sum();
            prop_assert_eq!((spans, export.refused.len()), (good, bad));
        }
        prop_assert_eq!(format!("{:?}", of_json.groups), format!("{:?}", read.groups));
        sent.sort();
        sent.dedup();
        prop_assert_eq!(stored(&mut db.borrow_mut(), &ingest::changes(&read))?, sent);
        Ok(())
    });
}

#[test]
fn damaged_requests_are_read_or_refused() {
    let (_dir, db) = scratch();
    let db = RefCell::new(db);
    fuzz("otlp, damaged", &(requests(), harms(), harms(), 0..3_u8), |(whole, harm, harm_packed, form)| {
        let (json, protobuf) = both(&whole);
        let (is_json, bytes) = if form == 0 { (true, json.to_string().into_bytes()) } else { (false, protobuf) };
        let mut bytes = harmed(bytes, &harm);
        if form == 2 {
            // A third comes packed, and is damaged after that as well.
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            let _ = packed.write_all(&bytes);
            let packed = harmed(packed.finish().unwrap_or_default(), &harm_packed);
            match unpacked(&packed, 1 << 16) {
                Ok(unpacked) => {
                    prop_assert!(unpacked.len() <= 1 << 16);
                    bytes = unpacked.to_vec();
                }
                Err(refused) => {
                    prop_assert!(matches!(refused.status, 400 | 413), "{refused:?}");
                    return Ok(());
                }
            }
        }
        let read = if is_json { otlp::json(&bytes) } else { otlp::protobuf(bytes.into()) };
        match read {
            Ok(export) => {
                let changes = ingest::changes(&export);
                let rows = stored(&mut db.borrow_mut(), &changes)?;
                prop_assert_eq!(rows.is_empty(), changes.is_empty());
            }
            Err(refused) => prop_assert_eq!(refused.status, 400),
        }
        Ok(())
    });
}
