//! Golden OTLP: one trace with an observation of each kind, as each destination gets it, in readable files.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the files anew.

#![expect(clippy::unwrap_used, reason = "tests")]

mod otlp;
mod server;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::FutureExt;
use observe::{Config, Level, ObservationId, ObservationType, Score, TraceId, Usage, observe};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use otlp::Span;
use prost::Message;
use serde_json::{Value, json};
use server::Server;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_700_000_000_250 + 1000 * seconds)
}

/// An id that says that it was given.
fn id(number: u8) -> ObservationId {
    ObservationId::from_bytes([0, 0, 0, 0, 0, 0, 0, number]).unwrap()
}

#[observe(as_type = "tool")]
fn returns_an_error(order: u32) -> Result<u32, std::io::Error> {
    Err(std::io::Error::other(format!("order {order} is gone")))
}

#[observe(as_type = "tool")]
fn panics(order: u32) {
    panic!("order {order} is cursed");
}

#[observe(as_type = "agent")]
async fn is_dropped(order: u32) -> u32 {
    std::future::pending::<()>().await;
    order
}

#[observe(as_type = "chain", name = "renamed", skip(_secret))]
fn captured(number: u32, text: &str, list: &[f64], none: Option<bool>, password: &str, _secret: u8) -> (u32, String) {
    (number + list.len() as u32, format!("{text}{none:?}{}", password.len()))
}

fn everything() {
    let trace = observe::trace_with_id("golden", TraceId::from_seed("golden"))
        .user_id("user_123")
        .session_id("session_abc")
        .tags(["rag", "support"])
        .metadata("plan", "pro")
        .metadata("seats", 5)
        .metadata("limits", json!({"day": [1, null, "x"]}))
        .version("trace-version")
        .release("release-7")
        .environment("Staging")
        .public(true)
        .update(|trace| trace.name("Golden trace").input("a question").output(json!({"answer": true})));
    trace.root().start_time(at(0));

    let span = trace.child_with_id(ObservationType::Span, "span", id(1)).start_time(at(0));
    span.input(json!({"query": "order", "top_k": 5})).output("plain \"text\"\nin two lines").version("span-version");
    span.metadata("string", "text").metadata("digits", "5").metadata("number", 5).metadata("list", [1, 2]);
    span.level(Level::Debug).status_message("only a remark").end_at(at(1));

    let generation = span.child_with_id(ObservationType::Generation, "generation", id(2)).start_time(at(1));
    generation.model("gpt-4o-mini").model_parameter("temperature", 0.2).model_parameter("stop", ["\n", "END"]);
    generation.input(json!([{"role": "user", "content": "hi"}])).output(json!({"role": "assistant", "content": "ho"}));
    generation.usage_details(json!({
        "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 80}, "completion_tokens_details": {"reasoning_tokens": 20},
    }));
    generation.cost("input", 0.5).cost("output", 0.25).prompt("greeting", 7).completion_start_time(at(2)).end_at(at(3));

    let event = trace.child_with_id(ObservationType::Event, "event", id(3)).start_time(at(2));
    event.level(Level::Warning).status_message("3 requests left").metadata("remaining", 3);

    let kinds = ["embedding", "agent", "tool", "chain", "retriever", "evaluator", "guardrail"];
    for (kind, number) in kinds.into_iter().zip(4..) {
        trace.child_with_id(kind.parse().unwrap(), kind, id(number)).start_time(at(3)).end_at(at(4));
    }

    let speech = trace.child_with_id(ObservationType::Generation, "speech", id(11)).start_time(at(4));
    speech.model("tts-1").usage(Usage::new().with("input", 98).unit("CHARACTERS")).end_at(at(5));

    let falsy = trace.child_with_id(ObservationType::Span, "falsy", id(12)).start_time(at(5));
    falsy.input("").output(false).metadata("zero", 0).metadata("null", ()).metadata("empty", "").end_at(at(6));

    let failed = trace.child_with_id(ObservationType::Tool, "failed by hand", id(13)).start_time(at(6));
    failed.end_with_error(&std::io::Error::other("no route to database"));

    trace.run(|| {
        let _ = captured(3, "tëxt", &[0.5, 2.0], None, "hunter2", 1);
        let _ = returns_an_error(7);
        let _ = std::panic::catch_unwind(|| panics(8));
        let mut half = Box::pin(is_dropped(9));
        assert!(half.as_mut().now_or_never().is_none());
    });
    trace.child_with_id(ObservationType::Span, "left open", id(14)).start_time(at(7));

    trace.score(Score::new("helpfulness", 0.92).id("score-1").comment("clear").timestamp(at(8)));
    trace.score(Score::new("correct", true).id("score-2").config_id("config-1").timestamp(at(8)));
    let judged = Score::new("tone", "friendly").id("score-3").metadata("judge", "human").metadata("round", 2);
    generation.score(judged.timestamp(at(8)));
    generation.score(Score::text("note", "a bit long").id("score-4").timestamp(at(8)));
    trace.score(Score::new("satisfied", 5).id("score-5").session_id("session_abc").timestamp(at(8)));
    trace.end_at(at(9));

    let remote = observe::continue_trace("continued", TraceId::from_seed("remote"), id(99));
    remote.root().start_time(at(0));
    remote.end_at(at(1));
}

