//! The official SDKs against the real server: each sends what its users send, and reads it back through its own API.
//!
//! Their packages are installed once into `target/tmp/clients`, from the registries. Without network (or Python, or Node) that is
//! said and the test passes, but on CI, where `CI` is set, it fails.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "a test that is left out says so")]

#[expect(dead_code, reason = "each test uses a part of it")]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use program::{Scratch, Server};
use serde_json::{Value, json};

#[test]
fn langfuse_2_for_python() {
    if let Some(python) = python("python2", "python2.txt") {
        run(&python, "langfuse2.py");
    }
}

#[test]
fn the_newest_langfuse_for_python() {
    if let Some(python) = python("python5", "python5.txt") {
        run(&python, "langfuse5.py");
    }
}

#[test]
fn the_plain_opentelemetry_sdk() {
    if let Some(python) = python("python5", "python5.txt") {
        run(&python, "otel.py");
    }
}

#[test]
fn langfuse_for_javascript() {
    let Some(modules) = node() else { return };
    // Node looks for packages beside the program that imports them.
    let program = modules.join("langfuse.mjs");
    fs::copy(here().join("langfuse.mjs"), &program).expect("a copy beside the packages");
    run(Path::new("node"), &program.to_string_lossy());
}

#[test]
fn curl() {
    let scratch = Scratch::new("client-curl");
    let mut serve = scratch.command(&["serve", "--port", "0", "--watch", "none", "--db", "observe.db"]);
    let server = Server::start(serve.env("OBSERVE_PUBLIC_KEY", "pk").env("OBSERVE_SECRET_KEY", "sk"));
    let ask = |arguments: &[&str], path: &str| {
        let output = command("curl", &["--silent", "--show-error", "--write-out", "\n%{http_code}"])
            .args(arguments)
            .arg(format!("{}{path}", server.address))
            .current_dir(scratch.path())
            .output()
            .expect("curl");
        let text = String::from_utf8(output.stdout).expect("text");
        let (body, status) = text.rsplit_once('\n').expect("a status");
        (status.to_owned(), serde_json::from_str::<Value>(body).unwrap_or_default())
    };
    let json = ["--user", "pk:sk", "--header", "content-type: application/json"];
    let send = |body: &Value, path: &str| ask(&[&json[..], &["--data-binary", &body.to_string()]].concat(), path);

    let (status, health) = ask(&[], "/api/public/health");
    assert_eq!((status.as_str(), &health["status"]), ("200", &json!("OK")));
    let (status, _) = ask(&["--user", "pk:wrong"], "/api/public/projects");
    assert_eq!(status, "401");

    let span = |name: &str, id: &str| {
        json!({"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": id, "name": name,
            "startTimeUnixNano": "1795608000000000000", "endTimeUnixNano": "1795608001000000000"})
    };
    let request = |span: Value| json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]});
    assert_eq!(send(&request(span("sent", "b7ad6b7169203331")), "/api/public/otel/v1/traces").0, "200");
    fs::write(scratch.path().join("request.json"), request(span("zipped", "b7ad6b7169203332")).to_string())
        .expect("a file");
    assert!(command("gzip", &["request.json"]).current_dir(scratch.path()).status().expect("gzip").success());
    let zipped = ["--header", "content-encoding: gzip", "--data-binary", "@request.json.gz"];
    assert_eq!(ask(&[&json[..], &zipped].concat(), "/v1/traces").0, "200");
    let (status, why) = ask(&["--user", "pk:sk", "--header", "content-type: text/plain", "--data", "x"], "/v1/traces");
    assert_eq!(status, "400");
    assert!(why["error"].as_str().is_some_and(|why| why.contains("text/plain")), "{why}");

    let batch = json!({"batch": [
        {"id": "e-1", "type": "trace-create", "timestamp": "2026-11-25T12:00:00Z",
            "body": {"id": "0af7651916cd43dd8448eb211c80319c", "name": "by-curl", "userId": "user_curl"}},
        {"id": "e-2", "type": "span-create", "timestamp": "2026-11-25T12:00:00Z", "body": {"name": "without an id"}},
    ]});
    let (status, taken) = send(&batch, "/api/public/ingestion");
    assert_eq!((status.as_str(), &taken["successes"]), ("207", &json!([{"id": "e-1", "status": 201}])));
    assert_eq!((&taken["errors"][0]["id"], &taken["errors"][0]["status"]), (&json!("e-2"), &json!(400)));
    let score = json!({"id": "s-1", "traceId": "0af7651916cd43dd8448eb211c80319c", "name": "good", "value": 1, "dataType": "BOOLEAN"});
    assert_eq!(send(&score, "/api/public/scores"), ("200".to_owned(), json!({"id": "s-1"})));

    let (status, trace) = ask(&["--user", "pk:sk"], "/api/public/traces/0af7651916cd43dd8448eb211c80319c");
    assert_eq!((status.as_str(), &trace["name"], &trace["userId"]), ("200", &json!("by-curl"), &json!("user_curl")));
    let names: Vec<&Value> = trace["observations"].as_array().expect("a list").iter().map(|of| &of["name"]).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(trace["scores"][0]["stringValue"], "True");
    assert_eq!(ask(&["--user", "pk:sk"], "/api/public/traces/nothing").0, "404");
}

