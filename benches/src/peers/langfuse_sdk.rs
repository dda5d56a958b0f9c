//! langfuse-sdk: its own `#[observe]`.

use std::time::Duration;

use langfuse::observe;
use langfuse_core::LangfuseConfig;

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

super::functions!(#[observe]);
super::runs!();
