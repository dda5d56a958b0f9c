//! Traces that are sent on.

use std::io::{BufRead, BufReader, Read};

use super::program::{Scratch, Server};
use super::recorded::recorded;

#[test]
fn push_sends_each_observation_once() {
    let scratch = recorded("push");
    let langfuse = Scratch::new("pushed");
    let mut serve = langfuse.command(&["serve", "--port", "0", "--watch", "none", "--db", "there.db"]);
    let server = Server::start(serve.env("OBSERVE_PUBLIC_KEY", "pk-test").env("OBSERVE_SECRET_KEY", "sk-test"));
    let push = |secret: &str, arguments: &[&str]| {
        let mut command = scratch.command(&[&["push"], arguments].concat());
        command
            .env("LANGFUSE_PUBLIC_KEY", "pk-test")
            .env("LANGFUSE_SECRET_KEY", secret)
            .env("LANGFUSE_BASE_URL", &server.address);
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&server.address, "LANGFUSE");
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let ended = |sent: &str| (true, format!("{sent}\n"), String::new());
    let (ok, sent, why) = push("wrong", &[]);
    assert_eq!((ok, sent.as_str()), (false, "0 observations and 0 scores sent to LANGFUSE (key pk-test…)\n"));
    assert!(
        why.starts_with("observe: LANGFUSE (key pk-test…) answered 401 Unauthorized") && !why.contains("wrong"),
        "{why}"
    );

    assert_eq!(push("sk-test", &["name:batch"]), ended("1 observation and 0 scores sent to LANGFUSE (key pk-test…)"));
    assert_eq!(
        push("sk-test", &[]),
        ended("4 observations and 1 score sent to LANGFUSE (key pk-test…), 1 sent before")
    );
    assert_eq!(
        push("sk-test", &[]),
        ended("0 observations and 0 scores sent to LANGFUSE (key pk-test…), 6 sent before")
    );
    let there = langfuse.run(&["show", "000000a1", "--io", "--watch", "none", "--db", "there.db"]);
    assert_eq!(there, scratch.run(&["show", "000000a1", "--io"]));

    // A collector takes spans alone.
    let collector = Scratch::new("collector");
    let other = collector.serve(&["--watch", "none"]);
    let mut command = scratch.command(&["push"]);
    let output = command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &other.address).output().expect("the program starts");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("5 observations and 0 scores sent to {}/v1/traces\n", other.address)
    );
    assert!(scratch.fail(&["push"]).contains("it is not said where to: set LANGFUSE_PUBLIC_KEY"));
}

/// A server that gives these answers, one a request, and says how many were asked for.
fn answering(answers: &[&str]) -> (String, std::thread::JoinHandle<usize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
    let served = std::thread::spawn(move || {
        for answer in &answers {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).expect("a header") > 2 {
                let lower = line.to_ascii_lowercase();
                length = lower
                    .strip_prefix("content-length:")
                    .map_or(length, |digits| digits.trim().parse().expect("digits"));
                line.clear();
            }
            reader.read_exact(&mut vec![0; length]).expect("a body");
            let head =
                format!("HTTP/1.1 {answer}\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
            std::io::Write::write_all(&mut stream, head.as_bytes()).expect("an answer");
        }
        answers.len()
    });
    (address, served)
}

#[test]
fn push_tries_again_what_may_succeed() {
    let scratch = recorded("again");
    let push = |address: &str| {
        let output = scratch
            .command(&["push"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", address)
            .output()
            .expect("the program starts");
        let said =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).replace(address, "COLLECTOR"));
        (output.status.success(), said)
    };
    // What is too large, or unreadable there, is left out and said; it is not remembered as sent.
    let (address, served) = answering(&["413 Payload Too Large"]);
    let (ok, [sent, why]) = push(&address);
    assert_eq!((ok, sent.as_str()), (false, "0 observations and 0 scores sent to COLLECTOR/v1/traces\n"));
    assert!(why.contains("413 Payload Too Large") && why.contains("1 request refused"), "{why}");
    assert_eq!(served.join().expect("served"), 1);

    let (address, served) = answering(&["503 Service Unavailable", "429 Too Many Requests", "200 OK"]);
    let (ok, [sent, why]) = push(&address);
    assert_eq!(
        (ok, sent.as_str(), why.as_str()),
        (true, "5 observations and 0 scores sent to COLLECTOR/v1/traces\n", "")
    );
    assert_eq!(served.join().expect("served"), 3);

    let (address, served) = answering(&["500 Internal Server Error"; 5]);
    let (ok, [_, why]) = push(&address);
    assert!(!ok && why.contains("did not take it in 5 tries: 500 Internal Server Error"), "{why}");
    assert_eq!(served.join().expect("served"), 5);
}
