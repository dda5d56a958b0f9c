//! Who may come in.

use super::program::Scratch;

#[test]
fn foreign_names_and_pages_are_refused() {
    let scratch = Scratch::new("guard-foreign");
    let server = scratch.serve(&["--watch", "none"]);
    let status = |method: &str, path: &str, headers: &[(&str, &str)]| server.send(method, path, headers, b"{}").status;
    assert_eq!(status("GET", "/api/local/info", &[("host", "evil.example")]), 403, "DNS rebinding");
    assert_eq!(status("GET", "/api/local/info", &[("host", "localhost:1")]), 200);
    assert_eq!(status("GET", "/api/local/info", &[("origin", "http://evil.example")]), 403);
    let own = server.address.clone();
    assert_eq!(status("GET", "/api/local/info", &[("origin", &own)]), 200);
    let json = ("content-type", "application/json");
    assert_eq!(status("POST", "/api/public/ingestion", &[json, ("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(status("POST", "/api/public/ingestion", &[json, ("origin", "null")]), 403);
    assert_eq!(status("POST", "/api/public/ingestion", &[json]), 400, "a program's request is looked at");
    assert_eq!(status("POST", "/api/local/scores", &[json]), 403, "the page sends x-observe");
}

#[test]
fn every_answer_carries_a_strict_policy() {
    let scratch = Scratch::new("guard-policy");
    let server = scratch.serve(&["--watch", "none"]);
    for path in ["/", "/api/local/traces", "/nowhere", "/api/nowhere"] {
        let answer = server.send("GET", path, &[], b"");
        let policy = answer.header("content-security-policy").unwrap_or_default().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
}

#[test]
fn keys_are_asked_for_where_they_are_set() {
    let scratch = Scratch::new("guard-keys");
    let mut command = scratch.command(&["serve", "--port", "0", "--watch", "none"]);
    let server = super::program::Server::start(command.env("OBSERVE_PUBLIC_KEY", "pk").env("OBSERVE_SECRET_KEY", "sk"));
    let status = |headers: &[(&str, &str)]| server.send("GET", "/api/public/projects", headers, b"").status;
    assert_eq!(status(&[]), 401);
    // pk:sk, pk:other, and no base64.
    assert_eq!(status(&[("authorization", "Basic cGs6c2s=")]), 200);
    assert_eq!(status(&[("authorization", "Basic cGs6b3RoZXI=")]), 401);
    assert_eq!(status(&[("authorization", "Basic %")]), 401);
    // With the public key alone, scores can be given, and nothing else.
    let bearer = |method: &str, path: &str, key: &str, body: &[u8]| {
        let headers = [("authorization", key), ("content-type", "application/json")];
        server.send(method, path, &headers, body).status
    };
    let score = br#"{"traceId":"t","name":"liked","value":1}"#;
    assert_eq!(bearer("POST", "/api/public/scores", "Bearer pk", score), 200);
    assert_eq!(bearer("POST", "/api/public/scores", "Bearer sk", score), 401);
    for (method, path) in [
        ("GET", "/api/public/scores"),
        ("DELETE", "/api/public/scores/s"),
        ("GET", "/api/public/traces"),
        ("POST", "/api/public/otel/v1/traces"),
    ] {
        assert_eq!(bearer(method, path, "Bearer pk", b"{}"), 403, "{method} {path}");
    }
    assert_eq!(server.send("GET", "/api/public/health", &[], b"").status, 200, "health is everybody's");
    let page = server.send("GET", "/", &[], b"");
    assert_eq!(page.status, 401);
    assert!(
        page.header("www-authenticate").is_some_and(|ask| ask.starts_with("Basic")),
        "a program hears what it lacks"
    );
}

#[test]
fn a_batch_with_the_public_key_alone_gives_its_scores() {
    let scratch = Scratch::new("guard-bearer-batch");
    let server = locked(&scratch);
    let event = |id: &str, kind: &str, body: serde_json::Value| serde_json::json!({"id": id, "type": kind, "timestamp": "2026-11-25T10:00:00Z", "body": body});
    let batch = serde_json::json!({"batch": [
        event("1", "score-create", serde_json::json!({"id": "s", "traceId": "t", "name": "liked", "value": 1})),
        event("2", "trace-create", serde_json::json!({"id": "t", "name": "forged"})),
        event("3", "sdk-log", serde_json::json!({"log": "x"})),
        event("4", "score-create", serde_json::json!({"name": "nobody's", "value": 1})),
        event("5", "generation-create", serde_json::json!({"id": "g", "traceId": "t"})),
    ]});
    let headers = [("authorization", "Bearer pk"), ("content-type", "application/json")];
    let answer = server.send("POST", "/api/public/ingestion", &headers, batch.to_string().as_bytes());
    assert_eq!(answer.status, 207);
    let answer = answer.json();
    assert_eq!(answer["successes"], serde_json::json!([{"id": "1", "status": 201}]));
    let errors = answer["errors"].as_array().unwrap();
    let of = |error: &serde_json::Value| (error["id"].clone(), error["status"].clone());
    let denied = errors.iter().filter(|error| error["error"] == "Access Scope Denied").map(of).collect::<Vec<_>>();
    assert_eq!(denied, [("2".into(), 401.into()), ("5".into(), 401.into())]);
    assert_eq!((errors.len(), errors.iter().any(|error| of(error) == ("4".into(), 400.into()))), (3, true));
    let full = [("authorization", BASIC)];
    assert_eq!(server.send("GET", "/api/public/scores/s", &full, b"").json()["name"], "liked");
    assert_eq!(server.send("GET", "/api/public/traces/t", &full, b"").status, 404, "nothing was forged");
}

/// The keys of [`locked`].
const BASIC: &str = "Basic cGs6cyZrPSU=";

#[test]
fn wrong_keys_cost_time_at_the_address_that_brings_them() {
    let scratch = Scratch::new("guard-throttle");
    let server = locked(&scratch);
    let from = |address: &'static str, authorization: &'static str| {
        let headers = [("authorization", authorization), ("x-forwarded-for", address)];
        server.send("GET", "/api/public/projects", &headers, b"")
    };
    let log_in = |address: &'static str, secret: &str| {
        let body = format!("public_key=pk&secret_key={secret}");
        server.send("POST", "/login", &[FORM, ("x-forwarded-for", address)], body.as_bytes())
    };
    let entered = log_in("192.0.2.1", "s%26k%3D%25");
    let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    // Ten cost nothing, on whichever way they come.
    for _ in 0..5 {
        assert_eq!(from("192.0.2.1", "Basic cGs6c2s=").status, 401);
        assert_eq!(log_in("192.0.2.1", "wrong").status, 401);
    }
    let mut held = None;
    for _ in 0..5 {
        let answer = from("192.0.2.1", "Bearer nobody");
        if answer.status == 429 {
            held = Some(answer);
        }
    }
    let held = held.expect("an end of patience");
    assert!(held.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert!(held.json()["message"].as_str().unwrap().contains("try again in"));
    // One address may have waited long enough by now, so it fails again until it is told to wait.
    let page = (0..20).map(|_| log_in("192.0.2.1", "wrong")).find(|answer| answer.status == 429).expect("a page");
    assert!(page.header("retry-after").is_some() && String::from_utf8_lossy(&page.body).contains("try again in"));
    // Others come in, and so does who is in already.
    assert_eq!(from("192.0.2.2", BASIC).status, 200);
    assert_eq!(log_in("192.0.2.3", "s%26k%3D%25").status, 303);
    let inside = [("cookie", cookie.as_str()), ("x-forwarded-for", "192.0.2.1")];
    assert_eq!(server.send("GET", "/api/local/info", &inside, b"").status, 200);
    assert_eq!(server.send("GET", "/api/public/health", &[("x-forwarded-for", "192.0.2.1")], b"").status, 200);
    // The right keys are taken as soon as the wait is over, and forget what was before.
    super::http::until("the wait is over", || from("192.0.2.1", BASIC).status == 200);
    assert_eq!(from("192.0.2.1", "Basic cGs6c2s=").status, 401);
    assert_eq!(from("192.0.2.1", BASIC).status, 200);
}

/// A server with the keys `pk` and `s&k=%`.
fn locked(scratch: &Scratch) -> super::program::Server {
    let mut command = scratch.command(&["serve", "--port", "0", "--watch", "none"]);
    super::program::Server::start(command.env("OBSERVE_PUBLIC_KEY", "pk").env("OBSERVE_SECRET_KEY", "s&k=%"))
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn a_browser_logs_in_and_out() {
    let scratch = Scratch::new("guard-login");
    let server = locked(&scratch);
    let accept = ("accept", "text/html,*/*;q=0.8");
    let away = server.send("GET", "/trace/ab?obs=1&x=%22", &[accept], b"");
    assert_eq!(away.status, 303);
    let login = away.header("location").expect("a place").to_owned();
    assert_eq!(login, "/login?to=%2Ftrace%2Fab%3Fobs%3D1%26x%3D%2522");
    let page = server.send("GET", &login, &[accept], b"");
    assert_eq!(page.status, 200);
    let html = String::from_utf8_lossy(&page.body).into_owned();
    assert!(html.contains("name=\"to\" value=\"/trace/ab?obs=1&amp;x=%22\""), "{html}");
    assert!(!html.contains("__VERSION__") && page.header("content-security-policy").is_some());

    let wrong = server.send("POST", "/login", &[FORM], b"public_key=pk&secret_key=sk&to=/");
    assert_eq!((wrong.status, wrong.header("set-cookie"), wrong.header("www-authenticate")), (401, None, None));
    let right = b"public_key=pk&secret_key=s%26k%3D%25&to=%2Ftrace%2Fab%3Fobs%3D1";
    let entered = server.send("POST", "/login", &[FORM], right);
    assert_eq!((entered.status, entered.header("location")), (303, Some("/trace/ab?obs=1")));
    let set = entered.header("set-cookie").expect("a cookie").to_owned();
    for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(set.contains(attribute), "{set}");
    }
    let port = server.address.rsplit(':').next().unwrap();
    assert!(set.starts_with(&format!("observe-{port}=")) && !set.contains("Secure"), "{set}");
    let cookie = set.split(';').next().unwrap().to_owned();
    let with = ("cookie", cookie.as_str());

    assert_eq!(server.send("GET", "/", &[accept, with], b"").status, 200);
    assert_eq!(server.send("GET", "/api/local/info", &[with], b"").json()["session"], true);
    assert_eq!(server.send("GET", "/login?to=/users", &[with], b"").header("location"), Some("/users"));
    let json = ("content-type", "application/json");
    let script = ("x-observe", "1");
    let score = br#"{"traceId":"ab","name":"x","value":1}"#;
    assert_eq!(server.send("POST", "/api/local/scores", &[with, json, script], score).status, 200);
    assert_eq!(server.send("POST", "/api/public/scores", &[with, json], score).status, 401, "programs write with keys");
    for other in [format!("{cookie}x"), format!("observe-1={}", &cookie[cookie.find('=').unwrap() + 1..])] {
        assert_eq!(server.send("GET", "/api/local/info", &[("cookie", &other)], b"").status, 401, "{other}");
    }

    let out = server.send("POST", "/api/local/logout", &[with, script], b"");
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").is_some_and(|gone| gone.contains("Max-Age=0")));
    assert_eq!(server.send("GET", "/api/local/info", &[with], b"").status, 401, "the cookie is worth nothing any more");
}

#[test]
fn a_login_is_no_way_around() {
    let scratch = Scratch::new("guard-login-away");
    let server = locked(&scratch);
    let post =
        |headers: &[(&str, &str)], body: &[u8]| server.send("POST", "/login", &[&[FORM], headers].concat(), body);
    for to in ["//evil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%09%2Fevil.example", "%0d%0a"]
    {
        let entered = post(&[], format!("public_key=pk&secret_key=s%26k%3D%25&to={to}").as_bytes());
        assert_eq!((entered.status, entered.header("location")), (303, Some("/")), "{to}");
    }
    let right = b"public_key=pk&secret_key=s%26k%3D%25";
    assert_eq!(post(&[("origin", "http://evil.example")], right).status, 403, "nobody logs somebody else in");
    assert_eq!(post(&[("origin", "null")], right).status, 403);
    assert_eq!(post(&[("origin", &server.address)], right).status, 303);
    assert!(
        post(&[("x-forwarded-proto", "https")], right).header("set-cookie").is_some_and(|set| set.contains("; Secure"))
    );
    let hostile = server.send("GET", "/login?to=/%22%3E%3Cscript%3E", &[], b"");
    let html = String::from_utf8_lossy(&hostile.body).into_owned();
    assert!(html.contains("value=\"/&quot;>&lt;script>\""), "{html}");
    // The files that the page is made of are no secret, what it shows is.
    let style = html.split('"').find(|part| part.ends_with("base.css")).expect("a style");
    assert_eq!(server.send("GET", style, &[], b"").status, 200);
    assert_eq!(server.send("GET", "/assets/../api/local/info", &[], b"").status, 404);
    for path in ["/login/", "/login/../api/local/info", "//login", "/api/local/events"] {
        assert_eq!(server.send("GET", path, &[], b"").status, 401, "{path}");
    }
}

#[test]
fn there_is_no_login_where_there_are_no_keys() {
    let scratch = Scratch::new("guard-login-open");
    let server = scratch.serve(&["--watch", "none"]);
    assert_eq!(server.send("GET", "/login?to=/users", &[], b"").header("location"), Some("/users"));
    assert_eq!(server.send("POST", "/login", &[FORM], b"to=/users").header("location"), Some("/users"));
}

#[test]
fn other_addresses_need_keys() {
    let scratch = Scratch::new("guard-address");
    assert!(scratch.run(&["--version"]).starts_with("observe "));
    let said = scratch.fail(&["serve", "--port", "0", "--host", "0.0.0.0", "--watch", "none"]);
    assert!(said.contains("OBSERVE_PUBLIC_KEY"), "{said}");
}

#[test]
fn a_database_that_cannot_be_used_says_why() {
    let scratch = Scratch::new("guard-database");
    std::fs::write(
        scratch.path().join("text.db"),
        "no database, but a text that is long enough to be looked at as one",
    )
    .unwrap();
    let said = scratch.fail(&["serve", "--port", "0", "--watch", "none", "--db", "text.db"]);
    assert!(said.contains("cannot be opened as a database"), "{said}");
    let newer = rusqlite::Connection::open(scratch.path().join("newer.db")).unwrap();
    newer.pragma_update(None, "user_version", 1000).unwrap();
    drop(newer);
    let said = scratch.fail(&["serve", "--port", "0", "--watch", "none", "--db", "newer.db"]);
    assert!(said.contains("newer version of observe"), "{said}");
    let said = scratch.fail(&["serve", "--port", "0", "--watch", "none", "--db", "/proc/no/such.db"]);
    assert!(said.contains("cannot be written to"), "{said}");
}
