//! A real HTTP server on loopback that answers as it is told and keeps what it got.

#![allow(dead_code, clippy::unwrap_used, reason = "for tests, each of which needs some of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Request {
    /// In lower case.
    pub(crate) head: String,
    /// Unpacked.
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers each request with the next of `statuses`, and with the last one from then on.
    pub(crate) fn start(statuses: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                answer(stream.unwrap(), statuses[number.min(statuses.len() - 1)], &kept);
            }
        });
        Self { url, requests }
    }

    /// Takes the requests to this path, oldest first.
    pub(crate) fn take(&self, path: &str) -> Vec<Request> {
        self.requests.lock().unwrap().extract_if(.., |request| request.head.contains(&format!(" {path} "))).collect()
    }
}

/// The request is kept before it is answered, so that whoever has the answer finds it.
fn answer(stream: TcpStream, status: &str, kept: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    if head.contains("content-encoding: gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
        body = plain;
    }
    kept.lock().unwrap().push(Request { head, body });
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
    reader.get_mut().write_all(answer.as_bytes()).unwrap();
}
