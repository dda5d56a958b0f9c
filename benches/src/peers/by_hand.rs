//! The OpenTelemetry SDK by hand, with the same JSON as ours in attributes, and all that ours says of an observation if asked.

use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Compression, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};

use crate::data::{Chat, Document, Yield};

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();
static TRACER: OnceLock<SdkTracer> = OnceLock::new();
/// Attributes besides input and output.
static WHOLE: AtomicBool = AtomicBool::new(false);

/// What fits in the queue where nothing is to be dropped: a dropped span costs its caller next to nothing.
const ENOUGH: usize = 1 << 17;

/// Takes spans and forgets them.
#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        drop(spans);
        Ok(())
    }
}

/// A provider with the batch processor and a long queue, whose spans are discarded.
#[must_use]
pub fn discarding() -> SdkTracerProvider {
    let queue = BatchConfigBuilder::default().with_max_queue_size(ENOUGH).build();
    let processor = BatchSpanProcessor::builder(Discard).with_batch_config(queue).build();
    SdkTracerProvider::builder().with_span_processor(processor).build()
}

/// A provider with the batch processor as it comes, delivering to that address.
fn delivering(url: &str, is_compressed: bool) -> SdkTracerProvider {
    let mut exporter =
        opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(format!("{url}/v1/traces"));
    if is_compressed {
        exporter = exporter.with_compression(Compression::Gzip);
    }
    let exporter = exporter.build().expect("an exporter to loopback");
    SdkTracerProvider::builder().with_span_processor(BatchSpanProcessor::builder(exporter).build()).build()
}

/// Starts recording input and output.
pub fn start() {
    let provider = PROVIDER.get_or_init(discarding);
    TRACER.get_or_init(|| provider.tracer("bench"));
}

/// Starts recording and delivering to that address, with all that ours says of an observation or with input and output alone.
///
/// # Panics
/// When the exporter cannot be built.
pub fn deliver(url: &str, is_compressed: bool, is_whole: bool) {
    WHOLE.store(is_whole, Ordering::Relaxed);
    let provider = PROVIDER.get_or_init(|| delivering(url, is_compressed));
    TRACER.get_or_init(|| provider.tracer("bench"));
}

/// Empties the queue.
pub fn settle() {
    if let Some(provider) = PROVIDER.get() {
        let _ = provider.force_flush();
    }
}

fn span(name: &'static str) -> Context {
    let tracer = TRACER.get().expect("start was called");
    let mut span = tracer.span_builder(name);
    if WHOLE.load(Ordering::Relaxed) {
        span = span.with_attributes([
            KeyValue::new("langfuse.observation.type", "span"),
            KeyValue::new("langfuse.observation.level", "DEFAULT"),
            KeyValue::new("code.function.name", concat!(module_path!(), "::a")),
            KeyValue::new("code.file.path", file!()),
            KeyValue::new("code.line.number", i64::from(line!())),
        ]);
    }
    Context::current_with_span(span.start(tracer))
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
fn t(chat: &Chat) -> Chat {
    observed("t", chat, Chat::clone)
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
    put(&cx, "langfuse.observation.input", &input);
    let guard = cx.clone().attach();
    let output = work(black_box(input));
    drop(guard);
    put(&cx, "langfuse.observation.output", &output);
    cx.span().end();
    output
}

#[inline(never)]
async fn d(question: &str) -> String {
    let cx = span("d");
    put(&cx, "langfuse.observation.input", &question);
    let work = async {
        Yield::default().await;
        black_box(question).to_owned()
    };
    let answer = work.with_context(cx.clone()).await;
    put(&cx, "langfuse.observation.output", &answer);
    cx.span().end();
    answer
}

super::runs!();
