//! Langfuse's ingestion batch and scores.

use serde_json::{Value, json};

use super::program::Scratch;

fn at(second: u32) -> String {
    format!("2026-11-25T10:00:{second:02}.000Z")
}

fn event(id: &str, kind: &str, second: u32, body: &Value) -> Value {
    json!({"id": id, "type": kind, "timestamp": at(second), "body": body})
}

#[test]
fn events_of_every_type_arrive_in_any_order() {
    let scratch = Scratch::new("ingestion-order");
    let server = scratch.serve(&["--watch", "none"]);
    let events = vec![
        event(
            "5",
            "generation-update",
            9,
            &json!({"id": "g", "traceId": "t", "output": {"text": "hi"}, "endTime": at(9),
            "usageDetails": {"input": 10, "output": 20}}),
        ),
        event("3", "span-update", 8, &json!({"id": "s", "endTime": at(8), "metadata": {"b": 2}})),
        event(
            "4",
            "generation-create",
            3,
            &json!({"id": "g", "traceId": "t", "parentObservationId": "s", "name": "llm",
            "startTime": at(3), "model": "gpt-4o", "input": [{"role": "user", "content": "hello"}],
            "modelParameters": {"temperature": 0.5}, "promptName": "p", "promptVersion": 3}),
        ),
        event(
            "2",
            "span-create",
            2,
            &json!({"id": "s", "traceId": "t", "name": "work", "startTime": at(2),
            "metadata": {"a": 1}, "level": "WARNING", "statusMessage": "careful"}),
        ),
        event(
            "1",
            "trace-create",
            1,
            &json!({"id": "t", "name": "Chat", "userId": "u", "sessionId": "s-1", "tags": ["x"],
            "timestamp": at(1), "metadata": {"plan": "pro"}, "input": "question", "release": "r1"}),
        ),
        event("6", "event-create", 4, &json!({"id": "e", "traceId": "t", "name": "cache miss", "startTime": at(4)})),
        event(
            "7",
            "tool-create",
            5,
            &json!({"id": "tool", "traceId": "t", "name": "search", "startTime": at(5), "endTime": at(6)}),
        ),
        event("8", "score-create", 6, &json!({"traceId": "t", "name": "good", "value": 1, "dataType": "BOOLEAN"})),
        event("9", "sdk-log", 6, &json!({"log": "hello"})),
        event("10", "trace-create", 7, &json!({"id": "t", "tags": ["a"], "output": "answer"})),
    ];
    // One request each, so that nothing can be put in order.
    for event in events {
        let is_log = event["type"] == "sdk-log";
        let answer = server.post("/api/public/ingestion", &json!({"batch": [event]}));
        assert_eq!(answer.status, 207);
        let accepted = answer.json()["successes"].as_array().unwrap().len();
        assert_eq!(accepted, usize::from(!is_log), "{}", answer.json());
    }
    let trace = server.get("/api/public/traces/t");
    assert_eq!(trace["name"], "Chat");
    assert_eq!(trace["tags"], json!(["a", "x"]));
    assert_eq!((&trace["input"], &trace["output"]), (&json!("question"), &json!("answer")));
    assert_eq!(trace["metadata"], json!({"plan": "pro"}));
    assert_eq!(trace["latency"], 8.0);
    assert_eq!(trace["scores"][0]["stringValue"], "True");
    let find = |id: &str| {
        let all = trace["observations"].as_array().unwrap();
        all.iter().find(|observation| observation["id"] == id).unwrap_or_else(|| panic!("no {id}")).clone()
    };
    let generation = find("g");
    assert_eq!(generation["type"], "GENERATION");
    assert_eq!((&generation["startTime"], &generation["endTime"]), (&json!(at(3)), &json!(at(9))));
    assert_eq!(generation["usageDetails"], json!({"input": 10, "output": 20, "total": 30}));
    assert_eq!(generation["output"], json!({"text": "hi"}));
    assert_eq!((&generation["promptName"], &generation["promptVersion"]), (&json!("p"), &json!(3)));
    assert!(generation["calculatedTotalCost"].as_f64().unwrap() > 0.0);
    let span = find("s");
    assert_eq!((&span["metadata"]["a"], &span["metadata"]["b"]), (&json!(1), &json!(2)));
    assert_eq!((&span["level"], &span["endTime"]), (&json!("WARNING"), &json!(at(8))));
    assert_eq!(find("tool")["type"], "TOOL");
    assert_eq!(find("e")["type"], "EVENT");
}

