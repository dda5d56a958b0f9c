//! What SDKs read back: the current API and the older one.

use serde_json::{Value, json};

use super::http::escaped;
use super::program::{Scratch, Server};
use super::spans::{export, span, span_id, trace_id};

fn filled(name: &str) -> (Scratch, Server) {
    let scratch = Scratch::new(name);
    let server = scratch.serve(&["--watch", "none"]);
    let mut spans = Vec::new();
    for number in 1..=5 {
        let user = format!("user-{}", number % 2);
        spans.push(span(
            &trace_id(number),
            &span_id(number * 10),
            None,
            "root",
            &[("langfuse.user.id", &user), ("langfuse.session.id", "conversation"), ("langfuse.trace.name", "Chat")],
        ));
        spans.push(span(
            &trace_id(number),
            &span_id(number * 10 + 1),
            Some(&span_id(number * 10)),
            "llm",
            &[
                ("langfuse.observation.type", "generation"),
                ("langfuse.observation.model.name", "gpt-4o"),
                ("langfuse.observation.usage_details", "{\"input\":1000,\"output\":100}"),
                ("langfuse.observation.input", "[{\"role\":\"user\",\"content\":\"hi\"}]"),
                ("langfuse.observation.metadata.attempt", "1"),
                ("langfuse.user.id", &user),
            ],
        ));
    }
    assert_eq!(server.post("/api/public/otel/v1/traces", &export(&spans)).status, 200);
    (scratch, server)
}

