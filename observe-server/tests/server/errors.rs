//! Whatever is asked wrongly is answered in JSON.

use serde_json::json;

use super::program::Scratch;

#[test]
fn every_error_is_json() {
    let scratch = Scratch::new("errors");
    let server = scratch.serve(&["--watch", "none"]);
    for (method, path, status) in [
        ("PUT", "/api/public/traces", 405),
        ("GET", "/api/public/ingestion", 405),
        ("GET", "/v1/traces", 405),
        ("GET", "/api/public/nowhere", 404),
        ("GET", "/api/local/nowhere", 404),
        ("POST", "/nowhere", 404),
        ("GET", "/api/local/traces?limit=-1", 400),
        ("GET", "/api/local/traces?sort=nothing", 400),
        ("GET", "/api/local/complete?q=a&at=x", 400),
        ("GET", "/api/local/histogram?buckets=many", 400),
        ("GET", "/api/local/export?format=other", 400),
        ("GET", "/api/local/traces/none", 404),
        ("GET", "/api/public/traces?page=x", 400),
    ] {
        let answer = server.send(method, path, &[], b"");
        assert_eq!(answer.status, status, "{method} {path}");
        let kind = answer.header("content-type").unwrap_or_default().to_owned();
        assert!(kind.starts_with("application/json"), "{method} {path}: {kind}");
        let body = answer.json();
        let message = if body["error"].is_object() { &body["error"]["message"] } else { &body["message"] };
        assert!(message.as_str().is_some_and(|message| message.len() > 10), "{method} {path}: {body}");
    }
    assert_eq!(server.send("PUT", "/api/public/traces", &[], b"").header("allow"), Some("GET,HEAD,DELETE"));
    // What the page sends, broken.
    let headers = [("x-observe", "1"), ("content-type", "application/json")];
    for (body, status) in [(&b"{"[..], 400), (br#"{"text":1}"#, 422), (b"", 400)] {
        let answer = server.send("POST", "/api/local/comments", &headers, body);
        assert_eq!((answer.status, answer.json()["error"]["at"].clone()), (status, json!(null)));
    }
}
