//! OTLP as exporters send it, and as nobody should.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::program::{Scratch, Server};
use super::spans::{encoded, export, request, span, span_id, trace_id};

const PATH: &str = "/api/public/otel/v1/traces";
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn server(name: &str) -> (Scratch, Server) {
    let scratch = Scratch::new(name);
    let server = scratch.serve(&["--watch", "none"]);
    (scratch, server)
}

#[test]
fn protobuf_and_gzip_are_read_and_the_answer_is_json() {
    let (_scratch, server) = server("otlp-protobuf");
    let body = request(&[encoded(1, 1, b"packed", "langfuse.observation.input", b"hello")]);
    for (headers, body) in [(vec![PROTOBUF], body.clone()), (vec![PROTOBUF, GZIP], packed(&body))] {
        let answer = server.send("POST", PATH, &headers, &body);
        assert_eq!((answer.status, answer.json()), (200, json!({})));
    }
    let trace = server.get(&format!("/api/local/traces/{}", trace_id(1)));
    assert_eq!(trace["trace"]["name"], "packed");
    assert_eq!(trace["trace"]["input"], "hello");
    assert_eq!(trace["observations"].as_array().unwrap().len(), 1, "the same span again is no other");
}

#[test]
fn a_plain_exporter_is_answered_in_protobuf() {
    let (_scratch, server) = server("otlp-plain");
    let good = request(&[encoded(1, 1, b"a", "k", b"v")]);
    let answer = server.send("POST", "/v1/traces", &[PROTOBUF], &good);
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
}

#[test]
fn one_malformed_span_does_not_cost_the_others() {
    let (_scratch, server) = server("otlp-malformed");
    let mut spans =
        vec![encoded(1, 1, b"first", "k", b"v"), b"\xff\xff\xff".to_vec(), encoded(2, 2, b"last", "k", b"v")];
    spans.push(Vec::new());
    let answer = server.send("POST", PATH, &[PROTOBUF], &request(&spans));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "2");
    let mut found = server.found("");
    found.sort();
    assert_eq!(found, ["first", "last"]);

    let mut wrong = span(&trace_id(3), &span_id(3), None, "wrong", &[]);
    wrong["attributes"] = json!({"no": "array"});
    let mut nameless = span(&trace_id(3), &span_id(4), None, "good", &[]);
    nameless["name"] = json!(7);
    let answer = server.post(PATH, &export(&[wrong, nameless, json!("no span"), json!({"spanId": "1"})]));
    assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "3");
    assert_eq!(server.found("id:00000000000000000000000000000003"), ["7"]);
}

#[test]
fn what_cannot_be_read_is_refused_and_says_why() {
    let (_scratch, server) = server("otlp-refused");
    let good = request(&[encoded(1, 1, b"a", "k", b"v")]);
    let mut broken = packed(&good);
    let middle = broken.len() / 2;
    broken.truncate(middle);
    let cases = [
        ("no content type", vec![], good.clone()),
        ("another content type", vec![("content-type", "text/plain")], good.clone()),
        ("no protobuf", vec![PROTOBUF], b"\x0a\xff\xff\xff\xff\x0f".to_vec()),
        ("no JSON", vec![("content-type", "application/json")], b"{".to_vec()),
        ("half a gzip", vec![PROTOBUF, GZIP], broken),
        ("no gzip", vec![PROTOBUF, GZIP], good.clone()),
        ("another encoding", vec![PROTOBUF, ("content-encoding", "br")], good.clone()),
        ("a version of tomorrow", vec![PROTOBUF, ("x-langfuse-ingestion-version", "5")], good),
    ];
    for (what, headers, body) in cases {
        let answer = server.send("POST", PATH, &headers, &body);
        assert_eq!(answer.status, 400, "{what}");
        assert!(answer.json()["error"].is_string(), "{what}");
    }
    assert_eq!(server.send("GET", PATH, &[], b"").status, 405);
    assert_eq!(server.found(""), Vec::<String>::new());
}

#[test]
fn a_bomb_is_too_large() {
    let (_scratch, server) = server("otlp-bomb");
    let bomb = packed(&vec![0; 70 << 20]);
    assert!(bomb.len() < 1 << 20);
    let answer = server.send("POST", PATH, &[PROTOBUF, GZIP], &bomb);
    assert_eq!(answer.status, 413);
    assert!(answer.json()["error"].as_str().unwrap().contains("larger than"));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(peak.is_none_or(|kib| kib < 300 << 10), "{peak:?} KiB at the most");
    // It still serves.
    assert_eq!(server.found(""), Vec::<String>::new());
}

