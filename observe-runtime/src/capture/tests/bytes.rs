//! Bytes are counted, not shown.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::*;
use crate::capture::probe;

#[test]
fn at_the_top_by_their_type() {
    let bytes = vec![7_u8; 3];
    assert_eq!(written(|out| probe(&bytes).__observe_capture(value_slot(out))), "\"<3 bytes>\"");
    assert_eq!(written(|out| probe(&&bytes[..]).__observe_capture(value_slot(out))), "\"<3 bytes>\"");
    assert_eq!(written(|out| probe(&bytes[..]).__observe_capture(value_slot(out))), "\"<3 bytes>\"");
    assert_eq!(written(|out| probe(&Some(&bytes)).__observe_capture(value_slot(out))), "\"<3 bytes>\"");
    assert_eq!(written(|out| probe(&Cow::Borrowed(&bytes[..])).__observe_capture(value_slot(out))), "\"<3 bytes>\"");
    assert_eq!(
        written(|out| probe(&bytes.clone().into_boxed_slice()).__observe_capture(value_slot(out))),
        "\"<3 bytes>\""
    );
    assert_eq!(
        written(|out| probe(&Arc::<[u8]>::from(&bytes[..])).__observe_capture(value_slot(out))),
        "\"<3 bytes>\""
    );
    assert_eq!(
        written(|out| probe(&[1_u8; 16]).__observe_capture(value_slot(out))),
        serde_json::to_string(&[1_u8; 16]).unwrap()
    );
    assert_eq!(written(|out| probe(&[1_u8; 17]).__observe_capture(value_slot(out))), "\"<17 bytes>\"");
    assert_eq!(written(|out| probe(&[1_u8; 100]).__observe_capture(value_slot(out))), "\"<100 bytes>\"");
}

#[test]
fn inside_a_value() {
    #[derive(Serialize)]
    struct Image {
        name: &'static str,
        data: Vec<u8>,
        color: [u8; 3],
        hash: [u8; 32],
        small: Vec<u8>,
        maybe: Vec<Option<u8>>,
        after: bool,
    }
    let image = Image {
        name: "a",
        data: vec![1; 1000],
        color: [1, 2, 3],
        hash: [0; 32],
        small: vec![1, 2],
        maybe: vec![Some(1); 17],
        after: true,
    };
    let maybe = serde_json::to_string(&image.maybe).unwrap();
    assert_eq!(
        json(&image),
        format!(
            "{{\"name\":\"a\",\"data\":\"<1000 bytes>\",\"color\":[1,2,3],\"hash\":\"<32 bytes>\",\"small\":[1,2],\
             \"maybe\":{maybe},\"after\":true}}"
        )
    );
    assert_eq!(json(&vec![vec![0_u8; 20], vec![0; 21]]), "[\"<20 bytes>\",\"<21 bytes>\"]");
}

#[test]
fn only_the_first_byte_is_looked_at() {
    struct Counting<'a>(&'a Cell<usize>);
    impl Serialize for Counting<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut seq = serializer.serialize_seq(Some(1_000_000))?;
            for _ in 0..1_000_000 {
                self.0.set(self.0.get() + 1);
                seq.serialize_element(&1_u8)?;
            }
            seq.end()
        }
    }
    let visited = Cell::new(0);
    assert_eq!(json(&(Counting(&visited), 1)), "[\"<1000000 bytes>\",1]");
    assert_eq!(visited.get(), 1);
}

#[test]
fn an_ignored_stop_does_no_harm() {
    struct Stubborn;
    impl Serialize for Stubborn {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut seq = serializer.serialize_seq(Some(20))?;
            for _ in 0..20 {
                let _ = seq.serialize_element(&1_u8);
            }
            seq.end()
        }
    }
    assert_eq!(json(&(Stubborn, "after")), "[\"<20 bytes>\",\"after\"]");
}

#[test]
fn through_serialize_bytes() {
    struct Raw;
    impl Serialize for Raw {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[0; 5])
        }
    }
    assert_eq!(json(&[Raw, Raw]), "[\"<5 bytes>\",\"<5 bytes>\"]");
}
