//! langfuse-sdk: its own `#[observe]`.

use std::hint::black_box;
use std::time::Duration;

use langfuse::observe;
use langfuse_core::LangfuseConfig;

use crate::data::{Document, Yield};

/// Starts recording and delivering to that address.
///
/// # Panics
/// When the client cannot be built.
pub fn start(url: &str) {
    let config = LangfuseConfig::builder().public_key("pk-lf-bench").secret_key("sk-lf-bench").base_url(url);
    // Four times this fits in its queue, so that nothing is dropped.
    let config = config.flush_at(1 << 13).build();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let entered = runtime.enter();
    let client = langfuse::Langfuse::new(config.expect("a configuration")).expect("a client");
    client.register_tracing();
    drop(entered);
    // They have to live as long as the process.
    std::mem::forget((client, runtime));
}

/// Its flush ends the pipeline for good, so time has to do.
pub fn settle() {
    std::thread::sleep(Duration::from_millis(30));
}

fn root(work: &dyn Fn()) {
    work();
}

#[inline(never)]
#[observe]
fn a(question: &str) -> String {
    black_box(question).to_owned()
}

#[inline(never)]
#[observe]
fn b(document: &Document) -> Document {
    black_box(document).clone()
}

#[inline(never)]
#[observe]
fn c(question: &str) -> String {
    c2(black_box(question))
}

#[inline(never)]
#[observe]
fn c2(question: &str) -> String {
    c3(black_box(question))
}

#[inline(never)]
#[observe]
fn c3(question: &str) -> String {
    black_box(question).to_owned()
}

#[inline(never)]
#[observe]
async fn d(question: &str) -> String {
    Yield::default().await;
    black_box(question).to_owned()
}

super::runs!();
