//! fastrace: once with nothing captured, once with the same JSON as ours in properties.

use ::fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use ::fastrace::prelude::{LocalSpan, Span, trace};

use crate::data::{Chat, Document, Yield};

struct Discard;

impl Reporter for Discard {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        drop(spans);
    }
}

/// Starts collecting; what is collected is dropped.
pub fn start() {
    ::fastrace::set_reporter(Discard, Config::default());
}

/// Waits until everything was collected.
pub fn settle() {
    ::fastrace::flush();
}

fn root(work: &dyn Fn()) {
    let root = Span::root("root", SpanContext::random());
    let _guard = root.set_local_parent();
    work();
}

/// Nothing captured.
pub mod plain {
    use super::{root, trace};

    crate::peers::functions!(#[trace]);
    crate::peers::runs!();
}

/// Arguments and return value as JSON.
pub mod json {
    use std::hint::black_box;

    use super::{Chat, Document, LocalSpan, Yield, root, trace};

    fn put(name: &'static str, value: &impl serde::Serialize) {
        LocalSpan::add_property(|| (name, serde_json::to_string(value).unwrap_or_default()));
    }

    #[inline(never)]
    #[trace]
    fn a(question: &str) -> String {
        put("question", &question);
        let answer = black_box(question).to_owned();
        put("output", &answer);
        answer
    }

    #[inline(never)]
    #[trace]
    fn b(document: &Document) -> Document {
        put("document", document);
        let answer = black_box(document).clone();
        put("output", &answer);
        answer
    }

    #[inline(never)]
    #[trace]
    fn t(chat: &Chat) -> Chat {
        put("chat", chat);
        let answer = black_box(chat).clone();
        put("output", &answer);
        answer
    }

    #[inline(never)]
    #[trace]
    fn c(question: &str) -> String {
        put("question", &question);
        let answer = c2(black_box(question));
        put("output", &answer);
        answer
    }

    #[inline(never)]
    #[trace]
    fn c2(question: &str) -> String {
        put("question", &question);
        let answer = c3(black_box(question));
        put("output", &answer);
        answer
    }

    #[inline(never)]
    #[trace]
    fn c3(question: &str) -> String {
        put("question", &question);
        let answer = black_box(question).to_owned();
        put("output", &answer);
        answer
    }

    #[inline(never)]
    #[trace]
    async fn d(question: &str) -> String {
        put("question", &question);
        Yield::default().await;
        let answer = black_box(question).to_owned();
        put("output", &answer);
        answer
    }

    crate::peers::runs!();
}
