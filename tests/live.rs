//! The live snapshot beside local files: what runs, as a viewer sees it from another process.

#![expect(clippy::unwrap_used, reason = "tests")]

mod otlp;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use observe::{Config, MaskField, Masked, ObservationType};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use serde_json::Value;

/// Reads the snapshot again and again until it is as wanted.
fn snapshot(path: &Path, is_wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        // Replaced as a whole: whenever it is there it can be read.
        let read = std::fs::read_to_string(path).map(|text| serde_json::from_str::<Value>(&text).unwrap());
        if let Ok(snapshot) = read
            && is_wanted(&snapshot)
        {
            return snapshot;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{path:?} does not come to say it");
        std::thread::yield_now();
    }
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("observe-live-{}-{name}", std::process::id()))
}

/// Names with what is open, as a tree.
fn tree(snapshot: &Value) -> String {
    let request: ExportTraceServiceRequest = serde_json::from_value(snapshot.clone()).unwrap();
    let spans = otlp::spans(&[request]);
    let mut tree = String::new();
    for (depth, span) in otlp::walk(&spans, |span| span.start_time_unix_nano) {
        let attributes = otlp::attributes(&span.attributes);
        let get = |key: &str| attributes.get(key).map_or("-", String::as_str);
        let is_open = if span.end_time_unix_nano == 0 { "runs" } else { "ended" };
        tree += &format!(
            "{:indent$}{} [{}] {is_open} {} user={}\n",
            "",
            span.name,
            get("langfuse.observation.type"),
            get("langfuse.observation.input"),
            get("langfuse.user.id"),
            indent = 2 * depth
        );
    }
    tree
}

#[test]
fn what_runs_is_shown_until_it_has_left() {
    let dir = scratch("runs");
    let path = dir.join(format!("live-{}.json", std::process::id()));
    let mask = |field: MaskField<'_>, text: &str| match field {
        MaskField::Input if text.contains("secret") => Masked::Replace("[hidden]".to_owned()),
        _ => Masked::Keep,
    };
    let config = Config::new().without_environment().files(&dir).mask(mask).flush_interval(Duration::from_millis(10));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(&path, "of a process that had the same number").unwrap();
    let guard = config.init().unwrap();

    let trace = observe::trace("agent").input("question").user_id("user_123");
    let step = trace.child(ObservationType::Tool, "step").input("a secret");
    let seen = snapshot(&path, |snapshot| tree(snapshot).contains("step"));
    assert_eq!(tree(&seen), "agent [span] runs question user=user_123\n  step [tool] runs [hidden] user=user_123\n");
    assert_eq!(
        (seen["live"]["pid"].as_u64(), seen["live"]["omitted"].as_u64()),
        (Some(std::process::id().into()), Some(0))
    );

    step.end();
    let seen = snapshot(&path, |snapshot| tree(snapshot).contains("ended"));
    assert_eq!(tree(&seen), "agent [span] runs question user=user_123\n  step [tool] ended [hidden] user=user_123\n");

    // More than a snapshot holds: the oldest are in it, and how many are not.
    let many: Vec<_> = (0..2500).map(|n| trace.span(format!("part {n}"))).collect();
    let seen = snapshot(&path, |snapshot| snapshot["live"]["omitted"] != 0);
    assert!(tree(&seen).starts_with("agent [span] runs"));
    many.into_iter().for_each(observe::Observation::end);

    // Nothing is open and nothing waits: nothing is shown.
    trace.end();
    while path.exists() {
        std::thread::yield_now();
    }
    let open = observe::trace("left open");
    snapshot(&path, |snapshot| tree(snapshot).contains("left open"));
    let stats = guard.shutdown(Duration::from_secs(20));
    assert!(stats.is_complete(), "{stats}");
    assert!(!path.exists(), "gone after a clean end");
    open.end();
    let left = otlp::spans(&otlp::from_files(&dir));
    assert_eq!(left.len(), 2503);
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn child_that_runs_for_ever() {
    let Some(dir) = std::env::var_os("LIVE_CHILD") else { return };
    let _guard = Config::new().without_environment().files(PathBuf::from(dir)).init().unwrap();
    observe::trace("never done").input("question");
    loop {
        std::thread::park();
    }
}

#[test]
fn what_ran_when_a_process_was_killed_stays() {
    let dir = scratch("killed");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child_that_runs_for_ever", "--exact", "--test-threads=1"])
        .env("LIVE_CHILD", &dir)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let path = dir.join(format!("live-{}.json", child.id()));
    snapshot(&path, |snapshot| tree(snapshot).contains("never done"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(tree(&snapshot(&path, |_| true)), "never done [span] runs question user=-\n");
    std::fs::remove_dir_all(dir).unwrap();
}
