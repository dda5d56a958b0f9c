//! Over a real socket to a real HTTP server. What stands in the spans and scores is in `golden.rs`.

mod server;

use std::time::Duration;

use observe::{Config, Score, observe};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use server::Server;

#[observe(as_type = "generation")]
fn generate(question: &str) -> String {
    format!("{question}!")
}

#[observe]
fn answer(question: &str) -> String {
    let answer = generate(question);
    observe::score_current_trace(Score::new("quality", 0.5));
    answer
}

#[test]
fn langfuse_gets_every_observation_once_after_a_failure() {
    let server = Server::start(&["503 Busy", "200 OK"]);
    let config = Config::new().without_environment().langfuse("pk-lf-1", "sk-lf-very-secret").base_url(&server.url);
    let guard = config.timeout(Duration::from_secs(5)).init().unwrap();
    assert_eq!(answer("why"), "why!");
    let stats = guard.shutdown(Duration::from_secs(20));
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (3, 3, 0), "{stats}");
    assert!(stats.is_complete() && stats.retried > 0, "{stats}");

    let (traces, scores) = (server.take("/api/public/otel/v1/traces"), server.take("/api/public/ingestion"));
    for request in traces.iter().chain(&scores) {
        for header in [
            "authorization: basic cgstbgytmtpzay1szi12zxj5lxnly3jlda==",
            "x-langfuse-sdk-name: observe-llm",
            concat!("x-langfuse-sdk-version: ", env!("CARGO_PKG_VERSION")),
            "x-langfuse-public-key: pk-lf-1",
        ] {
            assert!(request.head.contains(header), "{header} is not in {}", request.head);
        }
    }
    assert!(traces[0].head.contains("x-langfuse-ingestion-version: 4"), "{}", traces[0].head);
    assert!(traces[0].head.contains("content-type: application/x-protobuf"), "{}", traces[0].head);
    assert!(traces[0].head.contains("content-encoding: gzip"), "{}", traces[0].head);
    assert!(scores[0].head.contains("content-type: application/json"), "{}", scores[0].head);

    // What was refused once came again as it was.
    let last = ExportTraceServiceRequest::decode(&*traces[traces.len() - 1].body).unwrap();
    let names: Vec<_> = last.resource_spans[0].scope_spans[0].spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["generate", "answer"]);
}
