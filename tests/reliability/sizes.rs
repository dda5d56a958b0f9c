//! Servers with a limit, and observations that they choke on.

use opentelemetry_proto::tonic::trace::v1::Span;

use crate::child::Program;
use crate::server::{Answer, Request, Seen, Server};
use crate::table::row;

fn at_most(bytes: usize) -> impl FnMut(&Request) -> Answer + Send {
    move |request| if request.body.len() > bytes { Answer::status("413 Payload Too Large") } else { Answer::Ok }
}

#[test]
fn one_huge_field_costs_itself_and_nothing_else() {
    let server = Server::new(at_most(4_500_000));
    let program = Program::new("fields", &server).with("CALLS", "200").with("BYTES", "10");
    let ended = program.with("LARGEST", "6000000").with("EXIT", "120000").run().well();
    let seen = server.seen();
    assert_eq!((seen.len(), ended.number("delivered")), (200, 200), "{}", ended.word("stats"));
    let cut: Vec<String> = seen.iter().map(Seen::input).filter(|input| input.contains("too large")).collect();
    assert_eq!(cut.len(), 1);
    assert!(cut[0].contains("[60000") && cut[0].contains("bytes"), "{cut:?}");
    assert!(ended.word("stats").contains("1 lost (field too large"), "{}", ended.word("stats"));
    let first = format!("200 arrive, the one with the marker `{}`", cut[0]);

    let server = Server::new(at_most(4_500_000));
    let program = Program::new("fields", &server).with("CALLS", "200").with("BYTES", "100000");
    let ended = program.with("LARGEST", "100000").with("EXIT", "120000").run().well();
    let seen = server.seen();
    assert_eq!((seen.len(), ended.number("lost")), (200, 0), "{}", ended.word("stats"));
    assert!(seen.iter().all(|seen| seen.input().len() > 100_000), "whole");
    row(
        "one 6 MB field among 200 calls, and 200 × 100 kB; the server refuses over 4.5 MB",
        &format!("{first}; 200 of 200 arrive whole"),
    );
}

#[test]
fn a_server_with_a_smaller_limit_gets_smaller_batches_and_then_markers() {
    let server = Server::new(at_most(60_000));
    let program = Program::new("fields", &server).with("CALLS", "120").with("BYTES", "10000");
    let ended = program.with("LARGEST", "500000").with("EXIT", "120000").run().well();
    let seen = server.seen();
    assert_eq!(seen.len(), 120, "{}", ended.word("stats"));
    assert!(seen.iter().all(|seen| seen.times == 1 && !seen.span.parent_span_id.iter().any(|byte| *byte != 0)));
    let cut = seen.iter().filter(|seen| seen.input().contains("too large for the server")).count();
    assert_eq!((cut, ended.number("lost")), (1, 1), "counted once, however often it was tried");
}

#[test]
fn one_malformed_observation_is_found_and_the_others_arrive() {
    let server = Server::new(|request| {
        let is_bad = |input: &str| input.contains(r#""number":77}"#);
        let seen = |span: &Span| Seen { span: span.clone(), service: String::new(), times: 0 };
        let is_malformed = request.spans.iter().any(|span| is_bad(&seen(span).input()));
        if is_malformed { Answer::status("400 Bad Request") } else { Answer::Ok }
    });
    let program = Program::new("calls", &server).with("CALLS", "500").with("LASTING", "1").with("EXIT", "120000");
    let ended = program.run().well();
    let seen = server.seen();
    assert_eq!((seen.len(), ended.number("delivered"), ended.number("lost")), (499, 499, 1));
    assert!(seen.iter().all(|seen| seen.times == 1));
    assert!(ended.errors.contains("400 Bad Request"), "{}", ended.errors);
    row(
        "one malformed observation in a batch of 500",
        &format!("499 arrive, the one is counted as refused; {} requests", server.heads().len()),
    );
}
