//! Nothing observed.

use std::hint::black_box;

use crate::data::{Document, Yield};

fn root(work: &dyn Fn()) {
    work();
}

#[inline(never)]
fn a(question: &str) -> String {
    black_box(question).to_owned()
}

#[inline(never)]
fn b(document: &Document) -> Document {
    black_box(document).clone()
}

#[inline(never)]
fn c(question: &str) -> String {
    c2(black_box(question))
}

#[inline(never)]
fn c2(question: &str) -> String {
    c3(black_box(question))
}

#[inline(never)]
fn c3(question: &str) -> String {
    black_box(question).to_owned()
}

#[inline(never)]
async fn d(question: &str) -> String {
    Yield::default().await;
    black_box(question).to_owned()
}

super::runs!();

/// Nothing goes on.
pub fn settle() {}

/// `sonic_rs::to_vec` of what workload b captures: the bar for capturing it.
pub fn run_sonic(calls: u64) {
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
