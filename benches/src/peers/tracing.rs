//! tracing with tracing-opentelemetry, and the same JSON as ours in fields.

use std::hint::black_box;
use std::sync::OnceLock;

use ::tracing::field::Empty;
use ::tracing::{Span, info_span, instrument};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;

use crate::data::{Chat, Document, Yield};

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Installs the subscriber.
///
/// # Panics
/// When there is a subscriber already.
pub fn start() {
    let provider = PROVIDER.get_or_init(super::by_hand::discarding);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
    ::tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
        .expect("the first subscriber");
}

/// Empties the queue.
pub fn settle() {
    if let Some(provider) = PROVIDER.get() {
        let _ = provider.force_flush();
    }
}

fn root(work: &dyn Fn()) {
    let _entered = info_span!("root").entered();
    work();
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn put<T: serde::Serialize>(output: T) -> T {
    Span::current().record("output", json(&output));
    output
}

#[inline(never)]
#[instrument(skip_all, fields(question = json(&question), output = Empty))]
fn a(question: &str) -> String {
    put(black_box(question).to_owned())
}

#[inline(never)]
#[instrument(skip_all, fields(document = json(document), output = Empty))]
fn b(document: &Document) -> Document {
    put(black_box(document).clone())
}

#[inline(never)]
#[instrument(skip_all, fields(chat = json(chat), output = Empty))]
fn t(chat: &Chat) -> Chat {
    put(black_box(chat).clone())
}

#[inline(never)]
#[instrument(skip_all, fields(question = json(&question), output = Empty))]
fn c(question: &str) -> String {
    put(c2(black_box(question)))
}

#[inline(never)]
#[instrument(skip_all, fields(question = json(&question), output = Empty))]
fn c2(question: &str) -> String {
    put(c3(black_box(question)))
}

#[inline(never)]
#[instrument(skip_all, fields(question = json(&question), output = Empty))]
fn c3(question: &str) -> String {
    put(black_box(question).to_owned())
}

#[inline(never)]
#[instrument(skip_all, fields(question = json(&question), output = Empty))]
async fn d(question: &str) -> String {
    Yield::default().await;
    put(black_box(question).to_owned())
}

super::runs!();
