//! What is printed, on terminals and elsewhere.

use std::fs;
use std::io::Read;
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
