//! Local files: read as they grow, each line once; and running work beside them.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::http::until;
use super::program::Scratch;
use super::spans::{export, span, span_id, trace_id};

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn line(number: u64, name: &str) -> String {
    format!("{}\n", export(&[span(&trace_id(number), &span_id(number), None, name, &[])]))
}

#[test]
fn lines_are_read_as_they_come_and_once() {
    let scratch = Scratch::new("files-lines");
    let dir = scratch.path().join(".observe");
    let server = scratch.serve(&[]);
    fs::create_dir_all(&dir).unwrap();
    append(&dir.join("traces-1-1.jsonl"), &line(1, "first"));
    until("the first line is read", || server.found("") == ["first"]);
    let second = line(2, "second");
    let (half, rest) = second.split_at(second.len() / 2);
    append(&dir.join("traces-1-1.jsonl"), half);
    let score = json!({"id": "s", "traceId": trace_id(1), "name": "n", "value": 1, "dataType": "NUMERIC", "timestamp": "2026-11-25T10:00:00.000Z"});
    append(&dir.join("scores-1-1.jsonl"), &format!("{score}\nno JSON\n{{}}\n"));
    until("the score is read", || server.found("has:scores.n") == ["first"]);
    assert_eq!(server.found("name:second"), Vec::<String>::new(), "half a line is none");
    append(&dir.join("traces-1-1.jsonl"), rest);
    until("the second line is read", || server.found("name:second") == ["second"]);
    let observations = |server: &super::program::Server| server.get("/api/local/info")["db"]["observations"].clone();
    assert_eq!(observations(&server), 2);
    drop(server);

    append(&dir.join("traces-1-1.jsonl"), &line(3, "third"));
    let server = scratch.serve(&[]);
    until("what came meanwhile is read", || server.found("name:third") == ["third"]);
    assert_eq!(observations(&server), 3);
}

/// A snapshot of one open span.
fn snapshot(trace: u64, name: &str) -> Value {
    let mut open = span(&trace_id(trace), &span_id(trace), None, name, &[("langfuse.observation.input", "so far")]);
    open.as_object_mut().unwrap().remove("endTimeUnixNano");
    let mut snapshot = export(&[open]);
    snapshot["live"] = json!({"pid": 1, "timeUnixNano": "1795600002000000000", "omitted": 0});
    snapshot
}

#[test]
fn running_work_is_seen_until_it_ends() {
    let scratch = Scratch::new("files-live");
    let dir = scratch.path().join(".observe");
    fs::create_dir_all(&dir).unwrap();
    let server = scratch.serve(&[]);
    // This process runs; that one will not.
    let mut other = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap();
    let live = |pid: u32| dir.join(format!("live-{pid}.json"));
    fs::write(live(std::process::id()), snapshot(1, "ends well").to_string()).unwrap();
    fs::write(live(other.id()), snapshot(2, "is killed").to_string()).unwrap();
    let view = |number| server.get(&format!("/api/local/traces/{}", trace_id(number)));
    until("both are running", || server.found("").len() == 2);
    for number in [1, 2] {
        assert_eq!(view(number)["trace"]["running"], json!(true));
        assert_eq!(view(number)["observations"][0]["end"], Value::Null);
        assert_eq!(view(number)["trace"]["input"], "so far");
    }

    other.kill().unwrap();
    other.wait().unwrap();
    until("the killed one has ended", || view(2)["trace"]["running"] == json!(false));
    let observation = &view(2)["observations"][0];
    assert_eq!(
        (&observation["statusMessage"], &observation["level"]),
        (&json!("ended with the process"), &json!("WARNING"))
    );
    assert_eq!(observation["end"], "2026-11-25T09:46:42.000000Z");
    assert_eq!(view(1)["trace"]["running"], json!(true));

    append(&dir.join("traces-1-1.jsonl"), &line(1, "ends well"));
    fs::remove_file(live(std::process::id())).unwrap();
    until("the other has ended", || view(1)["trace"]["running"] == json!(false));
    let observation = &view(1)["observations"][0];
    assert_eq!((&observation["statusMessage"], &observation["level"]), (&Value::Null, &json!("DEFAULT")));
}
