//! Processes that are killed, and the next one that finds what they recorded.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use crate::child::{Ended, Program, scratch};
use crate::server::{Answer, Seen, Server};
use crate::table::row;

/// What arrived of `calls`: how many of these numbers did not, and how many arrived more than once.
pub(crate) fn missing(server: &Server, calls: &HashSet<usize>) -> (usize, usize) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for seen in server.seen().iter().filter(|seen| seen.span.name == "call") {
        *times.entry(seen.input()).or_default() += seen.times;
    }
    let lost = calls.iter().filter(|n| !times.contains_key(&format!(r#"{{"number":{n}}}"#))).count();
    (lost, times.values().filter(|times| **times > 1).count())
}

/// Lets another process take over what is there. What one with a mask left is for one with a mask.
pub(crate) fn recovered(server: &Server, dir: &Path, is_masked: bool) -> Ended {
    let program = Program::new("recover", server).journal(dir).with("EXIT", "120000");
    let ended = program.with("MASK", if is_masked { "yes" } else { "no" }).run().well();
    let left: Vec<_> = walk(dir).into_iter().filter(|path| !path.ends_with(".recovery")).collect();
    assert!(left.is_empty(), "nothing is left: {left:?}\n{}", ended.errors);
    ended
}

fn walk(dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path.display().to_string()) }
    }
    files
}

pub(crate) fn is_marked(seen: &Seen) -> bool {
    seen.text("langfuse.observation.level") == "ERROR"
        && seen.text("langfuse.observation.status_message") == "process ended before this finished"
}

