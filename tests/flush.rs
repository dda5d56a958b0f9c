//! Flushing and ending have an end, also when the server accepts and never answers.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Write;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use observe::{Config, Loss, observe};

#[observe]
fn work(n: u32) -> u32 {
    n
}

/// A server that accepts and reads nothing until it is told to answer.
fn silent() -> (String, mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (answer, told) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut held, mut is_told) = (Vec::new(), false);
        for stream in listener.incoming() {
            held.push(stream.unwrap());
            is_told = is_told || told.try_recv().is_ok();
            if is_told {
                for mut stream in held.drain(..) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
                }
            }
        }
    });
    (url, answer)
}

/// One after the other: there is one client.
#[tokio::test]
async fn a_server_that_never_answers_holds_nobody_up() {
    let (url, answer) = silent();
    let config = Config::new().without_environment().langfuse("pk-lf-1", "sk-lf-1").base_url(&url);
    let guard = config.timeout(Duration::from_secs(2)).init().unwrap();
    work(1);
    // Each returns, and says what has not arrived.
    let stats = observe::flush(Duration::from_millis(100));
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (1, 0, 1), "{stats}");
    let stats = observe::flush_async(Duration::from_millis(100)).await;
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (1, 0, 1), "{stats}");
    assert!(!stats.is_complete());
    assert_eq!(observe::flush(Duration::ZERO).pending, 1);

    // Nothing is lost by it: once the server answers, what waited arrives.
    answer.send(()).unwrap();
    let _ = std::net::TcpStream::connect(url.trim_start_matches("http://"));
    let stats = observe::flush(Duration::from_secs(30));
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (1, 1, 0), "{stats}");
    assert!(stats.is_complete(), "{stats}");
    let stats = guard.shutdown(Duration::from_secs(30));
    assert!(stats.is_complete(), "{stats}");

    // The end is bounded too, and counts what it leaves behind.
    let (url, _answer) = silent();
    let config = Config::new().without_environment().langfuse("pk-lf-1", "sk-lf-1").base_url(&url);
    let guard = config.init().unwrap();
    work(2);
    let stats = guard.shutdown(Duration::from_secs(1));
    assert_eq!((stats.recorded, stats.delivered, stats.lost_to(Loss::AtExit)), (1, 0, 1), "{stats}");
}
