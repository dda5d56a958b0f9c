//! The examples as people run them: real processes, and the traces that they leave in local files.

#![expect(clippy::unwrap_used, reason = "tests")]

mod otlp;
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use otlp::Span;
use prost::Message;
use serde_json::Value;
use server::Server;

/// Where cargo puts the examples of this build; it builds them if need be.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--examples"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success(), "the examples do not build");
        profile.join("examples")
    })
}

/// What a run left: the trace as a tree with the scores below, the spans, what it said.
struct Run {
    tree: String,
    spans: Vec<Span>,
    stdout: String,
    stderr: String,
}

fn run(name: &str) -> Run {
    run_by(name, by_start)
}

fn by_start(span: &Span) -> (u64, String) {
    (span.start_time_unix_nano, span.name.clone())
}

/// Leaves its traces in files. Siblings in the order of `key`.
fn run_by<K: Ord>(name: &str, key: impl Fn(&Span) -> K) -> Run {
    let dir = std::env::temp_dir().join(format!("observe-example-{}-{name}", std::process::id()));
    let (stdout, stderr) = execute(name, &[("OBSERVE_DIR", dir.to_str().unwrap())]);
    let spans = otlp::spans(&otlp::from_files(&dir));
    let lines = otlp::lines(&dir, "scores-");
    let scores: Vec<_> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    std::fs::remove_dir_all(dir).unwrap();
    Run::new(spans, &scores, stdout, stderr, key)
}

