//! `observe` on a directory in which a process died: what it had recorded is shown.

#![cfg(unix)]

#[expect(dead_code, reason = "each test uses a part of it")]
mod program;

use std::process::Command;

use observe::{Config, observe};
use program::Scratch;

#[observe]
fn answer(question: &str) -> usize {
    observe::update_current_observation(|o| o.metadata("progress", "begun"));
    lookup(question);
    std::process::abort()
}

#[observe]
fn lookup(question: &str) -> usize {
    question.len()
}

/// A program that dies at once, if another test starts it.
#[test]
fn dying() {
    let Some(dir) = std::env::var_os("DYING_IN") else { return };
    let _observe = Config::new().without_environment().files(dir).init().expect("a client");
    answer("why?");
}

#[test]
fn what_a_process_left_that_died_is_shown() {
    let scratch = Scratch::new("recovery");
    let status = Command::new(std::env::current_exe().expect("this program"))
        .args(["dying", "--exact"])
        .env("DYING_IN", scratch.path().join(".observe"))
        .output()
        .expect("it starts")
        .status;
    assert!(!status.success(), "it died");
    let listed = scratch.run(&["ls"]);
    assert!(listed.contains("answer"), "{listed}");
    let shown = scratch.run(&["export"]);
    for part in ["answer", "lookup", "process ended before this finished", "why?"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}
