//! Over a real socket to a real HTTP server: what Langfuse gets, decoded with OpenTelemetry's own types.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use observe::{Config, Score, Usage, observe};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

struct Request {
    head: String,
    body: Vec<u8>,
}

/// Answers each request with the next of `statuses`, and with the last one from then on.
#[expect(clippy::unwrap_used, reason = "a test's server")]
fn server(statuses: &'static [&'static str]) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                let line = line.to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            if head.contains("content-encoding: gzip") {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
                body = plain;
            }
            let status = statuses[number.min(statuses.len() - 1)];
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            let _ = sender.send(Request { head, body });
        }
    });
    (url, receiver)
}

#[observe(as_type = "generation")]
fn generate(question: &str) -> String {
    observe::update_current_observation(|o| o.model("gpt-4o-mini").usage(Usage::tokens(12, 3)).prompt("greeting", 7));
    format!("{question}!")
}

#[observe]
fn answer(question: &str) -> String {
    let answer = generate(question);
    observe::update_current_trace(|t| t.user_id("u1").session_id("s1").tags(["a", "b"]).metadata("plan", "pro"));
    observe::score_current_trace(Score::new("quality", 0.5).comment("so so"));
    answer
}

fn text(span: &Span, key: &str) -> String {
    let value =
        span.attributes.iter().find(|attribute| attribute.key == key).and_then(|attribute| attribute.value.as_ref());
    value.map(|value| format!("{:?}", value.value)).unwrap_or_default()
}

#[test]
fn langfuse_gets_every_observation_once_and_complete_after_a_failure() {
    let (url, requests) = server(&["503 Busy", "200 OK"]);
    let config = Config::new().without_environment().langfuse("pk-lf-1", "sk-lf-very-secret").base_url(&url);
    let guard = config.timeout(Duration::from_secs(5)).init().unwrap();
    assert_eq!(answer("why"), "why!");
    let stats = guard.shutdown(Duration::from_secs(20));
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (3, 3, 0), "{stats}");
    assert!(stats.is_complete() && stats.retried > 0, "{stats}");

    let requests: Vec<Request> = requests.try_iter().collect();
    let first = &requests[0];
    for expected in ["x-langfuse-ingestion-version: 4", "authorization: basic ", "x-langfuse-sdk-name: observe-llm"] {
        assert!(first.head.contains(expected), "{expected} is not in {}", first.head);
    }
    let last = |path: &str| requests.iter().rev().find(|request| request.head.contains(path)).unwrap();
    let traces = ExportTraceServiceRequest::decode(&*last("/api/public/otel/v1/traces").body).unwrap();
    let scope = &traces.resource_spans[0].scope_spans[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "langfuse-sdk-observe-llm");
    assert_eq!(scope.spans.len(), 2);
    let span = |name: &str| scope.spans.iter().find(|span| span.name == name).unwrap();
    let (root, child) = (span("answer"), span("generate"));
    assert_eq!(child.parent_span_id, root.span_id);
    assert!(root.parent_span_id.is_empty());
    for span in [root, child] {
        assert!(text(span, "langfuse.user.id").contains("u1"));
        assert!(text(span, "langfuse.session.id").contains("s1"));
        assert!(text(span, "langfuse.trace.tags").contains('b'));
        assert!(text(span, "langfuse.trace.metadata.plan").contains("pro"));
    }
    assert!(text(root, "langfuse.internal.is_app_root").contains("true"));
    assert!(text(child, "langfuse.observation.type").contains("generation"));
    assert!(text(child, "langfuse.observation.output").contains("\"why!\""));
    assert!(text(child, "langfuse.observation.usage_details").contains("12"));
    assert!(text(child, "langfuse.observation.prompt.version").contains("IntValue(7)"));

    let scores: serde_json::Value = serde_json::from_slice(&last("/api/public/ingestion").body).unwrap();
    let event = &scores["batch"][0];
    assert_eq!((event["type"].as_str(), event["body"]["name"].as_str()), (Some("score-create"), Some("quality")));
    assert_eq!(event["body"]["value"], 0.5);
}
