//! A Langfuse server that misbehaves as it is told: real HTTP on loopback.
//!
//! What it answers with success it keeps, and counts how often it came.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// What came with a request.
pub(crate) struct Request {
    pub(crate) head: String,
    /// Decompressed.
    pub(crate) body: Vec<u8>,
    pub(crate) spans: Vec<Span>,
    /// The `service.name` of these.
    pub(crate) service: String,
}

pub(crate) enum Answer {
    Ok,
    /// Status line, additional header lines, body.
    Status(&'static str, String, String),
    /// Never.
    Stall,
    /// The connection ends before the request is read, as it does when a server crashes.
    Reset,
    /// The answer ends in the middle: the request was taken all the same.
    Half,
    /// Success, but late.
    After(Duration),
    /// What comes is taken at once, and the answer is late.
    Late(Duration),
}

impl Answer {
    pub(crate) fn status(line: &'static str) -> Self {
        Self::Status(line, String::new(), String::new())
    }
}

/// An observation that arrived.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) span: Span,
    pub(crate) service: String,
    pub(crate) times: usize,
}

impl Seen {
    pub(crate) fn text(&self, key: &str) -> String {
        text(&self.span.attributes, key)
    }

    pub(crate) fn input(&self) -> String {
        self.text("langfuse.observation.input")
    }
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    let value = attributes.iter().find(|attribute| attribute.key == key);
    match value.and_then(|attribute| attribute.value.clone()).and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

type Script = dyn FnMut(&Request) -> Answer + Send;

struct State {
    script: Box<Script>,
    seen: HashMap<Vec<u8>, Seen>,
    scores: Vec<serde_json::Value>,
    /// Which observations came together, as often as they came.
    batches: Vec<Vec<Vec<u8>>>,
    heads: Vec<(Instant, String)>,
    connections: Vec<TcpStream>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    is_closed: AtomicBool,
}

pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// A server whose answers the script decides, one request at a time.
    pub(crate) fn new(script: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        let state = State {
            script: Box::new(script),
            seen: HashMap::new(),
            scores: Vec::new(),
            batches: Vec::new(),
            heads: Vec::new(),
            connections: Vec::new(),
        };
        let shared = Shared { state: Mutex::new(state), changed: Condvar::new(), is_closed: AtomicBool::new(false) };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server = Self { address: listener.local_addr().unwrap(), shared: Arc::new(shared), acceptor: None };
        server.listen(listener);
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes the port and every connection.
    pub(crate) fn close(&mut self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().unwrap();
        }
        for connection in self.state().connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Comes back on the same port.
    pub(crate) fn open(&mut self) {
        self.shared.is_closed.store(false, Ordering::SeqCst);
        self.listen(TcpListener::bind(self.address).unwrap());
    }

    pub(crate) fn set(&self, script: impl FnMut(&Request) -> Answer + Send + 'static) {
        self.state().script = Box::new(script);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state().seen.values().cloned().collect()
    }

    pub(crate) fn scores(&self) -> Vec<serde_json::Value> {
        self.state().scores.clone()
    }

    /// How many of the batches that were taken had something in them that came again later.
    pub(crate) fn repeated(&self) -> usize {
        let state = self.state();
        let (mut first, mut repeated) = (HashMap::new(), HashSet::new());
        for (number, batch) in state.batches.iter().enumerate() {
            repeated.extend(batch.iter().filter_map(|id| first.insert(id, number)));
        }
        repeated.len()
    }

    /// When requests came, and their heads.
    pub(crate) fn heads(&self) -> Vec<(Instant, String)> {
        self.state().heads.clone()
    }

    /// Waits until `is_there` holds for what arrived so far; panics after a minute.
    pub(crate) fn wait(&self, what: &str, is_there: impl Fn(usize, usize) -> bool) {
        let mut state = self.state();
        let until = Instant::now() + Duration::from_secs(60);
        while !is_there(state.heads.len(), state.seen.len()) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{what} did not happen: {} requests, {} seen",
                state.heads.len(),
                state.seen.len()
            );
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    fn listen(&mut self, listener: TcpListener) {
        let shared = self.shared.clone();
        self.acceptor = Some(std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_closed.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                if let Ok(copy) = stream.try_clone() {
                    shared.state.lock().unwrap().connections.push(copy);
                }
                let shared = shared.clone();
                std::thread::spawn(move || shared.serve(stream));
            }
        }));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Serves a connection until it ends, one way or another.
    fn serve(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::new(stream);
        while let Ok(Some(request)) = read(&mut reader) {
            if self.answer(&request, reader.get_mut()).is_err() {
                let _ = reader.get_mut().shutdown(Shutdown::Both);
                return;
            }
        }
    }

    fn answer(&self, request: &Request, stream: &mut TcpStream) -> io::Result<()> {
        let answer = {
            let mut state = self.state.lock().unwrap();
            state.heads.push((Instant::now(), request.head.clone()));
            (state.script)(request)
        };
        self.changed.notify_all();
        let whole = |status: &str, headers: &str, body: &str| {
            format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
        };
        match answer {
            Answer::Ok => {
                self.take(request);
                stream.write_all(whole("200 OK", "", "{}").as_bytes())
            }
            Answer::After(time) => {
                std::thread::sleep(time);
                self.take(request);
                stream.write_all(whole("200 OK", "", "{}").as_bytes())
            }
            Answer::Late(time) => {
                self.take(request);
                std::thread::sleep(time);
                stream.write_all(whole("200 OK", "", "{}").as_bytes())
            }
            Answer::Status(status, headers, body) => {
                if status.starts_with('2') {
                    self.take(request);
                }
                stream.write_all(whole(status, &headers, &body).as_bytes())
            }
            Answer::Stall => {
                // Until the client gives up.
                let _ = stream.read(&mut [0]);
                Err(io::ErrorKind::TimedOut.into())
            }
            Answer::Reset => Err(io::ErrorKind::ConnectionReset.into()),
            Answer::Half => {
                self.take(request);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }

    fn take(&self, request: &Request) {
        let mut state = self.state.lock().unwrap();
        let id = |span: &Span| [&*span.trace_id, &*span.span_id].concat();
        state.batches.push(request.spans.iter().map(id).collect());
        for span in &request.spans {
            let new = || Seen { span: span.clone(), service: request.service.clone(), times: 0 };
            state.seen.entry(id(span)).or_insert_with(new).times += 1;
        }
        if request.head.contains("/ingestion") {
            let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            state.scores.extend(body["batch"].as_array().unwrap().iter().cloned());
        }
        drop(state);
        self.changed.notify_all();
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if head.contains("content-encoding: gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain)?;
        body = plain;
    }
    let (mut spans, mut service) = (Vec::new(), String::new());
    if head.contains("/traces") {
        let request = ExportTraceServiceRequest::decode(&*body).map_err(io::Error::other)?;
        for resource in request.resource_spans {
            service = text(&resource.resource.unwrap_or_default().attributes, "service.name");
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    Ok(Some(Request { head, body, spans, service }))
}