#[test]
fn a_trace_that_is_named_late_takes_over_in_one_request_and_in_several() {
    let scratch = Scratch::new("ingestion-late");
    let server = scratch.serve(&["--watch", "none"]);
    let events = |id: &str, trace: &str| {
        vec![
            event("1", "span-create", 1, &json!({"id": id, "name": "work", "startTime": at(1)})),
            event("2", "span-update", 2, &json!({"id": id, "traceId": trace, "level": "WARNING"})),
            event("3", "span-update", 3, &json!({"id": id, "endTime": at(3)})),
        ]
    };
    assert_eq!(server.post("/api/public/ingestion", &json!({"batch": events("a", "one")})).status, 207);
    for event in events("b", "several") {
        assert_eq!(server.post("/api/public/ingestion", &json!({"batch": [event]})).status, 207);
    }
    for (id, trace) in [("a", "one"), ("b", "several")] {
        let trace = server.get(&format!("/api/public/traces/{trace}"));
        let [observation] = trace["observations"].as_array().unwrap().as_slice() else { panic!("{trace}") };
        assert_eq!((&observation["id"], &observation["level"]), (&json!(id), &json!("WARNING")));
        assert_eq!((&trace["name"], &trace["latency"]), (&json!("work"), &json!(2.0)));
        assert_eq!(server.send("GET", &format!("/api/public/traces/{id}"), &[], b"").status, 404);
    }
}

#[test]
fn what_is_wrong_is_said_of_each_event() {
    let scratch = Scratch::new("ingestion-wrong");
    let server = scratch.serve(&["--watch", "none"]);
    let batch = json!({"batch": [
        event("1", "span-create", 1, &json!({"id": "a", "level": "error"})),
        event("2", "span-create", 1, &json!({"id": "x".repeat(801)})),
        event("3", "generation-create", 1, &json!({"id": "a", "promptName": "only"})),
        event("4", "score-create", 1, &json!({"traceId": "t", "name": "n", "value": true, "dataType": "BOOLEAN"})),
        event("5", "dataset-run-item-create", 1, &json!({})),
        event("6", "span-create", 1, &json!({"id": "good", "traceId": "t"})),
        "no event",
    ]});
    let answer = server.post("/api/public/ingestion", &batch);
    assert_eq!(answer.status, 207);
    let body = answer.json();
    assert_eq!(body["successes"], json!([{"id": "6", "status": 201}]));
    let mut refused: Vec<&str> =
        body["errors"].as_array().unwrap().iter().map(|error| error["id"].as_str().unwrap()).collect();
    refused.sort_unstable();
    assert_eq!(refused, ["1", "2", "3", "4", "5", "unknown"]);
    for error in body["errors"].as_array().unwrap() {
        assert_eq!((&error["status"], &error["message"]), (&json!(400), &json!("Invalid request data")));
    }
    for wrong in [json!({}), json!([]), json!({"batch": 1})] {
        assert_eq!(server.post("/api/public/ingestion", &wrong).status, 400);
    }
    let large = json!({"batch": [event("1", "span-create", 1, &json!({"id": "a", "input": "x".repeat(5 << 20)}))]});
    assert_eq!(server.post("/api/public/ingestion", &large).status, 413);
}

#[test]
fn scores_come_alone_and_in_lists_and_can_be_taken_back() {
    let scratch = Scratch::new("ingestion-scores");
    let server = scratch.serve(&["--watch", "none"]);
    let one = json!({"id": "one", "traceId": "t", "name": "quality", "value": 0.5});
    assert_eq!(server.post("/api/public/scores", &one).json(), json!({"id": "one"}));
    let list = json!([{"traceId": "t", "name": "verdict", "value": "good"}, {"sessionId": "s", "name": "ok", "value": 1, "dataType": "BOOLEAN"}]);
    let answer = server.post("/api/public/scores", &list);
    assert_eq!((answer.status, answer.json()), (202, json!({"message": "Accepted"})));
    let mixed = json!([{"traceId": "t", "name": "late", "value": 3}, {"name": "of nothing", "value": 3}]);
    let answer = server.post("/api/public/scores", &mixed);
    assert_eq!(answer.status, 207);
    assert_eq!((&answer.json()["accepted"], &answer.json()["rejected"]), (&json!(1), &json!(1)));
    let wrong = server.post("/api/public/scores", &json!({"traceId": "t", "name": "", "value": 1}));
    assert_eq!((wrong.status, &wrong.json()["message"]), (400, &json!("Invalid request data")));
    assert_eq!(
        server.post("/api/public/scores", &json!({"traceId": "t", "name": "n", "value": 1, "source": "EVAL"})).status,
        400
    );

    let names = |answer: &Value| {
        let mut names: Vec<String> =
            answer["data"].as_array().unwrap().iter().map(|score| score["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&server.get("/api/public/v3/scores?traceId=t")), ["late", "quality", "verdict"]);
    assert_eq!(names(&server.get("/api/public/v3/scores?traceId=t&valueMin=0.4&valueMax=1")), ["quality"]);
    let subject = server.get("/api/public/v3/scores?fields=subject,details&name=ok");
    assert_eq!(subject["data"][0]["subject"], json!({"kind": "session", "id": "s"}));
    assert_eq!(subject["data"][0]["value"], json!(true));
    assert_eq!(server.send("GET", "/api/public/v3/scores?userId=u", &[], b"").status, 400);
    assert_eq!(server.send("DELETE", "/api/public/scores/one", &[], b"").status, 200);
    assert_eq!(names(&server.get("/api/public/v2/scores?traceId=t")), ["late", "verdict"]);
}