/// What it said on both outputs.
fn execute(name: &str, variables: &[(&str, &str)]) -> (String, String) {
    let mut command = Command::new(built().join(name));
    for (name, _) in std::env::vars() {
        if ["LANGFUSE_", "OTEL_", "OBSERVE_", "OPENAI_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    let output = command.env("RUST_BACKTRACE", "0").envs(variables.iter().copied()).output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{name}: {stderr}");
    assert!(stderr.contains("no OPENAI_API_KEY: a stub of the API answers at http://127.0.0.1:"), "{stderr}");
    (stdout, stderr)
}

impl Run {
    fn new<K: Ord>(
        spans: Vec<Span>,
        scores: &[Value],
        stdout: String,
        stderr: String,
        key: impl Fn(&Span) -> K,
    ) -> Self {
        let mut tree = String::new();
        for (depth, span) in otlp::walk(&spans, key) {
            tree += &format!("{:indent$}{}\n", "", line(span), indent = 2 * depth);
        }
        tree.extend(scores.iter().map(|score| score_line(score, &spans)));
        let count = spans.len() + scores.len();
        assert!(stderr.ends_with(&format!("{count} recorded, {count} delivered, 0 pending\n")), "{stderr}");
        Self { tree, spans, stdout, stderr }
    }
}

/// `generate [generation] gpt-4o-mini input=12 output=17 {"question":… → "…`, at most 30 characters of a value.
fn line(span: &Span) -> String {
    let attributes = otlp::attributes(&span.attributes);
    let get = |key: &str| attributes.get(&format!("langfuse.observation.{key}")).map(String::as_str);
    let mut line = format!("{} [{}]", span.name, get("type").unwrap());
    line.extend(get("model.name").map(|model| format!(" {model}")));
    if let Some(usage) = get("usage_details") {
        let usage: serde_json::Map<String, Value> = serde_json::from_str(usage).unwrap();
        let side = |side: &str| usage.get(side).map(|count| format!(" {side}={count}"));
        line.extend(side("input").into_iter().chain(side("output")));
    }
    if get("level") != Some("DEFAULT") {
        line += &format!(" {}", get("level").unwrap());
    }
    line.extend(get("status_message").map(|message| format!(" {message:?}")));
    line.extend(get("input").map(|input| format!(" {}", short(input))));
    line.extend(get("output").map(|output| format!(" → {}", short(output))));
    line
}

fn score_line(score: &Value, spans: &[Span]) -> String {
    let of = score["observationId"].as_str().map(|id| {
        let id = |span: &&Span| span.span_id.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == id;
        format!(" of {}", spans.iter().find(id).unwrap().name)
    });
    let comment = score["comment"].as_str().map(|comment| format!(" ({comment})"));
    let (name, value) = (score["name"].as_str().unwrap(), &score["value"]);
    format!("score {name} = {value}{}{}\n", of.unwrap_or_default(), comment.unwrap_or_default())
}

fn short(text: &str) -> String {
    let short: String = text.chars().take(30).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// The attributes that belong to the trace; they are the same on each of its observations.
fn of_trace(spans: &[Span]) -> String {
    let of = |span: &Span| -> Vec<String> {
        let attributes = otlp::attributes(&span.attributes).into_iter();
        let shared = attributes.filter(|(key, _)| {
            ["langfuse.trace.", "langfuse.user.", "langfuse.session."].iter().any(|prefix| key.starts_with(prefix))
        });
        shared.map(|(key, value)| format!("{}={value}", key.trim_start_matches("langfuse."))).collect()
    };
    let first = of(&spans[0]);
    for span in spans {
        assert_eq!(of(span), first, "{}", span.name);
        assert_eq!(span.trace_id, spans[0].trace_id, "{}", span.name);
    }
    first.join(" ")
}

/// An attribute of the observation of this name.
fn attribute(spans: &[Span], name: &str, key: &str) -> String {
    let span = spans.iter().find(|span| span.name == name).unwrap();
    otlp::attributes(&span.attributes).remove(key).unwrap_or_else(|| panic!("{name} has no {key}"))
}

#[test]
fn support_query() {
    let run = run("support_query");
    let expected = r#"
support-query [span] How do I reset my password? → How do I reset my password — a…
  retrieval [span] How do I reset my password? → ["Press Reset password under S…
  llm-answer [generation] gpt-4o-mini input=12 output=17 How do I reset my password? → How do I reset my password — a…
score helpfulness = 0.92 (answered at once)
"#;
    assert_eq!(run.tree, expected.trim_start());
    let shared = "session.id=session_abc trace.metadata.channel=web trace.tags=[support, production] user.id=user_123";
    assert_eq!(of_trace(&run.spans), shared);
    let retrieval = run.spans.iter().find(|span| span.name == "retrieval").unwrap();
    assert!(retrieval.end_time_unix_nano - retrieval.start_time_unix_nano >= 100_000_000, "100 ms of work");
    assert!(run.stdout.starts_with("How do I reset my password — as the handbook says"), "{}", run.stdout);
}

#[test]
fn observe() {
    let run = run("observe");
    let expected = r#"
answer_support_question [span] {"question":"How do I reset my… → How do I reset my password — a…
  retrieve_documents [span] {"query":"How do I reset my pa… → ["About \"How do I reset my pa…
  generate_answer [generation] {"question":"How do I reset my… → How do I reset my password — a…
"#;
    assert_eq!(run.tree, expected.trim_start());
}

#[test]
fn enrich() {
    let run = run("enrich");
    let expected = r#"
answer [span] {"question":"When do I get my … → When do I get my refund — as t…
  retrieve [retriever] {"question":"When do I get my … → ["Refunds arrive within five w…
  generate [generation] gpt-4o-mini input=12 output=17 {"question":"When do I get my … → When do I get my refund — as t…
score completeness = 0.85
"#;
    assert_eq!(run.tree, expected.trim_start());
    let shared = "session.id=session_abc trace.tags=[support, production] user.id=user_123";
    assert_eq!(of_trace(&run.spans), shared);
    assert_eq!(attribute(&run.spans, "retrieve", "langfuse.observation.metadata.index"), "handbook");
    assert_eq!(attribute(&run.spans, "generate", "langfuse.observation.metadata.cache"), "miss");
    let parameters = attribute(&run.spans, "generate", "langfuse.observation.model.parameters");
    assert_eq!(parameters, r#"{"temperature":0.2}"#);
}

#[test]
fn async_rag() {
    let run = run("async_rag");
    let expected = r#"
async_rag_pipeline [span] {"query":"How do I switch on t… → How do I switch on two-factor …
  fetch_documents [retriever] {"query":"How do I switch on t… → ["How do I switch on two-facto…
  call_llm [generation] gpt-4o-mini input=21 output=26 {"prompt":"How do I switch on … → How do I switch on two-factor …
"#;
    assert_eq!(run.tree, expected.trim_start());
}

#[test]
fn parallel() {
    let run = run_by("parallel", |span| (span.name.clone(), otlp::attributes(&span.attributes)));
    let expected = r#"
search [span] {"query":"refund"} → 2
  keyword_search [retriever] {"query":"refund"} → ["a text with \"refund\" in it…
  rank [span] {"hits":["a text with \"refund… → 2
  vector_search [retriever] text-embedding-3-small input=1 {"query":"refund"} → ["the text nearest to \"refund…
  warm_cache [span] {"shard":0} → 0
  warm_cache [span] {"shard":1} → 1
  warm_cache [span] {"shard":2} → 2
"#;
    assert_eq!(run.tree, expected.trim_start());
    let span = |name: &str| run.spans.iter().find(|span| span.name == name).unwrap();
    let (vector, keyword) = (span("vector_search"), span("keyword_search"));
    assert!(vector.start_time_unix_nano < keyword.end_time_unix_nano, "they overlap");
    assert!(keyword.start_time_unix_nano < vector.end_time_unix_nano, "they overlap");
}

#[test]
fn attributes() {
    let run = run("attributes");
    let expected = r#"
advise [agent] gpt-4o-mini input=13 output=18 {"city":"Berlin"} → {"advice":"Berlin has 21.5 °C.…
  get_weather [tool] WARNING "the nearest station did not answer: the second nearest was asked" {"city":"Berlin","unit":"celsi… → {"temperature":21.5,"source":"…
  load_handbook [retriever] {"edition":7} → {"summary":"Rules for work out…
  synthesize_speech [generation] tts-1 input=98 {"text":"Berlin has 21.5 °C. W… → 65280
"#;
    assert_eq!(run.tree, expected.trim_start());
    assert_eq!(of_trace(&run.spans), "trace.metadata.tenant=acme trace.tags=[weather, tools]");
    assert_eq!(attribute(&run.spans, "get_weather", "langfuse.version"), "2.0.1");
    assert_eq!(attribute(&run.spans, "get_weather", "langfuse.observation.metadata.stations"), "3");
    assert_eq!(attribute(&run.spans, "synthesize_speech", "langfuse.observation.metadata.usage_unit"), "CHARACTERS");
    let document = attribute(&run.spans, "load_handbook", "langfuse.observation.output");
    assert!(document.contains("summary") && document.contains("https://docs.example.com/handbook/7"), "{document}");
}

#[test]
fn events() {
    let run = run("events");
    let expected = r#"
answer [span] {"question":"Can I cancel my o… → Can I cancel my order — as the…
  retrieve [retriever] {"question":"Can I cancel my o… → ["Orders can be cancelled with…
    cache-hit [event] DEBUG {"key":22}
    rerank [event] {"from":2,"to":1}
  generate [generation] gpt-4o-mini input=14 output=19 {"question":"Can I cancel my o… → Can I cancel my order — as the…
    rate-limit-warning [event] WARNING "3 of 60 requests left in this minute"
"#;
    assert_eq!(run.tree, expected.trim_start());
    for name in ["cache-hit", "rerank", "rate-limit-warning"] {
        let event = run.spans.iter().find(|span| span.name == name).unwrap();
        assert_eq!(event.start_time_unix_nano, event.end_time_unix_nano, "{name} has no duration");
    }
    assert_eq!(attribute(&run.spans, "rate-limit-warning", "langfuse.observation.metadata.remaining"), "3");
}

#[test]
fn errors() {
    let run = run("errors");
    let expected = r#"
answer [span] {"question":"Where is my order… → Where is my order — as the han…
  orders_or_none [tool] ERROR "no orders of user_123: the orders database cannot be reached" {"customer":"user_123"} → []
  orders [tool] ERROR "the orders database cannot be reached: connection refused on port 5432" {"customer":"user_123"} → {"error":"the orders database …
  first_order [tool] ERROR "panicked: user_123 has no order" {"customer":"user_123"}
score error = 1 of orders_or_none
score error = 1 (three ways to fail)
"#;
    assert_eq!(run.tree, expected.trim_start());
    assert!(run.stderr.contains("goes on without orders"), "{}", run.stderr);
}

const RAG_PIPELINE: &str = r#"
rag_pipeline [span] {"question":"How do I reset my… → How do I reset my password — a…
  embed_query [embedding] text-embedding-3-small input=6 {"text":"How do I reset my pas… → 64 dimensions
  vector_search [retriever] {"top_k":5} → [{"text":"To reset your passwo…
  rerank_documents [span] {"question":"How do I reset my… → [{"text":"To reset your passwo…
  generate_response [generation] gpt-4o-mini input=44 output=23 {"question":"How do I reset my… → How do I reset my password — a…
score context_relevance = 0.91 (the first document answers it)
"#;

fn check_rag_pipeline(run: &Run) {
    assert_eq!(run.tree, RAG_PIPELINE.trim_start());
    let shared = "session.id=session_abc trace.metadata.pipeline_version=2.1 trace.tags=[rag, support, production] user.id=user_123";
    assert_eq!(of_trace(&run.spans), shared);
    let found = attribute(&run.spans, "vector_search", "langfuse.observation.output");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&found).unwrap().len(), 5);
    let readme = constant(include_str!("../README.md"));
    for line in constant(&run.stderr).lines().chain(run.stdout.lines()) {
        assert!(readme.contains(line), "the README does not show\n{line}");
    }
}

#[test]
fn rag_pipeline() {
    check_rag_pipeline(&run("rag_pipeline"));
}

#[test]
fn rag_pipeline_delivers_the_same_trace_to_langfuse() {
    let server = Server::start(&["200 OK"]);
    let keys =
        [("LANGFUSE_PUBLIC_KEY", "pk-lf-1"), ("LANGFUSE_SECRET_KEY", "sk-lf-1"), ("LANGFUSE_BASE_URL", &server.url)];
    let (stdout, stderr) = execute("rag_pipeline", &keys);
    let spans = server.take("/api/public/otel/v1/traces");
    let spans: Vec<_> =
        spans.iter().map(|request| ExportTraceServiceRequest::decode(&*request.body).unwrap()).collect();
    let scores = server.take("/api/public/ingestion");
    let batches = scores.iter().map(|request| serde_json::from_slice::<Value>(&request.body).unwrap());
    let scores =
        batches.flat_map(|batch| batch["batch"].as_array().unwrap().clone()).map(|event| event["body"].clone());
    check_rag_pipeline(&Run::new(otlp::spans(&spans), &scores.collect::<Vec<_>>(), stdout, stderr, by_start));
}

/// A text without what differs from run to run: ids, ports and durations.
fn constant(text: &str) -> String {
    let word = |word: &str| {
        let is_duration = word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with('s') && word.contains('.');
        let is_id = word.len() == 32 && word.chars().all(|c| c.is_ascii_hexdigit());
        if is_duration || is_id || word.starts_with("http://127.0.0.1:") { "_".to_owned() } else { word.to_owned() }
    };
    text.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n").collect()
}