/// Compares with the golden file, or writes it.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (line, expected)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(line, expected, "line {} of {}", number + 1, path.display());
    }
    assert_eq!(text.lines().count(), expected.lines().count(), "lines of {}", path.display());
}

/// Everything that an export says, a line each; what is the same on all spans of a trace stands above them.
fn readable(requests: &[ExportTraceServiceRequest]) -> String {
    let mut text = String::new();
    let resource = &requests[0].resource_spans[0];
    let scope = resource.scope_spans[0].scope.as_ref().unwrap();
    for (key, value) in otlp::attributes(&resource.resource.as_ref().unwrap().attributes) {
        let _ = writeln!(text, "resource {key} = {}", value.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }
    assert_eq!(scope.version, env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "scope {}", scope.name);
    let mut traces: BTreeMap<Vec<u8>, Vec<Span>> = BTreeMap::new();
    for span in otlp::spans(requests) {
        traces.entry(span.trace_id.clone()).or_default().push(span);
    }
    for (trace, spans) in traces {
        let _ = writeln!(text, "\ntrace {}", hex(&trace));
        let is_observation = |list: &BTreeMap<_, _>| list.contains_key("langfuse.observation.type");
        let lists = spans.iter().map(|span| otlp::attributes(&span.attributes)).filter(is_observation);
        let shared = lists.reduce(|mut shared, list| {
            shared.retain(|key, value| list.get(key) == Some(value));
            shared
        });
        let shared = shared.filter(|_| spans.len() > 1).unwrap_or_default();
        shared.iter().for_each(|(key, value)| _ = writeln!(text, "    {key} = {value}"));
        for (depth, span) in otlp::walk(&spans, |span| (span.start_time_unix_nano, span.name.clone())) {
            describe(&mut text, 2 * depth, span, &shared);
        }
    }
    text
}

fn describe(text: &mut String, indent: usize, span: &Span, shared: &BTreeMap<String, String>) {
    let mut put = |line: String| _ = writeln!(text, "{:indent$}{line}", "");
    put(span.name.clone());
    // Ids and times are shown where they were given.
    let given = |id: &[u8]| id.starts_with(&[0; 7]);
    if given(&span.span_id) {
        put(format!("    id {}", hex(&span.span_id)));
    }
    if given(&span.parent_span_id) {
        put(format!("    parent {}", hex(&span.parent_span_id)));
    }
    assert_eq!(span.kind, 1, "internal");
    assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
    for (what, time) in [("start", span.start_time_unix_nano), ("end", span.end_time_unix_nano)] {
        if time < 1_750_000_000_000_000_000 {
            put(format!("    {what} +{} ms", (time - 1_700_000_000_250_000_000) / 1_000_000));
        }
    }
    let status = span.status.clone().unwrap_or_default();
    if (status.code, &*status.message) != (0, "") {
        put(format!("    status {} {:?}", status.code, status.message));
    }
    assert!(span.events.is_empty() && span.links.is_empty());
    for (key, value) in otlp::attributes(&span.attributes) {
        if shared.get(&key) == Some(&value) {
            continue;
        }
        let line = value.strip_prefix("int ").filter(|line| key == "code.line.number" && line.parse::<u32>().is_ok());
        put(format!("    {key} = {}", if line.is_some() { "int LINE".to_owned() } else { value.replace('\n', "\\n") }));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Records everything and ends.
fn record(config: Config) {
    let guard = config.service_name("shop").resource_attribute("service.version", "1.2").init().unwrap();
    everything();
    let stats = guard.shutdown(Duration::from_secs(20));
    assert_eq!((stats.recorded, stats.delivered), (25, 25), "{stats}");
    assert!(stats.is_complete(), "{stats}");
}

fn exports(server: &Server, path: &str) -> Vec<ExportTraceServiceRequest> {
    let requests = server.take(path);
    requests.iter().map(|request| ExportTraceServiceRequest::decode(&*request.body).unwrap()).collect()
}

/// One after the other: there is one client.
#[test]
fn every_destination_gets_what_it_understands() {
    let server = Server::start(&["200 OK"]);
    record(Config::new().without_environment().langfuse("pk-lf-1", "sk-lf-1").base_url(&server.url));
    golden("langfuse.txt", &readable(&exports(&server, "/api/public/otel/v1/traces")));
    let batches = server.take("/api/public/ingestion");
    let batch: Value = serde_json::from_slice(&batches[0].body).unwrap();
    golden("langfuse-scores.json", &format!("{batch:#}\n"));

    let server = Server::start(&["200 OK"]);
    record(Config::new().without_environment().collector(&server.url));
    golden("collector.txt", &readable(&exports(&server, "/v1/traces")));

    let dir = std::env::temp_dir().join(format!("observe-golden-{}", std::process::id()));
    record(Config::new().without_environment().files(&dir));
    golden("files.txt", &readable(&otlp::from_files(&dir)));
    golden("files-scores.jsonl", &(otlp::lines(&dir, "scores-").join("\n") + "\n"));
    std::fs::remove_dir_all(dir).unwrap();
}
