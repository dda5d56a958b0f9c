//! Commands while traces come.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::recorded::{Span, line, recorded};

#[test]
fn tail_prints_what_comes() {
    let scratch = recorded("tail");
    let mut child = scratch
        .command(&["tail", "--json", "-n", "1", "user:user_456"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || {
        let line = lines.next().expect("a line").expect("text");
        serde_json::from_str::<Value>(&line).expect("JSON")["name"].as_str().expect("a name").to_owned()
    };
    assert_eq!(next(), "batch");
    let more =
        |trace, user: &str, name| line(trace, &json!({"user.id": user}), &[Span(name, "span", None, 0, 1, json!({}))]);
    let file = scratch.path().join(".observe/traces-2.jsonl");
    fs::write(&file, more(3, "somebody", "other") + &more(4, "user_456", "later")).expect("a file");
    assert_eq!(next(), "later");
    child.kill().expect("running");
    child.wait().expect("an end");
}

#[test]
fn a_running_server_and_commands_share_the_database() {
    let scratch = recorded("shared");
    let server = scratch.serve(&[]);
    let about = json!({"user.id": "user_789"});
    let body = line(5, &about, &[Span("sent", "span", None, 0, 1, json!({}))]);
    let sent = Command::new("curl")
        .args(["--silent", "--fail", "--header", "content-type: application/json", "--data-binary", &body])
        .arg(format!("{}/v1/traces", server.address))
        .output()
        .expect("curl");
    assert!(sent.status.success(), "{sent:?}");
    assert_eq!(scratch.run(&["ls", "user:user_789", "--json"]).lines().count(), 1);
    assert!(scratch.run(&["show", "00000005"]).starts_with("sent  00000005"));
}
