//! `init` in processes of its own: errors that name the variable, and what happens with no settings at all.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test, and the output of its child processes")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use observe::observe;

/// Runs the test `child_NAME` of this file in a process of its own, with these variables and no others of ours.
fn child(name: &str, dir: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&format!("child_{name}"), "--exact", "--nocapture", "--test-threads=1"]).current_dir(dir);
    for (name, _) in std::env::vars() {
        if ["LANGFUSE_", "OTEL_", "OBSERVE_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("CHILD", "1").envs(variables.iter().copied()).output().unwrap()
}

fn is_child() -> bool {
    std::env::var_os("CHILD").is_some()
}

fn scratch(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("observe-init-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[observe]
fn work(secret: u32) -> u32 {
    secret + 1
}

#[test]
fn child_init() {
    if !is_child() {
        return;
    }
    match observe::init() {
        Ok(guard) => {
            work(1);
            drop(guard);
            println!("went well");
        }
        Err(error) => println!("error: {error}"),
    }
}

fn error(variables: &[(&str, &str)]) -> String {
    let dir = scratch("error");
    let output = child("init", &dir, variables);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.contains("error: ")).unwrap_or_else(|| panic!("no error: {text}"));
    assert!(!line.contains("sk-lf-very-secret"), "{line}");
    line.to_owned()
}

#[test]
fn mistakes_in_the_environment_are_errors_that_name_the_variable() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("LANGFUSE_PUBLIC_KEY", "pk-lf-1")], "LANGFUSE_SECRET_KEY"),
        (&[("LANGFUSE_SECRET_KEY", "sk-lf-very-secret")], "LANGFUSE_PUBLIC_KEY"),
        (&[("LANGFUSE_SAMPLE_RATE", "1.5")], "LANGFUSE_SAMPLE_RATE is `1.5`"),
        (&[("LANGFUSE_SAMPLE_RATE", "half")], "LANGFUSE_SAMPLE_RATE is `half`"),
        (&[("LANGFUSE_FLUSH_AT", "many")], "LANGFUSE_FLUSH_AT is `many`"),
        (&[("LANGFUSE_TRACING_ENABLED", "maybe")], "LANGFUSE_TRACING_ENABLED is `maybe`"),
        (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere:\\")], "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (
            &[
                ("LANGFUSE_PUBLIC_KEY", "pk-lf-1"),
                ("LANGFUSE_SECRET_KEY", "sk-lf-very-secret"),
                ("LANGFUSE_BASE_URL", "ftp://x"),
            ],
            "LANGFUSE_BASE_URL",
        ),
    ];
    for (variables, expected) in cases {
        let error = error(variables);
        assert!(error.contains(expected), "{variables:?}: {error}");
    }
}

#[test]
fn with_no_settings_traces_go_to_local_files() {
    let dir = scratch("files");
    let output = child("init", &dir, &[]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("went well"), "{output:?}");
    let files: Vec<_> = std::fs::read_dir(dir.join(".observe")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let traces: Vec<_> =
        files.iter().filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("traces-")).collect();
    assert_eq!(traces.len(), 1, "{files:?}");
    let line: serde_json::Value = serde_json::from_str(std::fs::read_to_string(traces[0]).unwrap().trim()).unwrap();
    assert_eq!(line["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"], "work");
    let _ = std::fs::remove_dir_all(dir);
}

#[test]
fn switched_off_nothing_is_written() {
    let dir = scratch("off");
    let output = child("init", &dir, &[("LANGFUSE_TRACING_ENABLED", "false")]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("went well"), "{output:?}");
    assert!(!dir.join(".observe").exists());
    let _ = std::fs::remove_dir_all(dir);
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error() {
    let dir = scratch("blocked");
    std::fs::write(dir.join("file"), "").unwrap();
    let blocked = dir.join("file").join("below");
    let output = child("init", &dir, &[("OBSERVE_DIR", blocked.to_str().unwrap())]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("error: ") && text.contains("below"), "{text}");
    let _ = std::fs::remove_dir_all(dir);
}

#[test]
fn child_twice() {
    if !is_child() {
        return;
    }
    let first = observe::init().unwrap();
    let second = observe::init().unwrap();
    let error = observe::Config::new().init().unwrap_err();
    assert!(matches!(error, observe::Error::AlreadyInitialized), "{error}");
    drop(first);
    work(1);
    let stats = second.shutdown(std::time::Duration::from_secs(5));
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (1, 1, 0), "{stats}");
    assert_eq!(observe::stats(), stats, "what it said when it ended");
    work(2);
    let third = observe::init().unwrap();
    assert_eq!(observe::stats().recorded, 0);
    work(3);
    let stats = third.shutdown(std::time::Duration::from_secs(5));
    assert_eq!((stats.recorded, stats.delivered), (1, 1), "{stats}");
    println!("twice went well");
}

#[test]
fn a_client_can_be_had_twice_and_again() {
    let dir = scratch("twice");
    let output = child("twice", &dir, &[]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("twice went well"), "{output:?}");
    let _ = std::fs::remove_dir_all(dir);
}
