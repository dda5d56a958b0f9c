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
    assert_eq!(server.send("GET", "/api/public/health", &[], b"").status, 200, "health is everybody's");
    let page = server.send("GET", "/", &[], b"");
    assert_eq!(page.status, 401);
    assert!(page.header("www-authenticate").is_some_and(|ask| ask.starts_with("Basic")), "a browser asks for a login");
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
