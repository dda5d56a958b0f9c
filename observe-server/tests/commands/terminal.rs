//! What is printed, on terminals and elsewhere.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::json;

use super::program::Scratch;
use super::recorded::{Span, line, recorded};

#[test]
fn hostile_text_moves_nothing_on_a_terminal() {
    let scratch = Scratch::new("hostile");
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}evil\u{9b}31m\n\rx";
    let about = json!({"user.id": evil, "session.id": evil, "langfuse.trace.tags": [evil]});
    let spans = [Span(
        "root",
        "generation",
        None,
        0,
        1,
        json!({"langfuse.trace.name": evil, "langfuse.observation.input": evil, "langfuse.observation.model.name": evil,
            "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": evil}),
    )];
    fs::create_dir(scratch.path().join(".observe")).expect("a directory");
    fs::write(scratch.path().join(".observe/traces-1.jsonl"), line(1, &about, &spans)).expect("a file");
    for arguments in [&["ls"][..], &["ls", "--plain"], &["show", "--io"], &["show", "--plain", "--io"], &["stats"]] {
        let shown = scratch.run(arguments);
        let moving = shown
            .chars()
            .find(|letter| (letter.is_control() && *letter != '\n' && *letter != '\t') || *letter == '\u{202e}');
        assert_eq!(moving, None, "{arguments:?}: {shown:?}");
        assert!(shown.contains("\\u{202e}evil"), "{arguments:?}: {shown}");
    }
    let said = scratch.fail(&["ls", &format!("nmae:{evil}")]);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said:?}");
}

#[test]
fn colours_are_for_terminals() {
    let scratch = recorded("colours");
    let on_terminal = |setup: &str| {
        let command = format!("{setup} {} ls", env!("CARGO_BIN_EXE_observe"));
        let shell = Command::new("script")
            .args(["--quiet", "--return", "--command", &format!("stty rows 40 cols 100; {command}"), "/dev/null"])
            .current_dir(scratch.path())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .output()
            .expect("script(1)");
        String::from_utf8(shell.stdout).expect("text")
    };
    let coloured = on_terminal("");
    assert!(coloured.contains("\u{1b}[31mERROR\u{1b}[0m"), "{coloured:?}");
    assert!(coloured.lines().all(|line| strip(line).chars().count() <= 100), "{coloured}");
    assert!(!on_terminal("NO_COLOR=1").contains('\u{1b}'));
    assert!(!scratch.run(&["ls"]).contains('\u{1b}'));
}

/// Without colours.
fn strip(line: &str) -> String {
    let mut parts = line.trim_end().split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| line + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let scratch = Scratch::new("pipe");
    fs::create_dir(scratch.path().join(".observe")).expect("a directory");
    let input = json!({"langfuse.observation.input": "x".repeat(100_000)});
    let lines: String =
        (0..20).map(|trace| line(trace, &input, &[Span("root", "span", None, 0, 1, json!({}))])).collect();
    fs::write(scratch.path().join(".observe/traces-1.jsonl"), lines).expect("a file");
    let mut child =
        scratch.command(&["export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut some = [0; 10];
    child.stdout.take().expect("piped").read_exact(&mut some).expect("a beginning");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{}", output.status);
}

#[test]
fn shells_complete() {
    let scratch = Scratch::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = scratch.run(&["completions", shell]);
        assert!(script.contains("observe") && script.contains("export"), "{shell}");
    }
}

#[test]
fn what_takes_longer_than_a_second_shows_how_far_it_is() {
    let scratch = Scratch::new("progress");
    let pipe = scratch.path().join("pipe");
    let import = || {
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        format!("{} import pipe", env!("CARGO_BIN_EXE_observe"))
    };
    let first = line(1, &json!({}), &[Span("root", "span", None, 0, 1, json!({}))]);
    let command = format!("stty cols 100; {}", import());
    let mut shell = Command::new("script")
        .args(["--quiet", "--return", "--flush", "--command", &command, "/dev/null"])
        .current_dir(scratch.path())
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script(1)");
    let mut writer = fs::OpenOptions::new().write(true).open(&pipe).expect("a reader");
    writer.write_all(first.as_bytes()).expect("a reader");
    // Nothing more comes, yet something is seen.
    let (mut shown, mut out) = (Vec::new(), shell.stdout.take().expect("piped"));
    while !String::from_utf8_lossy(&shown).contains("importing") {
        let mut part = [0; 1000];
        let length = out.read(&mut part).expect("a terminal");
        assert!(length > 0, "it ended with {:?}", String::from_utf8_lossy(&shown));
        shown.extend(&part[..length]);
    }
    drop(writer);
    out.read_to_end(&mut shown).expect("an end");
    assert!(shell.wait().expect("an end").success());
    let shown = String::from_utf8_lossy(&shown);
    let last = shown.rsplit("\u{1b}[2K").next().unwrap_or_default();
    assert_eq!(last.trim(), "pipe: 1 observation, 0 traces, 0 scores", "the bar is gone: {shown:?}");

    // Whoever reads through a pipe sees none of it.
    fs::remove_file(&pipe).expect("a pipe");
    let child = Command::new("sh")
        .args(["-c", &import()])
        .current_dir(scratch.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh");
    let mut writer = fs::OpenOptions::new().write(true).open(&pipe).expect("a reader");
    writer.write_all(first.as_bytes()).expect("a reader");
    // Longer than it takes a bar to appear.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    drop(writer);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "pipe: 1 observation, 0 traces, 0 scores\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
