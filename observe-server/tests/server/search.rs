//! The query language against a database, one query a line.

use serde_json::{Value, json};

use super::program::{Scratch, Server};
use super::spans::{export, span, span_id, trace_id};

/// Four traces whose names say what they are.
fn filled(name: &str) -> (Scratch, Server) {
    let scratch = Scratch::new(name);
    let server = scratch.serve(&["--watch", "none"]);
    let of = |number: u64, name: &str, attributes: &[(&str, &str)]| {
        let mut span = span(&trace_id(number), &span_id(number), None, name, attributes);
        let start = 1_795_600_000_000_000_000_u64 + number * 1_000_000_000;
        span["startTimeUnixNano"] = json!(start.to_string());
        span["endTimeUnixNano"] = json!((start + number * 1_000_000_000).to_string());
        span
    };
    let one = of(
        1,
        "support-query",
        &[
            ("langfuse.user.id", "ada"),
            ("langfuse.session.id", "s-1"),
            ("langfuse.trace.tags", "[\"support\",\"production\"]"),
            ("langfuse.trace.metadata.plan", "pro"),
            ("langfuse.trace.metadata.my key", "eu"),
            ("langfuse.observation.input", "{\"q\":\"What is the refund policy?\\nTell me\"}"),
            ("langfuse.observation.output", "Thirty days."),
            ("langfuse.environment", "production"),
        ],
    );
    let two = of(
        2,
        "support-query",
        &[
            ("langfuse.user.id", "bob"),
            ("langfuse.trace.tags", "support"),
            ("langfuse.trace.metadata.plan", "free"),
            ("langfuse.observation.level", "ERROR"),
            ("langfuse.observation.status_message", "upstream timeout"),
            ("langfuse.observation.input", "the policy on a refund"),
            ("langfuse.environment", "dev"),
        ],
    );
    let three = of(
        3,
        "chat",
        &[
            ("langfuse.observation.type", "generation"),
            ("langfuse.observation.model.name", "gpt-4o"),
            ("langfuse.observation.usage_details", "{\"input\":1000,\"output\":500}"),
            ("langfuse.observation.level", "WARNING"),
            ("langfuse.observation.completion_start_time", "2026-11-25T09:46:43.500Z"),
            ("langfuse.release", "v2"),
            ("langfuse.trace.public", "true"),
        ],
    );
    let four = of(4, "Ünïcode \"quoted\" % _", &[("langfuse.observation.input", "naïve café")]);
    assert_eq!(server.post("/v1/traces", &export(&[one, two, three, four])).status, 200);
    for (trace, name, value) in
        [(1, "helpfulness", json!(0.3)), (2, "helpfulness", json!(0.9)), (1, "verdict", json!("good"))]
    {
        let score = json!({"traceId": trace_id(trace), "name": name, "value": value});
        assert_eq!(server.post("/api/public/scores", &score).status, 200);
    }
    server.until_indexed();
    (scratch, server)
}

/// What a query finds, as digits in order.
fn digits(server: &Server, query: &str) -> String {
    let answer = server.ask("/api/local/traces", "q", query);
    assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
    let rows = answer.json()["rows"].as_array().unwrap().clone();
    rows.iter().map(|row| row["id"].as_str().unwrap().trim_start_matches('0').to_owned()).collect()
}

#[test]
fn words_are_found_as_they_are_now() {
    let scratch = Scratch::new("search-changes");
    let server = scratch.serve(&["--watch", "none"]);
    let say = |number: u64, words: &str| {
        let attributes = [("langfuse.observation.input", words)];
        span(&trace_id(number), &span_id(number), None, "work", &attributes)
    };
    let send = |spans: &[Value]| {
        assert_eq!(server.post("/v1/traces", &export(spans)).status, 200);
        server.until_indexed();
    };
    send(&[say(1, "early words"), say(2, "early words"), say(3, "early words")]);
    // What changes and what is new meet in one transaction of the index.
    send(&[say(2, "later words"), say(4, "later words"), say(1, "later words"), say(5, "early words")]);
    let found = |query: &str| {
        let mut found: Vec<char> = digits(&server, query).chars().collect();
        found.sort_unstable();
        found.into_iter().collect::<String>()
    };
    assert_eq!((found("early"), found("later"), found("words")), ("35".into(), "124".into(), "12345".into()));
}

