//! Commands while traces come.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::program::{Scratch, Server};
use super::recorded::{Span, line, recorded};

#[test]
fn tail_prints_what_comes() {
    let scratch = recorded("tail");
    let mut child = scratch
        .command(&["tail", "--json", "-n", "1", "-user:user_123"])
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
    fs::write(&file, more(3, "user_123", "other") + &more(4, "user_456", "later")).expect("a file");
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

#[test]
fn a_taken_port_is_said_and_the_next_one_is_used() {
    let (first, second) = (recorded("port-first"), recorded("port-second"));
    let server = first.serve(&[]);
    let port = server.address.rsplit(':').next().expect("a port").to_owned();
    let mut child = second
        .command(&["serve", "--port", &port, "--durable"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert_eq!(next(), format!("port {port} is taken, so this is another"));
    let said = next();
    let address = said.rsplit(' ').next().expect("an address");
    assert!(said.starts_with("observe ") && !address.ends_with(&format!(":{port}")), "{said}");
    let other: u16 = address.rsplit(':').next().expect("a port").parse().expect("a number");
    assert!(other > port.parse().expect("a number"), "{said}");
    child.kill().expect("running");
    child.wait().expect("an end");
}

#[test]
fn several_directories_are_watched() {
    let (here, there) = (recorded("watch-here"), Scratch::new("watch-there"));
    let file = line(7, &json!({}), &[Span("elsewhere", "span", None, 0, 1, json!({}))]);
    fs::write(there.path().join("traces-1.jsonl"), file).expect("a file");
    let there = there.path().to_string_lossy();
    let found = here.run(&["ls", "--plain", "--watch", ".observe", "--watch", &there]);
    assert_eq!(found.lines().count(), 3, "{found}");
    // Once for all, by the environment; the database then stands there.
    let mut command = here.command(&["ls", "--json"]);
    let output = command.env("OBSERVE_DIR", &*there).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("elsewhere") && text.lines().count() == 1, "{text}");
}

#[test]
fn observe_alone_opens_a_browser_where_there_is_one() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = recorded("browser");
    let opener = scratch.path().join("bin").join(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
    fs::create_dir(scratch.path().join("bin")).expect("a directory");
    fs::write(&opener, "#!/bin/sh\necho \"$@\" >> opened.new && mv opened.new opened\n").expect("a program");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("a program");
    let path = std::env::var("PATH").expect("a path");
    let start = |arguments: &[&str], display: &str, path: &str| {
        let mut command = scratch.command(&[arguments, &["--port", "0"]].concat());
        command.env("PATH", path).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("BROWSER");
        if !display.is_empty() {
            command.env(display, ":99");
        }
        Server::start(&mut command)
    };
    let with_opener = format!("{}:{path}", scratch.path().join("bin").display());
    // Neither where nobody looks, nor unasked.
    if !cfg!(target_os = "macos") {
        assert!(answers(&start(&[], "", &with_opener)));
    }
    assert!(answers(&start(&["serve"], "DISPLAY", &with_opener)));
    // Nor is it an error that there is none.
    assert!(answers(&start(&[], "DISPLAY", "/nowhere")));
    for (arguments, display) in [(&[][..], "DISPLAY"), (&[], "WAYLAND_DISPLAY"), (&["serve", "--open"], "DISPLAY")] {
        let server = start(arguments, display, &with_opener);
        let opened = scratch.path().join("opened");
        for _ in (0..3000).take_while(|_| !opened.exists()) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(fs::read_to_string(&opened).expect("a file"), format!("{}\n", server.address), "{arguments:?}");
        assert!(answers(&server));
        fs::remove_file(opened).expect("a file");
    }
}

/// Whether the page is there.
fn answers(server: &Server) -> bool {
    let host = server.address.trim_start_matches("http://");
    let Ok(mut stream) = std::net::TcpStream::connect(host) else { return false };
    let mut answer = String::new();
    write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