#[test]
fn killed_at_any_moment_nothing_that_returned_is_lost() {
    const KILLS: usize = 20;
    // Batches are on their way for most of the time.
    let (server, dir) = (Server::new(|_| Answer::Late(Duration::from_millis(100))), scratch("killed"));
    let mut calls = HashSet::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for kill in 0..KILLS {
        let from = kill * 1_000_000;
        let program = Program::new("killed", &server).journal(&dir).with("FROM", from.to_string());
        let mut running = program.with("LANGFUSE_FLUSH_INTERVAL", "0.02").with("OBSERVE_HOLD", "0.02").start();
        running.wait("called");
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        std::thread::sleep(Duration::from_millis(state % 900));
        running.kill();
        calls.extend(running.end().numbers("called"));
    }
    let ended = recovered(&server, &dir, false);
    let (lost, twice) = missing(&server, &calls);
    assert_eq!(lost, 0, "of {}: {}", calls.len(), ended.word("stats"));
    let repeated = server.repeated();
    assert!(repeated > 0 && repeated <= KILLS, "{repeated} batches, at most the one on its way at each kill");
    // What was open is marked, with all that had been said of it.
    let seen = server.seen();
    let sessions: Vec<_> = seen.iter().filter(|seen| seen.span.name == "session").collect();
    assert_eq!(sessions.len(), KILLS);
    for session in sessions {
        assert!(is_marked(session), "{:?}", session.span);
        assert!(session.input().contains("name"), "{}", session.input());
        assert_eq!(session.text("langfuse.observation.metadata.progress"), "begun");
        assert_eq!(session.text("langfuse.user.id"), "somebody");
    }
    let open = seen.iter().filter(|seen| seen.span.name == "call" && is_marked(seen)).count();
    row(
        "`kill -9` at 20 random moments under 1,000 calls a second, with a journal directory",
        &format!(
            "0 of {} returned calls lost, {twice} in {repeated} batches delivered twice with the same ids, {KILLS} open sessions and {open} open calls marked",
            calls.len(),
        ),
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_is_open_for_long_does_not_keep_every_segment_since() {
    const CALLS: usize = 120_000;
    let (server, dir) = (Server::new(|_| Answer::Ok), scratch("carried"));
    let program = Program::new("carried", &server).journal(&dir).with("CALLS", CALLS.to_string());
    let mut running = program.with("OBSERVE_HOLD", "0.1").with("LANGFUSE_FLUSH_INTERVAL", "0.1").start();
    running.wait("flushed");
    let size = || walk(&dir).iter().filter_map(|path| Some(std::fs::metadata(path).ok()?.len())).sum::<u64>();
    let is_carried = || walk(&dir).iter().any(|path| path.ends_with("-carried"));
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while !is_carried() || size() > 16 << 20 {
        assert!(std::time::Instant::now() < until, "{} bytes, carried over: {}", size(), is_carried());
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill();
    running.end();
    recovered(&server, &dir, false);
    let (lost, _) = missing(&server, &(0..CALLS).collect());
    assert!(lost == 0 && server.repeated() <= 1, "{lost} lost, {} batches twice", server.repeated());
    let session = server.seen().into_iter().find(|seen| seen.span.name == "session").unwrap();
    assert!(is_marked(&session) && session.input().contains("long"), "{:?}", session.span);
    assert_eq!(session.text("langfuse.observation.metadata.progress"), (CALLS - 300).to_string());
    assert_eq!((session.text("langfuse.user.id"), session.times), ("somebody".to_owned(), 1));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_recovery_that_dies_is_taken_over_by_the_next() {
    let (server, dir) = (Server::new(|_| Answer::Stall), scratch("twice-dead"));
    let mut killed = Program::new("killed", &server).journal(&dir).with("FROM", "0").start();
    killed.wait("called 1000");
    killed.kill();
    let calls: HashSet<usize> = killed.end().numbers("called").into_iter().collect();
    // At ten moments of it, from before it has begun to after all is taken over and nothing is delivered.
    for after in 0..10 {
        let mut recovering = Program::new("recover", &server).journal(&dir).with("EXIT", "120000").start();
        std::thread::sleep(Duration::from_millis(after * 15));
        recovering.kill();
        recovering.end();
    }
    server.set(|_| Answer::Ok);
    recovered(&server, &dir, false);
    assert_eq!(missing(&server, &calls), (0, 0));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_is_recovered_is_of_the_process_that_recorded_it() {
    let (mut server, dir) = (Server::new(|_| Answer::Ok), scratch("whose"));
    server.close();
    let program = |name: &str| Program::new("killed", &server).journal(&dir).with("OTEL_SERVICE_NAME", name);
    let mut killed = program("first").with("FROM", "0").start();
    killed.wait("called 20");
    killed.kill();
    // Its lock is free once it is gone.
    let killed = killed.end();
    // The second takes over what the first left, cannot deliver it either, and puts it away when it ends.
    let second = Program::new("calls", &server).journal(&dir).with("OTEL_SERVICE_NAME", "second");
    let second = second.with("CALLS", "10").with("LASTING", "10").with("EXIT", "1000").run().well();
    assert!(second.number("pending") > 30, "{}", second.word("stats"));
    server.open();
    let last = Program::new("recover", &server).journal(&dir).with("OTEL_SERVICE_NAME", "third").with("EXIT", "120000");
    last.run().well();
    let count = |service: &str| server.seen().iter().filter(|seen| seen.service == service).count();
    let calls = killed.numbers("called").len();
    assert!(count("first") > calls, "calls and the session, {} of {calls}", count("first"));
    assert_eq!((count("second"), count("third")), (10, 0));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_a_dead_server_missed_is_delivered_at_the_next_start() {
    let (mut server, dir) = (Server::new(|_| Answer::Ok), scratch("down"));
    server.close();
    let program = Program::new("calls", &server).journal(&dir).with("CALLS", "3000").with("LASTING", "3000");
    let ended = program.with("EXIT", "1000").run().well();
    let exit = ended.number("exit");
    assert!(exit < 6000, "{exit} ms");
    assert_eq!((ended.number("recorded"), ended.number("pending"), ended.number("lost")), (3000, 3000, 0));
    assert!(ended.errors.contains("3000 observations and scores wait on disk"), "{}", ended.errors);
    server.open();
    let next = recovered(&server, &dir, false);
    assert_eq!((next.number("recovered"), next.number("delivered"), next.number("lost")), (3000, 3000, 0));
    let (lost, twice) = missing(&server, &(0..3000).collect());
    assert_eq!((lost, twice), (0, 0));
    row(
        "server down for the whole run, the process exits, the next one starts with the server up",
        &format!("3,000 of 3,000 arrive, none twice; exit after {exit} ms of at most 1,000"),
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_silent_server_costs_the_bound_and_nothing_else() {
    let (server, dir) = (Server::new(|_| Answer::Stall), scratch("silent"));
    let program = Program::new("calls", &server).journal(&dir).with("CALLS", "2000").with("LASTING", "1500");
    let ended = program.with("EXIT", "1000").run().well();
    let exit = ended.number("exit");
    assert!(exit < 6000, "{exit} ms");
    assert_eq!((ended.number("pending"), ended.number("lost")), (2000, 0), "{}", ended.word("stats"));
    server.set(|_| Answer::Ok);
    recovered(&server, &dir, false);
    assert_eq!(missing(&server, &(0..2000).collect()), (0, 0));
    row(
        "server accepts and never answers",
        &format!(
            "exit after {exit} ms of at most 1,000; with a journal directory 2,000 of 2,000 arrive at the next start"
        ),
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn of_eight_processes_in_one_directory_half_are_killed() {
    let (server, dir) = (Server::new(|_| Answer::Ok), scratch("eight"));
    let start = |n: usize| {
        let program = Program::new("killed", &server).journal(&dir).with("FROM", (n * 1_000_000).to_string());
        program.with("LANGFUSE_FLUSH_INTERVAL", "0.2").start()
    };
    let mut running: Vec<_> = (0..8).map(start).collect();
    running.iter_mut().for_each(|running| running.wait("called"));
    let mut calls = HashSet::new();
    // The first four die one after the other, the others go on.
    let others = running.split_off(4);
    for mut running in running {
        std::thread::sleep(Duration::from_millis(100));
        running.kill();
        calls.extend(running.end().numbers("called"));
    }
    // Several that would recover start at once, while four processes live.
    let recovering: Vec<_> =
        (0..8).map(|_| Program::new("recover", &server).journal(&dir).with("EXIT", "120000").start()).collect();
    let recovered_now: usize = recovering.into_iter().map(|running| running.end().well().number("recovered")).sum();
    for mut running in others {
        running.kill();
        calls.extend(running.end().numbers("called"));
    }
    let last = recovered(&server, &dir, false);
    let (lost, twice) = missing(&server, &calls);
    assert_eq!(lost, 0, "of {}", calls.len());
    assert!(server.repeated() <= 8, "{} batches, {twice} calls", server.repeated());
    let sessions = server.seen().iter().filter(|seen| seen.span.name == "session" && is_marked(seen)).count();
    assert_eq!(sessions, 8);
    row(
        "8 processes in one directory, half of them killed, then the rest",
        &format!(
            "0 of {} lost, {twice} twice; {recovered_now} recovered while four live, {} afterwards, each by one process",
            calls.len(),
            last.number("recovered"),
        ),
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_program_that_shows_local_files_finds_what_a_killed_one_left() {
    let (server, dir) = (Server::new(|_| Answer::Ok), scratch("local"));
    let files = dir.join("traces");
    let program = Program::new("killed", &server).with("OBSERVE_DIR", files.to_str().unwrap()).with("FROM", "0");
    let none = ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "LANGFUSE_BASE_URL"];
    let mut running = none.iter().fold(program, |program, variable| program.with(variable, "")).start();
    running.wait("called 200");
    running.kill();
    let calls: HashSet<usize> = running.end().numbers("called").into_iter().collect();
    let taken = observe::recover(&files, Duration::from_secs(30)).unwrap();
    assert!(taken > 0);
    assert_eq!(observe::recover(&files, Duration::from_secs(30)).unwrap(), 0, "once");
    let text: String = walk(&files)
        .iter()
        .filter(|path| path.ends_with(".jsonl"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for n in calls {
        assert!(text.contains(&format!(r#"{{\"number\":{n}}}"#)), "{n} is not there");
    }
    assert!(text.contains("process ended before this finished"));
    std::fs::remove_dir_all(dir).unwrap();
}
