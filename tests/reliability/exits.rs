//! However a program ends, it ends in time and says what became of everything.

use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;

use crate::child::{Program, scratch};
use crate::server::{Answer, Server};
use crate::table::row;

const BOUND: usize = 1000;

fn run(how: &str, server: &Server) -> crate::child::Ended {
    Program::new("exit", server).with("HOW", how).with("EXIT", BOUND.to_string()).run().well()
}

#[test]
fn every_way_to_end_delivers() {
    for how in ["drop", "shutdown twice", "current thread", "panic"] {
        let server = Server::new(|_| Answer::Ok);
        let ended = run(how, &server);
        assert_eq!(server.seen().len(), 1, "{how}: {}", ended.errors);
        assert!(ended.number("exit") < BOUND + 5000, "{how}");
    }
}

#[test]
fn every_way_to_end_is_bounded_when_the_server_is_dead_or_silent() {
    for how in ["drop", "shutdown twice", "current thread", "panic"] {
        let silent = Server::new(|_| Answer::Stall);
        assert!(run(how, &silent).number("exit") < BOUND + 5000, "{how}, silent");
        let mut dead = Server::new(|_| Answer::Ok);
        dead.close();
        assert!(run(how, &dead).number("exit") < BOUND + 5000, "{how}, dead");
    }
}

#[test]
fn a_second_shutdown_finds_nothing_to_do() {
    let server = Server::new(|_| Answer::Ok);
    let ended = run("shutdown twice", &server);
    assert_eq!(ended.numbers("recorded"), [1, 0]);
    assert_eq!(ended.numbers("delivered"), [1, 0]);
}

#[test]
fn a_forked_child_neither_hangs_nor_delivers_what_its_parent_does() {
    let dir = scratch("fork");
    for journal in ["none", dir.to_str().unwrap()] {
        fork(journal);
    }
    std::fs::remove_dir_all(dir).unwrap();
}

fn fork(journal: &str) {
    let server = Server::new(|_| Answer::Ok);
    let program = Program::new("exit", &server).with("HOW", "fork").with("EXIT", "120000");
    let ended = program.with("OBSERVE_JOURNAL_DIR", journal).run().well();
    let mut seen: Vec<(String, usize)> = server.seen().iter().map(|seen| (seen.input(), seen.times)).collect();
    seen.sort();
    let once = |n: usize| (format!(r#"{{"number":{n}}}"#), 1);
    // The second call was made in the child before it had a client of its own.
    assert_eq!(seen, [once(1), once(3), once(4)], "{:?}", ended.said);
    assert_eq!(ended.number("child flushed"), 0);
}

#[test]
fn a_signal_delivers_what_is_left_and_ends_the_program_all_the_same() {
    let mut results = Vec::new();
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let server = Server::new(|_| Answer::Ok);
        let mut running = Program::new("signalled", &server).with("EXIT", "5000").start();
        running.wait("called 300");
        running.signal(name);
        let ended = running.end();
        assert_eq!(ended.status.signal(), Some(number), "{:?}", ended.status);
        let inputs: HashSet<String> = server.seen().iter().map(crate::server::Seen::input).collect();
        // Those that had returned when the signal was sent.
        let lost = (0..=300).filter(|n| !inputs.contains(&format!(r#"{{"number":{n}}}"#))).count();
        assert_eq!(lost, 0, "{}", ended.errors);
        results.push(format!("SIG{name}: 0 of 301 lost"));
    }
    row("SIGTERM or SIGINT with `flush_on_signals`", &results.join("; "));
}
