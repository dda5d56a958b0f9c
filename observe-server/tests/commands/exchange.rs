//! Traces that leave as files, and come back.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::program::Scratch;
use super::recorded::{NOON, attributes, recorded};

#[test]
fn exports_hold_everything() {
    let scratch = recorded("export");
    let csv = scratch.run(&["export", "--format", "csv", "name:answer"]);
    assert_eq!(
        csv.lines().nth(1).expect("a row"),
        "000000a1000000000000000000000000,2026-11-25T12:00:00.000000Z,answer,user_123,session_abc,default,,,production;support,ERROR,\
         2000,4,1,0,1200,250,1450,0.00033,\"{\"\"helpfulness\"\":0.92}\",\"{\"\"question\"\":\"\"refunds?\"\"}\",see the handbook"
    );
    let lines = scratch.run(&["export"]);
    let traces: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(traces.len(), 2);
    assert_eq!(traces[1]["observations"][2]["usageDetails"], json!({"input": 1200, "output": 250, "total": 1450}));

    // What is exported as OTLP is the same trace elsewhere.
    let elsewhere = Scratch::new("elsewhere");
    let otlp = scratch.run(&["export", "--format", "otlp"]);
    fs::create_dir(elsewhere.path().join(".observe")).expect("a directory");
    fs::write(elsewhere.path().join(".observe/traces-1.jsonl"), otlp).expect("a file");
    assert_eq!(elsewhere.run(&["show", "000000a1", "--json"]), scratch.run(&["show", "000000a1", "--json"]));
    assert_eq!(elsewhere.run(&["export"]), lines);

    let output = scratch.path().join("out.jsonl");
    assert_eq!(scratch.run(&["export", "--output", &output.to_string_lossy(), "--format", "jsonl"]), "");
    assert_eq!(fs::read_to_string(output).expect("a file"), lines);
}

#[test]
fn what_langfuse_exports_is_imported() {
    let scratch = recorded("import");
    let elsewhere = Scratch::new("imported");
    // Our own lines are Langfuse's answers.
    fs::write(elsewhere.path().join("traces.jsonl"), scratch.run(&["export"])).expect("a file");
    assert_eq!(elsewhere.run(&["import", "traces.jsonl"]), "traces.jsonl: 5 observations, 2 traces, 1 score\n");
    assert_eq!(elsewhere.run(&["show", "000000a1", "--io"]), scratch.run(&["show", "000000a1", "--io"]));
    // Twice is once.
    elsewhere.run(&["import", "traces.jsonl"]);
    assert_eq!(elsewhere.run(&["stats"]), scratch.run(&["stats"]));

    // A page of the API, a table of the page over several lines, and OTLP, zipped or not.
    let page = json!({"data": [
        {"id": "t-1", "timestamp": "2026-11-25T12:00:00Z", "name": "listed", "observations": ["o-1"], "scores": ["s-9"]},
        {"id": "o-1", "traceId": "t-1", "type": "AGENT", "name": "inside", "startTime": "2026-11-25T12:00:00Z", "endTime": "2026-11-25T12:00:01Z"},
        {"id": "s-9", "traceId": "t-1", "sessionId": null, "name": "verdict", "value": 0, "stringValue": "good", "dataType": "CATEGORICAL"},
    ], "meta": {"page": 1}});
    fs::write(elsewhere.path().join("page.json"), format!("{page:#}")).expect("a file");
    assert_eq!(elsewhere.run(&["import", "page.json"]), "page.json: 1 observation, 1 trace, 1 score\n");
    let shown = elsewhere.run(&["show", "t-1", "--plain"]);
    assert!(shown.contains("verdict = good") && shown.contains("inside [agent]"), "{shown}");
    let zipped = Command::new("gzip")
        .args(["--stdout", ".observe/traces-1.jsonl"])
        .current_dir(scratch.path())
        .output()
        .expect("gzip");
    let third = Scratch::new("zipped");
    fs::write(third.path().join("otlp.jsonl.gz"), zipped.stdout).expect("a file");
    assert_eq!(third.run(&["import", "otlp.jsonl.gz"]), "otlp.jsonl.gz: 5 observations, 0 traces, 0 scores\n");

    // What cannot be understood is said by line, and the rest is stored.
    let mixed = format!(
        "{}\nnot json\n{{\"odd\":1}}\n\n{}\n",
        json!({"id": "t-2", "timestamp": "2026-11-25T12:00:00Z"}),
        json!({"id": "t-3", "timestamp": "2026-11-25T12:00:00Z"})
    );
    fs::write(third.path().join("mixed.jsonl"), mixed).expect("a file");
    let said = third.fail(&["import", "mixed.jsonl"]);
    assert!(
        said.contains("mixed.jsonl, line 2: no JSON") && said.contains("line 3: an object with odd is no trace"),
        "{said}"
    );
    assert!(said.ends_with("2 entries were left out, all others are stored\n"), "{said}");
    assert_eq!(third.run(&["ls", "--json"]).lines().count(), 4);
    assert!(third.fail(&["import", "missing.jsonl"]).contains("missing.jsonl cannot be read"));
}

#[test]
fn an_export_keeps_the_events_and_the_model_of_a_span() {
    let here = Scratch::new("events");
    let span = json!({
        "traceId": "000000c3000000000000000000000000", "spanId": "000000c300000001", "name": "work",
        "startTimeUnixNano": (NOON * 1_000_000).to_string(), "endTimeUnixNano": ((NOON + 5) * 1_000_000).to_string(),
        "attributes": attributes(&json!({"langfuse.observation.type": "span", "langfuse.observation.model.name": "gpt-4o-mini",
            "langfuse.observation.usage_details": "{\"input\":1200,\"output\":250}"})),
        "events": [{"timeUnixNano": ((NOON + 2) * 1_000_000).to_string(), "name": "retry", "attributes": attributes(&json!({"attempt": 2}))}],
    });
    let request =
        json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "langfuse-sdk-tests"}, "spans": [span]}]}]});
    fs::write(here.path().join("otlp.jsonl"), request.to_string()).expect("a file");
    here.run(&["import", "otlp.jsonl"]);

    let there = Scratch::new("events-again");
    fs::write(there.path().join("traces.jsonl"), here.run(&["export"])).expect("a file");
    there.run(&["import", "traces.jsonl"]);
    let of = |scratch: &Scratch| {
        let shown: Value = serde_json::from_str(&scratch.run(&["show", "--json"])).expect("JSON");
        let observation = &shown["observations"][0];
        json!([observation["events"], observation["model"], observation["usage"], observation["costTotal"]])
    };
    assert_eq!(of(&there), of(&here));
    assert_eq!(
        of(&there)[0],
        json!([{"time": "2026-11-25T12:00:00.002000Z", "name": "retry", "attributes": {"attempt": 2}}])
    );
    assert_eq!(of(&there)[1], "gpt-4o-mini");
}
