//! The OpenTelemetry SDK by hand, with the same JSON as ours in attributes.

use std::hint::black_box;
use std::sync::OnceLock;

use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Compression, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider};

use crate::data::{Document, Yield};

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// What fits in the queue where nothing is to be dropped: a dropped span costs its caller next to nothing.
const ENOUGH: usize = 1 << 17;

/// A provider with the batch processor delivering to that address, with its queue as it comes or a long one.
///
/// # Panics
/// When the exporter cannot be built.
#[must_use]
pub fn provider(url: &str, is_compressed: bool, is_long: bool) -> SdkTracerProvider {
    let mut exporter = SpanExporter::builder().with_http().with_endpoint(format!("{url}/v1/traces"));
    if is_compressed {
        exporter = exporter.with_compression(Compression::Gzip);
    }
    let exporter = exporter.build().expect("an exporter to loopback");
    let mut queue = BatchConfigBuilder::default();
    if is_long {
        queue = queue.with_max_queue_size(ENOUGH);
    }
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(queue.build()).build();
    SdkTracerProvider::builder().with_span_processor(processor).build()
}

/// Starts recording and delivering to that address.
pub fn start(url: &str, is_compressed: bool, is_long: bool) {
    let provider = PROVIDER.get_or_init(|| provider(url, is_compressed, is_long));
    TRACER.get_or_init(|| provider.tracer("bench"));
}

/// Delivers what is in the queue.
pub fn settle() {
    if let Some(provider) = PROVIDER.get() {
        let _ = provider.force_flush();
    }
}

fn span(name: &'static str) -> Context {
    let tracer = TRACER.get().expect("start was called");
    Context::current_with_span(tracer.start(name))
}

fn put(cx: &Context, name: &'static str, value: &impl serde::Serialize) {
    cx.span().set_attribute(KeyValue::new(name, serde_json::to_string(value).unwrap_or_default()));
}

fn root(work: &dyn Fn()) {
    let cx = span("root");
    let _guard = cx.attach();
    work();
}

#[inline(never)]
fn a(question: &str) -> String {
    observed("a", question, |question| question.to_owned())
}

#[inline(never)]
fn b(document: &Document) -> Document {
    observed("b", document, Document::clone)
}

#[inline(never)]
fn c(question: &str) -> String {
    observed("c", question, c2)
}

#[inline(never)]
fn c2(question: &str) -> String {
    observed("c2", question, c3)
}

#[inline(never)]
fn c3(question: &str) -> String {
    observed("c3", question, |question| question.to_owned())
}

fn observed<I: serde::Serialize + ?Sized, O: serde::Serialize>(
    name: &'static str,
    input: &I,
    work: impl FnOnce(&I) -> O,
) -> O {
    let cx = span(name);
    put(&cx, "input", &input);
    let guard = cx.clone().attach();
    let output = work(black_box(input));
    drop(guard);
    put(&cx, "output", &output);
    cx.span().end();
    output
}

#[inline(never)]
async fn d(question: &str) -> String {
    let cx = span("d");
    put(&cx, "input", &question);
    let work = async {
        Yield::default().await;
        black_box(question).to_owned()
    };
    let answer = work.with_context(cx.clone()).await;
    put(&cx, "output", &answer);
    cx.span().end();
    answer
}

super::runs!();
