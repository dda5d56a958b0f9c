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

#[test]
fn what_a_kill_between_two_files_took_is_read_again() {
    let scratch = Scratch::new("files-mended");
    let dir = scratch.path().join(".observe");
    fs::create_dir_all(&dir).unwrap();
    let with_input = |number: u64| {
        let attributes = [("langfuse.observation.input", "kept in a file")];
        format!("{}\n", export(&[span(&trace_id(number), &span_id(number), None, "read", &attributes)]))
    };
    append(&dir.join("traces-1-1.jsonl"), &(1..=3).map(with_input).collect::<String>());
    let server = scratch.serve(&[]);
    until("the lines are read", || server.found("").len() == 3);
    // One that came otherwise, and whose sender was not told that it was stored.
    let sent = span(&trace_id(4), &span_id(4), None, "sent", &[("langfuse.observation.input", "sent away")]);
    assert_eq!(server.post("/v1/traces", &export(&[sent])).status, 200);
    server.until_indexed();
    drop(server);
    // As the kill would leave it: what the second file was to hold of the last two is not there.
    let db = rusqlite::Connection::open(dir.join("observe-io.db")).unwrap();
    assert_eq!(db.execute("DELETE FROM io WHERE rid > 2", []).unwrap(), 2);
    drop(db);

    let server = scratch.serve(&[]);
    let input = |number: u64| {
        let path = format!("/api/local/traces/{}/observations/{}/io", trace_id(number), span_id(number));
        server.send("GET", &path, &[], b"").json()["input"].clone()
    };
    until("it is read again", || (1..=3).all(|number| input(number) == "kept in a file"));
    assert_eq!(input(4), Value::Null);
    server.until_indexed();
    assert_eq!(server.found("kept in a file").len(), 3, "and found by its words");
    assert_eq!(server.get("/api/local/info")["db"]["observations"], 4, "once");
    drop(server);
    // Mended once, it is whole.
    let db = rusqlite::Connection::open(dir.join("observe.db")).unwrap();
    let before: i64 = db.query_row("SELECT sum(read) FROM file", [], |row| row.get(0)).unwrap();
    scratch.run(&["ls"]);
    assert_eq!(before, db.query_row("SELECT sum(read) FROM file", [], |row| row.get::<_, i64>(0)).unwrap());
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
