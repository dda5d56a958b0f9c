//! Nothing observed.

use std::hint::black_box;

use crate::data::{Chat, Document, Tokens};

fn root(work: &dyn Fn()) {
    work();
}

super::functions!();
super::runs!();

/// Nothing goes on.
pub fn settle() {}

/// A stream of so many answers of 30 bytes, read to its end.
pub fn run_stream(items: u64) {
    crate::data::drain(Tokens(black_box(items)));
}

/// `serde_json` of what such a stream yields, item by item into one buffer that is there: the bar for capturing it.
pub fn run_items(items: u64) {
    let mut out = Vec::new();
    for _ in 0..items {
        out.clear();
        let _ = serde_json::to_writer(&mut out, black_box(crate::data::QUESTION));
    }
    drop(black_box(out));
}

/// `sonic_rs::to_vec` of what workload b captures: the bar for capturing it.
pub fn run_sonic_b(calls: u64) {
    #[derive(serde::Serialize)]
    struct Arguments<'a> {
        document: &'a Document,
    }
    let document = &*crate::data::DOCUMENT;
    for _ in 0..calls {
        drop(black_box(sonic_rs::to_vec(&Arguments { document: black_box(document) })));
        drop(black_box(sonic_rs::to_vec(black_box(document))));
    }
}

/// The same of what workload t captures.
pub fn run_sonic_t(calls: u64) {
    #[derive(serde::Serialize)]
    struct Arguments<'a> {
        chat: &'a Chat,
    }
    let chat = &*crate::data::CHAT;
    for _ in 0..calls {
        drop(black_box(sonic_rs::to_vec(&Arguments { chat: black_box(chat) })));
        drop(black_box(sonic_rs::to_vec(black_box(chat))));
    }
}