/// Runs a client against a server of its own.
fn run(interpreter: &Path, program: &str) {
    let scratch = Scratch::new(&format!("client-{}", Path::new(program).file_stem().unwrap_or_default().display()));
    let server = scratch.serve(&["--db", "observe.db", "--watch", "none"]);
    let output = Command::new(interpreter)
        .arg(program)
        .current_dir(here())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LANGFUSE_PUBLIC_KEY", "pk-lf-local")
        .env("LANGFUSE_SECRET_KEY", "sk-lf-local")
        .env("LANGFUSE_BASE_URL", &server.address)
        .env("LANGFUSE_HOST", &server.address)
        .output()
        .expect("the interpreter starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}:\n{}{}", text(&output.stdout), text(&output.stderr));
}

/// A virtual environment with these packages.
fn python(name: &str, requirements: &str) -> Option<PathBuf> {
    let directory = installed(name, requirements, |directory| {
        let _ = fs::remove_dir_all(directory);
        let made = command("python3", &["-m", "venv"]).arg(directory).output();
        said(made, "python3 -m venv")?;
        let pip = directory.join("bin/pip");
        let pip = pip.to_string_lossy();
        let install = command(&pip, &["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(here().join(requirements))
            .output();
        said(install, "pip install")
    })?;
    Some(directory.join("bin/python"))
}

/// A directory with the packages of package.json.
fn node() -> Option<PathBuf> {
    installed("node", "package.json", |directory| {
        fs::create_dir_all(directory).map_err(|error| error.to_string())?;
        fs::copy(here().join("package.json"), directory.join("package.json")).map_err(|error| error.to_string())?;
        said(
            command("npm", &["install", "--silent", "--no-audit", "--no-fund"]).current_dir(directory).output(),
            "npm install",
        )
    })
}

/// Where packages are, installing them if what is wanted has changed since the last time.
fn installed(name: &str, wanted: &str, install: impl FnOnce(&Path) -> Result<(), String>) -> Option<PathBuf> {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    fs::create_dir_all(&all).expect("a directory under target");
    let wanted = fs::read_to_string(here().join(wanted)).expect("a list of packages");
    let lock = fs::File::create(all.join(format!("{name}.lock"))).expect("a lock file");
    lock.lock().expect("one at a time");
    let (directory, done) = (all.join(name), all.join(format!("{name}.done")));
    if fs::read_to_string(&done).is_ok_and(|done| done == wanted) && directory.exists() {
        return Some(directory);
    }
    let _ = fs::remove_file(&done);
    match install(&directory) {
        Ok(()) => {
            fs::write(&done, wanted).expect("a note that it is installed");
            Some(directory)
        }
        Err(reason) if std::env::var_os("CI").is_none() => {
            println!(
                "LEFT OUT: the packages of {name} cannot be installed here, so this client was not tried.\n{reason}"
            );
            None
        }
        Err(reason) => panic!("the packages of {name} cannot be installed: {reason}"),
    }
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command
}

fn said(output: std::io::Result<std::process::Output>, what: &str) -> Result<(), String> {
    let output = output.map_err(|error| format!("{what}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{what}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}
