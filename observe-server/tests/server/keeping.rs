//! What is kept, and what it costs later.

use serde_json::json;

use super::http::until;
use super::program::Scratch;
use super::spans::{export, span, span_id, trace_id};

#[test]
fn what_is_too_old_goes() {
    let scratch = Scratch::new("keeping-age");
    let server = scratch.serve(&["--watch", "none"]);
    let mut fresh = span(&trace_id(2), &span_id(2), None, "fresh", &[]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    fresh["startTimeUnixNano"] = json!(now.to_string());
    fresh["endTimeUnixNano"] = json!(now.to_string());
    let old = span(&trace_id(1), &span_id(1), None, "old", &[("langfuse.observation.input", "forgotten word")]);
    assert_eq!(server.post("/v1/traces", &export(&[old, fresh])).status, 200);
    let score = json!({"traceId": trace_id(1), "name": "n", "value": 1});
    assert_eq!(server.post("/api/public/scores", &score).status, 200);
    server.until_indexed();
    assert_eq!(server.found("forgotten"), ["old"]);
    drop(server);

    let server = scratch.serve(&["--watch", "none", "--retention", "1h"]);
    until("the old one has gone", || server.found("") == ["fresh"]);
    assert_eq!(server.found("forgotten"), Vec::<String>::new());
    assert_eq!(server.get("/api/public/v2/scores")["meta"]["totalItems"], 0);
    assert_eq!(server.get("/api/local/info")["db"]["observations"], 1);
    let said = scratch.fail(&["serve", "--retention", "soon"]);
    assert!(said.contains("30d"), "{said}");
}

#[test]
fn the_oldest_go_while_there_is_too_much() {
    let scratch = Scratch::new("keeping-size");
    let server = scratch.serve(&["--watch", "none"]);
    let large = "x".repeat(20_000);
    for hundred in 0..3 {
        let spans: Vec<_> = (hundred * 100..hundred * 100 + 100)
            .map(|number| {
                let mut span = span(
                    &trace_id(number + 1),
                    &span_id(number + 1),
                    None,
                    &format!("n{number}"),
                    &[("langfuse.observation.input", &large)],
                );
                let time = 1_795_600_000_000_000_000_u64 + number * 1_000_000_000;
                span["startTimeUnixNano"] = json!(time.to_string());
                span["endTimeUnixNano"] = json!(time.to_string());
                span
            })
            .collect();
        assert_eq!(server.post("/v1/traces", &export(&spans)).status, 200);
    }
    server.until_indexed();
    drop(server);
    let server = scratch.serve(&["--watch", "none", "--max-size", "4MB"]);
    let traces = || server.get("/api/local/info")["db"]["traces"].as_u64().unwrap();
    until("some have gone", || traces() < 200);
    assert_eq!(server.found("sort:-startTime")[0], "n299", "the newest stay");
    until("the file is smaller", || {
        std::fs::metadata(scratch.path().join(".observe/observe-io.db")).unwrap().len() < 5 << 20
    });
}

#[test]
fn a_corrected_price_corrects_the_past() {
    let scratch = Scratch::new("keeping-prices");
    let server = scratch.serve(&["--watch", "none"]);
    let call = span(
        &trace_id(1),
        &span_id(1),
        None,
        "call",
        &[
            ("langfuse.observation.type", "generation"),
            ("langfuse.observation.model.name", "my-own-model"),
            ("langfuse.observation.usage_details", "{\"input\":1000000}"),
        ],
    );
    assert_eq!(server.post("/v1/traces", &export(&[call])).status, 200);
    let row = || server.get("/api/local/traces")["rows"][0].clone();
    assert_eq!(row()["cost"], json!(null));
    let observation = || server.get(&format!("/api/local/traces/{}", trace_id(1)))["observations"][0].clone();
    assert!(observation()["costHint"].as_str().unwrap().contains("observe prices add"), "{}", observation());
    let prices = "[[model]]\nname = \"my-own-model\"\nprices = { input = 2.5 }\n";
    std::fs::write(scratch.path().join(".observe/prices.toml"), prices).unwrap();
    until("the trace is priced", || observation()["costTotal"] == json!(2.5));
    until("the sums follow", || row()["cost"] == json!(2.5));
    assert_eq!(server.found("cost:>2"), ["call"]);
}