#[test]
fn every_kind_of_condition_finds_what_it_means() {
    let (_scratch, server) = filled("search-conditions");
    let cases = "
        | 4321
        name:support-query | 21
        name:support | 21
        name:=support | 
        name:*query | 21
        name:supp* | 21
        name:\"Ünïcode \\\"quoted\\\" % _\" | 4
        name:\"% _\" | 4
        userId:ada | 1
        user:(ada OR bob) | 21
        -user:ada | 432
        user:!=ada | 432
        user!=ada | 432
        sessionId:s-1 | 1
        tags:(support AND production) | 1
        tags:(support OR production) | 21
        tag:support -tag:production | 2
        environment:dev | 2
        -env:dev | 431
        type:GENERATION | 3
        type:generation | 3
        model:gpt-4o | 3
        level:ERROR | 2
        level:(ERROR OR WARNING) | 32
        level:>=WARNING | 32
        status:ERROR | 2
        latency:>2 | 43
        latency>2s | 43
        latency:>=2000ms latency:<3.5s | 32
        totalCost:>0.001 | 3
        cost:>$0.001 | 3
        cost>1 | 
        tokens:>1k | 3
        inputTokens:=1000 | 3
        ttft:>0 | 3
        scores.helpfulness:<0.5 | 1
        score.helpfulness<0.5 | 1
        scores.helpfulness:>=0.9 | 2
        scores.verdict:good | 1
        scores.\"verdict\":GOOD | 1
        has:scores.verdict | 1
        -has:scores.helpfulness | 43
        metadata.plan:pro | 1
        metadata.plan:(pro OR free) | 21
        metadata.\"my key\":eu | 1
        has:metadata.plan | 21
        statusMessage:*timeout* | 2
        statusMessage:timeout | 2
        has:statusMessage | 2
        has:endTime | 4321
        -has:userId | 43
        has:userId | 21
        release:v2 | 3
        public:true | 3
        public:false | 421
        startTime:>2026-11-01 | 4321
        startTime:>2099-01-01 | 
        startTime:2026-11-25 | 4321
        since:10y | 4321
        until:2026-11-25T09:46:42.5Z | 21
        refund policy | 1
        \"refund policy\" | 1
        refund and policy | 21
        refund | 21
        tell | 1
        REFUND | 21
        refun* | 21
        input:refund | 21
        input:thirty | 
        output:thirty | 1
        input:*olic* | 21
        cafe | 4
        café | 4
        ada | 1
        timeout | 2
        level:ERROR or user:ada | 21
        level:ERROR OR type:GENERATION | 32
        (level:ERROR or user:ada) and not metadata.plan:pro | 2
        not (level:ERROR or user:ada) | 43
        -(level:ERROR user:bob) | 431
        not refund | 43
        errors:>0 | 2
        observations:1 | 4321
        sort:startTime | 1234
        sort:-latency | 4321
        sort:latency level:(ERROR OR WARNING) | 23
        sort:-cost type:GENERATION | 3
        sort:-scores.helpfulness has:scores.helpfulness | 21
        sort:-name name:* | 4213
        id:00000000000000000000000000000003 | 3
        00000000000000000000000000000003 | 3
        observationId:0000000000000002 | 2
        0000000000000002 | 2
        not 0000000000000002 | 431
        metadata.\"my key\":*\"e\"* | 1
        name:*\"% _\" | 4
        name:\"support-q\"* | 21
        user:(*\"d\"* or \"bo\"*) | 21
        sort:-scores.\"helpfulness\" has:scores.\"helpfulness\" | 21
    ";
    let mut wrong = Vec::new();
    for case in cases.lines().filter(|line| line.contains('|')) {
        let (query, expected) = case.rsplit_once('|').unwrap();
        let (query, expected) = (query.trim(), expected.trim());
        let found = digits(&server, query);
        if found != expected {
            wrong.push(format!("{query}: {found} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn mistakes_are_pointed_at() {
    let scratch = Scratch::new("search-mistakes");
    let server = scratch.serve(&["--watch", "none"]);
    let cases: [(&str, u64, &str, Value); 17] = [
        ("levl:ERROR", 0, "there is no field levl", json!("level:")),
        ("refund usr:ada", 7, "there is no field usr", json!("user:")),
        ("level:EROR", 6, "level cannot be EROR", json!("ERROR")),
        ("latency:>fast", 9, "latency cannot be fast", Value::Null),
        ("(level:ERROR", 0, "is not closed", Value::Null),
        ("level:ERROR)", 11, "was not opened", Value::Null),
        ("name:\"open", 5, "not closed", json!("\"open\"")),
        ("or level:ERROR", 0, "between two conditions", Value::Null),
        ("level:ERROR and", 12, "between two conditions", Value::Null),
        ("name:>5", 6, "not more or less", json!("name:5")),
        ("latency:", 8, "is missing", Value::Null),
        ("latency:>1e308", 9, "latency cannot be 1e308", Value::Null),
        ("level:*\"ERR\"*", 6, "level cannot be part of a text", Value::Null),
        ("sort:scores.", 5, "wants a key", Value::Null),
        ("since:soon", 6, "is no time", Value::Null),
        ("sort:-nothing", 6, "there is no field nothing", Value::Null),
        ("!level:ERROR", 0, "there is no field !level", json!("level:")),
    ];
    for (query, at, message, suggestion) in cases {
        let answer = server.ask("/api/local/traces", "q", query);
        assert_eq!(answer.status, 400, "{query}");
        let error = answer.json()["error"].clone();
        assert!(error["message"].as_str().unwrap().contains(message), "{query}: {error}");
        assert_eq!((&error["at"], &error["suggestion"]), (&json!(at), &suggestion), "{query}: {error}");
    }
    for many in
        ["\"\" ".repeat(1000), "x:y or ".repeat(300).replace('x', "user") + "z", format!("user:({})", "a ".repeat(999))]
    {
        let answer = server.ask("/api/local/traces", "q", &many);
        let error = answer.json()["error"]["message"].clone();
        assert_eq!((answer.status, error), (400, json!("a query has at most 250 conditions")));
    }
}

#[test]
fn signs_that_the_database_knows_are_signs_here() {
    let scratch = Scratch::new("search-signs");
    let server = scratch.serve(&["--watch", "none"]);
    let metadata = "{\"a\\\\b\":\"one\",\"a\\\"b\":\"two\",\"$.x\":\"three\"}";
    let root = span(&trace_id(1), &span_id(1), None, "signs", &[("langfuse.observation.metadata", metadata)]);
    assert_eq!(server.post("/v1/traces", &export(&[root])).status, 200);
    server.until_indexed();
    for (query, found) in [
        ("metadata.\"a\\\\b\":one", "1"),
        ("metadata.\"a\\\"b\":two", "1"),
        ("has:metadata.\"a\\\\b\"", "1"),
        ("metadata.\"a\\\\\":one", ""),
        ("metadata.\"$.x\":three", "1"),
        ("\"signs\0\"", "1"),
        ("\"\0\"", ""),
        ("\"sig\0ns\"", ""),
    ] {
        assert_eq!(digits(&server, query), found, "{query:?}");
    }
}

#[test]
fn pages_follow_each_other_in_every_order() {
    let (_scratch, server) = filled("search-pages");
    for sort in ["", "startTime", "-latency", "latency", "-cost", "name", "-name", "-ttft", "-scores.helpfulness"] {
        let all = server.get(&format!("/api/local/traces?sort={sort}"));
        let ids = |page: &Value| -> Vec<String> {
            page["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
        };
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = server.get(&format!("/api/local/traces?sort={sort}&limit=1&cursor={cursor}"));
            paged.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(paged, ids(&all), "sort={sort}");
        assert_eq!(paged.len(), 4, "sort={sort}");
    }
}