fn names(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn observations_are_read_in_pages_with_the_groups_asked_for() {
    let (_scratch, server) = filled("readback-observations");
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = server.get(&format!("/api/public/v2/observations?limit=4&cursor={cursor}"));
        seen.extend(page["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["meta"]["cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (10, 10));

    let path = format!("/api/public/v2/observations?traceId={}&type=GENERATION", trace_id(1));
    let core = &server.get(&path)["data"][0];
    assert_eq!(core["parentObservationId"], span_id(10));
    assert_eq!((&core["userId"], &core["statusMessage"]), (&json!("user-1"), &json!("")));
    assert!(core.get("input").is_none() && core.get("usageDetails").is_none());
    let whole =
        &server.get(&format!("{path}&fields=core,basic,io,usage,model,metadata,trace_context,metrics"))["data"][0];
    assert_eq!(whole["input"], "[{\"role\":\"user\",\"content\":\"hi\"}]");
    assert_eq!((&whole["inputUsage"], &whole["totalUsage"]), (&json!(1000), &json!(1100)));
    assert_eq!((&whole["model"], &whole["traceName"]), (&json!("gpt-4o"), &json!("Chat")));
    assert_eq!((&whole["latency"], &whole["metadata"]["attempt"]), (&json!(1.0), &json!(1)));
    assert!((whole["totalCost"].as_f64().unwrap() - 0.0035).abs() < 1e-9);

    assert_eq!(names(&server.get("/api/public/v2/observations?isRootObservation=true")), ["root"; 5]);
    assert_eq!(names(&server.get("/api/public/v2/observations?parentObservationId=")), ["root"; 5]);
    assert_eq!(names(&server.get("/api/public/v2/observations?userId=user-0&name=llm")), ["llm"; 2]);
    assert_eq!(names(&server.get("/api/public/v2/observations?level=ERROR")), Vec::<&str>::new());
    let filter = r#"[{"type":"number","column":"inputTokens","operator":">","value":10}]"#;
    assert_eq!(names(&server.get(&format!("/api/public/v2/observations?filter={}", escaped(filter)))), ["llm"; 5]);
    for wrong in ["limit=0", "limit=1001", "fields=nothing", "fromStartTime=soon", "filter=no", "parseIoAsJson=true"] {
        assert_eq!(
            server.send("GET", &format!("/api/public/v2/observations?{wrong}"), &[], b"").status,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn metrics_are_summed_by_dimensions_and_time() {
    let (_scratch, server) = filled("readback-metrics");
    let ask = |query: &Value| server.ask("/api/public/v2/metrics", "query", &query.to_string());
    let base =
        json!({"view": "observations", "fromTimestamp": "2026-11-01T00:00:00Z", "toTimestamp": "2026-12-01T00:00:00Z"});
    let with = |more: &Value| {
        let mut query = base.clone();
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    let answer = ask(&with(&json!({
        "dimensions": [{"field": "name"}],
        "metrics": [{"measure": "count", "aggregation": "count"}, {"measure": "totalTokens", "aggregation": "sum"},
                    {"measure": "latency", "aggregation": "p95"}],
        "orderBy": [{"field": "sum_totalTokens", "direction": "desc"}],
    })));
    assert_eq!(
        answer.json()["data"],
        json!([
            {"name": "llm", "count_count": 5, "sum_totalTokens": 5500.0, "p95_latency": 1000.0},
            {"name": "root", "count_count": 5, "sum_totalTokens": 0.0, "p95_latency": 1000.0},
        ])
    );
    let by_day = ask(&with(&json!({
        "metrics": [{"measure": "totalCost", "aggregation": "sum"}],
        "timeDimension": {"granularity": "day"},
        "filters": [{"type": "stringOptions", "column": "model", "operator": "any of", "value": ["gpt-4o"]}],
    })));
    assert_eq!(by_day.json()["data"][0]["time_dimension"], "2026-11-25T00:00:00.000Z");
    let by_month = ask(&with(&json!({
        "dimensions": [{"field": "isRootObservation"}, {"field": "startTimeMonth"}, {"field": "tags"}],
        "metrics": [{"measure": "countScores", "aggregation": "sum"}],
        "timeDimension": {"granularity": "week"},
    })));
    assert_eq!(
        by_month.json()["data"][0],
        json!({"time_dimension": "2026-11-23T00:00:00.000Z", "isRootObservation": false, "startTimeMonth": "2026-11",
            "tags": [], "sum_countScores": 0.0})
    );
    for wrong in [
        json!({"metrics": [{"measure": "count", "aggregation": "count"}], "dimensions": [{"field": "userId"}]}),
        json!({"metrics": [{"measure": "nothing", "aggregation": "count"}]}),
        json!({"metrics": []}),
    ] {
        assert_eq!(ask(&with(&wrong)).status, 400, "{wrong}");
    }
}

#[test]
fn metrics_of_scores_are_filtered_and_know_what_they_are_of() {
    let (_scratch, server) = filled("readback-score-metrics");
    for (number, name, value) in
        [(1, "helpful", json!(0.5)), (2, "helpful", json!(1.0)), (3, "safe", json!(1)), (4, "safe", json!(0))]
    {
        let kind = if name == "safe" { "BOOLEAN" } else { "NUMERIC" };
        let score = json!({"traceId": trace_id(number), "observationId": span_id(number * 10 + 1), "name": name, "value": value,
            "dataType": kind});
        assert_eq!(server.post("/api/public/scores", &score).status, 200);
    }
    let ask = |view: &str, filter: &Value, dimension: &str| {
        let query = json!({"view": view, "fromTimestamp": "2026-01-01T00:00:00Z", "toTimestamp": "2100-01-01T00:00:00Z",
            "dimensions": [{"field": dimension}], "metrics": [{"measure": "value", "aggregation": "avg"}], "filters": [filter]});
        server.ask("/api/public/v2/metrics", "query", &query.to_string())
    };
    let is = |column: &str, operator: &str, value: Value| json!({"type": "string", "column": column, "operator": operator, "value": value});
    let of_llm = ask("scores-numeric", &is("name", "=", json!("helpful")), "observationModelName");
    assert_eq!(of_llm.json()["data"], json!([{"observationModelName": "gpt-4o", "avg_value": 0.75}]));
    let one = ask("scores-numeric", &is("traceId", "any of", json!([trace_id(3)])), "traceName");
    assert_eq!(one.json()["data"], json!([{"traceName": "Chat", "avg_value": 1.0}]));
    let begun = ask("scores-boolean", &is("name", "starts with", json!("sa")), "booleanValue");
    assert_eq!(
        begun.json()["data"],
        json!([{"booleanValue": false, "avg_value": 0.0}, {"booleanValue": true, "avg_value": 1.0}])
    );
    assert_eq!(ask("scores-numeric", &is("mood", "=", json!("good")), "name").status, 400);
    assert_eq!(ask("scores-numeric", &is("name", "resembles", json!("good")), "name").status, 400);
}

#[test]
fn the_older_api_reads_the_same() {
    let (_scratch, server) = filled("readback-older");
    let page = server.get("/api/public/traces?limit=2&page=2&userId=user-1");
    assert_eq!(page["meta"], json!({"page": 2, "limit": 2, "totalItems": 3, "totalPages": 2}));
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(page["data"][0]["observations"].as_array().unwrap().len(), 2);
    let slim = server.get("/api/public/traces?fields=core&limit=1");
    assert_eq!((&slim["data"][0]["latency"], &slim["data"][0]["scores"]), (&json!(-1), &json!([])));
    let one = server.get(&format!("/api/public/traces/{}", trace_id(1)));
    assert_eq!(one["htmlPath"], format!("/project/local/traces/{}", trace_id(1)));
    assert_eq!(one["observations"][1]["input"], json!([{"role": "user", "content": "hi"}]));
    assert_eq!(server.get(&format!("/api/public/observations/{}", span_id(11)))["promptTokens"], 1000);
    assert_eq!(server.get("/api/public/observations?type=GENERATION")["meta"]["totalItems"], 5);
    assert_eq!(server.get("/api/public/sessions")["data"][0]["id"], "conversation");
    assert_eq!(server.get("/api/public/sessions/conversation")["traces"].as_array().unwrap().len(), 5);
    let missing = server.send("GET", "/api/public/traces/none", &[], b"");
    assert_eq!((missing.status, &missing.json()["error"]), (404, &json!("LangfuseNotFoundError")));
    assert_eq!(server.get("/api/public/health")["status"], "OK");
    assert_eq!(server.get("/api/public/projects")["data"][0]["id"], "local");

    assert_eq!(server.send("DELETE", &format!("/api/public/traces/{}", trace_id(1)), &[], b"").status, 200);
    assert_eq!(server.send("GET", &format!("/api/public/traces/{}", trace_id(1)), &[], b"").status, 404);
    assert_eq!(server.get("/api/public/observations?type=GENERATION")["meta"]["totalItems"], 4);
}
