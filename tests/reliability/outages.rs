//! Servers that fail for a while, slow ones, dead ones, and ones that say no.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::child::{Ended, Program};
use crate::server::{Answer, Request, Server};
use crate::table::row;

/// Fails for five seconds from the first request on.
fn failing(kind: &'static str) -> impl FnMut(&Request) -> Answer + Send {
    let mut first = None;
    move |_| {
        let since = *first.get_or_insert_with(Instant::now);
        match kind {
            _ if since.elapsed() > Duration::from_secs(5) => Answer::Ok,
            "reset" => Answer::Reset,
            "429" => Answer::Status("429 Too Many Requests", "retry-after: 1\r\n".to_owned(), String::new()),
            "503" => Answer::status("503 Service Unavailable"),
            _ => Answer::status("500 Internal Server Error"),
        }
    }
}

/// How many different calls arrived, and how many more than once.
fn arrived(server: &Server) -> (usize, usize) {
    let seen = server.seen();
    let calls: HashSet<String> = seen.iter().map(super::server::Seen::input).collect();
    (calls.len(), seen.iter().filter(|seen| seen.times > 1).count() + seen.len() - calls.len())
}

#[test]
fn nothing_is_lost_in_an_outage_of_five_seconds() {
    let kinds = ["500", "503", "429", "reset"];
    let run = |kind| {
        let server = Server::new(failing(kind));
        let program = Program::new("calls", &server).with("CALLS", "2000").with("LASTING", "6000");
        let ended = program.with("EXIT", "120000").run().well();
        assert_eq!(arrived(&server), (2000, 0), "{kind}: {}", ended.word("stats"));
        assert_eq!((ended.number("delivered"), ended.number("pending"), ended.number("lost")), (2000, 0, 0));
        // One line when it starts, one when it ends.
        let lines = ended.errors.lines().filter(|line| line.starts_with("observe: "));
        let lines: Vec<_> = lines.collect();
        assert!(lines.len() == 2 && lines[0].contains("cannot deliver"), "{lines:?}");
        assert!(lines[1].contains("delivering again"), "{lines:?}");
        // While it was down single batches asked whether it is up again.
        let probes = server.heads().len();
        assert!(probes < 40, "{probes} requests");
        format!("{kind}: 2,000, {} sent again", ended.number("retried"))
    };
    let results: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = kinds.iter().map(|kind| scope.spawn(move || run(kind))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    row(
        "500, 503, 429 or reset connections for 5 s while 2,000 calls run",
        &format!("all arrive, none twice ({})", results.join("; ")),
    );
}

fn ends_within(ended: &Ended, bound: usize) -> usize {
    let took = ended.number("exit");
    assert!(took < bound + 5000, "{took} ms for a bound of {bound}");
    took
}

#[test]
fn without_a_directory_a_dead_server_costs_what_waits_and_is_said() {
    let mut server = Server::new(|_| Answer::Ok);
    server.close();
    let program = Program::new("calls", &server).with("CALLS", "100").with("LASTING", "100").with("EXIT", "1000");
    let ended = program.run().well();
    ends_within(&ended, 1000);
    assert_eq!((ended.number("recorded"), ended.number("lost")), (100, 100), "{}", ended.word("stats"));
    assert!(ended.word("stats").contains("100 lost (not delivered before exit)"), "{}", ended.word("stats"));
    assert!(ended.errors.contains("lost: 100 × not delivered before exit"), "{}", ended.errors);
}

#[test]
fn a_server_that_takes_everything_but_cuts_its_answer_gets_it_again() {
    let mut requests = 0;
    let server = Server::new(move |_| {
        requests += 1;
        if requests == 1 { Answer::Half } else { Answer::Ok }
    });
    let program = Program::new("calls", &server).with("CALLS", "10").with("LASTING", "10").with("EXIT", "120000");
    let ended = program.run().well();
    assert_eq!(ended.number("delivered"), 10, "{}", ended.word("stats"));
    let seen = server.seen();
    assert_eq!(seen.len(), 10, "the same ids");
    assert!(seen.iter().any(|seen| seen.times == 2) && seen.iter().all(|seen| seen.times <= 2));
}

#[test]
fn a_server_that_goes_away_and_comes_back_misses_nothing() {
    let mut server = Server::new(|_| Answer::Ok);
    let program = Program::new("calls", &server).with("CALLS", "300").with("LASTING", "3000").with("EXIT", "120000");
    let program = program.with("LANGFUSE_FLUSH_INTERVAL", "0.1").start();
    server.wait("a first delivery", |_, seen| seen > 0);
    server.close();
    std::thread::sleep(Duration::from_secs(1));
    server.open();
    let ended = program.end().well();
    assert_eq!((ended.number("delivered"), ended.number("lost")), (300, 0), "{}", ended.word("stats"));
    assert_eq!(arrived(&server).0, 300);
}

#[test]
fn as_long_as_the_server_asks_it_is_left_alone() {
    let mut requests = 0;
    let server = Server::new(move |_| {
        requests += 1;
        let answer = |value: &str| Answer::Status("429 Slow", format!("retry-after: {value}\r\n"), String::new());
        match requests {
            1 => answer("2"),
            2 => answer(&httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(4))),
            _ => Answer::Ok,
        }
    });
    let program = Program::new("calls", &server).with("CALLS", "3").with("LASTING", "8000").with("EXIT", "9000");
    let ended = program.with("LANGFUSE_FLUSH_INTERVAL", "0.1").run().well();
    assert_eq!(ended.number("delivered"), 3);
    let times: Vec<Instant> = server.heads().iter().map(|(time, _)| *time).collect();
    assert!(times[1] - times[0] >= Duration::from_millis(1990), "{:?}", times[1] - times[0]);
    // A date has whole seconds.
    assert!(times[2] - times[1] >= Duration::from_millis(2900), "{:?}", times[2] - times[1]);
}