#[test]
fn absurd_values_become_sane_rows() {
    let (_scratch, server) = server("otlp-absurd");
    let large = "x".repeat(10 << 20);
    let odd = encoded(1, 1, b"not \xff utf-8", "langfuse.observation.input", b"\xc3\x28 broken");
    assert_eq!(server.send("POST", PATH, &[PROTOBUF], &request(&[odd])).status, 200);
    let mut future = span(&trace_id(2), &span_id(2), None, "future", &[]);
    future["startTimeUnixNano"] = json!("18446744073709551615");
    future["endTimeUnixNano"] = json!("1");
    let mut timeless = span(&trace_id(3), &span_id(3), None, "timeless", &[]);
    timeless["startTimeUnixNano"] = json!(0);
    timeless["endTimeUnixNano"] = json!("no number");
    let cycle = [
        span(&trace_id(4), &span_id(4), Some(&span_id(5)), "chicken", &[]),
        span(&trace_id(4), &span_id(5), Some(&span_id(4)), "egg", &[]),
        span(&trace_id(4), &span_id(6), Some(&span_id(6)), "own parent", &[]),
    ];
    let orphan = span(&trace_id(5), &span_id(7), Some(&span_id(99)), "orphan", &[]);
    let twice = span(&trace_id(5), &span_id(7), Some(&span_id(99)), "orphan", &[]);
    let heavy = span(&trace_id(6), &span_id(8), None, "heavy", &[("langfuse.observation.input", &large)]);
    let mut all = vec![future, timeless, orphan, twice, heavy];
    all.extend(cycle);
    let answer = server.post(PATH, &export(&all));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let view = |number| server.get(&format!("/api/local/traces/{}", trace_id(number)));
    assert_eq!(view(1)["trace"]["name"], "not \u{fffd} utf-8");
    assert_eq!(view(2)["observations"][0]["start"], "2554-07-21T23:34:33.709551Z");
    assert!(view(3)["observations"][0]["start"].as_str().unwrap().starts_with("20"));
    assert_eq!(view(4)["observations"].as_array().unwrap().len(), 3);
    assert_eq!(view(5)["observations"].as_array().unwrap().len(), 1);
    let path = format!("/api/local/traces/{}/observations/{}/io", trace_id(6), span_id(8));
    assert_eq!(server.get(&path)["input"].as_str().map(str::len), Some(10 << 20));
    assert_eq!(server.get("/api/local/traces")["rows"].as_array().unwrap().len(), 6);
}

#[test]
fn numbers_keep_their_last_digit() {
    let (_scratch, server) = server("otlp-numbers");
    let digits = "[1.2413370808825334e-211,0.30000000000000004,5e-324]";
    let root = span(&trace_id(1), &span_id(1), None, "numbers", &[("langfuse.observation.input", digits)]);
    assert_eq!(server.post(PATH, &export(&[root])).status, 200);
    let path = format!("/api/local/traces/{}/observations/{}/io", trace_id(1), span_id(1));
    let answer = server.send("GET", &path, &[], b"");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.contains(digits), "{text}");
}

#[test]
fn the_attributes_of_other_sdks_are_understood() {
    let (_scratch, server) = server("otlp-attributes");
    let openinference = span(
        &trace_id(1),
        &span_id(1),
        None,
        "openinference",
        &[
            ("openinference.span.kind", "LLM"),
            ("llm.model_name", "gpt-4o-mini"),
            ("llm.token_count.prompt", "1000"),
            ("llm.token_count.completion", "100"),
            ("llm.input_messages.0.message.role", "user"),
            ("llm.input_messages.0.message.content", "Hello?"),
            ("output.value", "Hi."),
            ("user.id", "ada"),
            ("session.id", "s1"),
            ("tag.tags", "[\"a\",\"b\"]"),
        ],
    );
    let conventions = span(
        &trace_id(2),
        &span_id(2),
        None,
        "chat gpt-4o",
        &[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.request.model", "gpt-4o"),
            ("gen_ai.request.temperature", "0.5"),
            ("gen_ai.usage.input_tokens", "10"),
            ("gen_ai.usage.cache_read.input_tokens", "4"),
            ("gen_ai.usage.output_tokens", "5"),
            ("gen_ai.input.messages", "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hey\"}]}]"),
            ("gen_ai.system_instructions", "Be kind."),
            ("deployment.environment", "Staging"),
        ],
    );
    let mut failed = span(&trace_id(3), &span_id(3), None, "failed", &[("langfuse.observation.type", "tool")]);
    failed["status"] = json!({"code": 2, "message": "it broke"});
    failed["events"] = json!([{"timeUnixNano": "1795600000500000000", "name": "exception",
        "attributes": [{"key": "exception.type", "value": {"stringValue": "Oops"}}]}]);
    assert_eq!(server.post(PATH, &export(&[openinference, conventions, failed])).status, 200);

    let first = server.get(&format!("/api/local/traces/{}", trace_id(1)));
    let observation = &first["observations"][0];
    assert_eq!(observation["type"], "GENERATION");
    assert_eq!(observation["usage"], json!({"input": 1000, "output": 100, "total": 1100}));
    assert_eq!(observation["costSource"], "price table: gpt-4o-mini");
    assert_eq!(first["trace"]["output"], "Hi.");
    assert_eq!((&first["trace"]["user"], &first["trace"]["session"]), (&json!("ada"), &json!("s1")));
    assert_eq!(first["trace"]["tags"], json!(["a", "b"]));

    let second = server.get(&format!("/api/local/traces/{}", trace_id(2)));
    assert_eq!(second["observations"][0]["usage"]["input"], 6);
    assert_eq!(second["observations"][0]["usage"]["input_cached_tokens"], 4);
    assert_eq!(second["observations"][0]["modelParameters"], json!({"temperature": "0.5"}));
    assert_eq!(second["trace"]["environment"], "staging");
    assert_eq!(second["trace"]["input"][0]["content"], "Be kind.");

    let third = server.get(&format!("/api/local/traces/{}", trace_id(3)));
    let observation = &third["observations"][0];
    assert_eq!((&observation["level"], &observation["statusMessage"]), (&json!("ERROR"), &json!("it broke")));
    assert_eq!(observation["type"], "TOOL");
    assert_eq!(observation["events"][0]["attributes"], json!({"exception.type": "Oops"}));
    assert_eq!(third["trace"]["level"], "ERROR");
}