#[test]
fn refused_keys_are_said_once_and_not_shown() {
    let server = Server::new(|_| {
        Answer::Status("401 Unauthorized", String::new(), r#"{"message":"Invalid credentials"}"#.to_owned())
    });
    let program = Program::new("calls", &server).with("CALLS", "50").with("LASTING", "1500").with("EXIT", "5000");
    let ended = program.with("LANGFUSE_FLUSH_INTERVAL", "0.1").run().well();
    let said: Vec<_> = ended.errors.lines().filter(|line| line.contains("keys are refused")).collect();
    assert_eq!(said.len(), 1, "{}", ended.errors);
    let host = server.url();
    assert!(said[0].contains(&host) && said[0].contains("pk-lf-1234…") && said[0].contains("401"), "{said:?}");
    assert!(!ended.errors.contains("very-secret") && !ended.errors.contains("pk-lf-12345"), "{}", ended.errors);
    assert!(ended.number("exit") < 4000, "waiting longer does not help");
    assert_eq!(server.heads().len(), 2, "once, and once more at the end");
}

#[test]
fn of_a_partial_success_only_what_may_succeed_goes_again() {
    let mut is_first = true;
    let server = Server::new(move |request| {
        if !request.head.contains("/ingestion") || !std::mem::take(&mut is_first) {
            return Answer::Ok;
        }
        let errors = r#"{"successes":[{"id":"good","status":201}],"errors":[
            {"id":"bad","status":400,"message":"Invalid request data"},{"id":"busy","status":503,"message":"busy"}]}"#;
        Answer::Status("207 Multi-Status", String::new(), errors.to_owned())
    });
    let ended = Program::new("scores", &server).with("EXIT", "120000").run().well();
    assert_eq!((ended.number("recorded"), ended.number("delivered"), ended.number("lost")), (4, 3, 1));
    let names: Vec<String> = server.scores().iter().map(|score| score["body"]["name"].to_string()).collect();
    assert_eq!(names, [r#""good""#, r#""bad""#, r#""busy""#, r#""busy""#], "the second request has the last alone");
    assert!(ended.errors.contains("Invalid request data"), "{}", ended.errors);
}

#[test]
fn a_wrong_address_is_no_reason_to_ask_for_ever() {
    let server = Server::new(|_| Answer::status("404 Not Found"));
    let program = Program::new("calls", &server).with("CALLS", "100").with("LASTING", "10").with("EXIT", "5000");
    let ended = program.run().well();
    assert_eq!(ended.number("lost"), 100);
    assert!(server.heads().len() < 5, "halving would not help");
    assert!(ended.errors.contains("100 × refused by the server") && ended.errors.contains("404"), "{}", ended.errors);
}

#[test]
fn proxies_are_those_of_the_environment() {
    let proxy = Server::new(|_| Answer::Ok);
    let program = Program::new("calls", &proxy).with("CALLS", "5").with("LASTING", "5").with("EXIT", "5000");
    let program = program.with("LANGFUSE_BASE_URL", "http://langfuse.invalid").with("HTTP_PROXY", proxy.url());
    let ended = program.run().well();
    assert_eq!(ended.number("delivered"), 5, "{}", ended.errors);
    assert!(proxy.heads()[0].1.starts_with("post http://langfuse.invalid/"), "{:?}", proxy.heads()[0].1);
}

#[test]
fn a_million_calls_against_a_slow_server_stay_within_memory_and_are_all_accounted_for() {
    const CALLS: usize = 1_000_000;
    let server = Server::new(|_| Answer::After(Duration::from_millis(200)));
    let program = Program::new("burst", &server).with("CALLS", CALLS.to_string()).with("EXIT", "120000");
    // A busy machine may take long to answer: what is then sent again and given up would be counted although it arrived.
    let program = program.with("LANGFUSE_TIMEOUT", "100").with("LANGFUSE_FLUSH_AT", "4096");
    let ended = program.run().well();
    let (arrived, twice) = arrived(&server);
    let (lost, base, peak) = (ended.number("lost"), ended.number("base") / 1024, ended.number("peak") / 1024);
    assert_eq!(twice, 0);
    // And the one before.
    assert_eq!(arrived + lost, CALLS + 1, "{}", ended.word("stats"));
    assert!(peak <= base + 64, "{peak} MiB, {base} without load");
    row(
        "1,000,000 calls as fast as 2 threads go, 64 MiB, a server that takes 200 ms",
        &format!(
            "{} arrive, {lost} refused and counted, together 1,000,000; at most {peak} MiB resident, {base} of them without any load",
            arrived - 1,
        ),
    );
}

#[test]
fn those_who_prefer_to_wait_lose_nothing() {
    let server = Server::new(|_| Answer::Ok);
    let program = Program::new("burst", &server).with("CALLS", "20000").with("EXIT", "120000").with("WAIT", "60000");
    let ended = program.with("OBSERVE_MEMORY_LIMIT", "1 MiB").run().well();
    assert_eq!((ended.number("delivered"), ended.number("lost")), (20_001, 0), "{}", ended.word("stats"));
}
