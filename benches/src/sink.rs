//! A server on loopback that reads whatever is sent to it, counts spans and forgets them.
//!
//! It runs in a process of its own, so that its work is nobody's cost but the machine's.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

static SPANS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// A running sink; dropping it ends it.
#[derive(Debug)]
pub struct Sink {
    process: Child,
    address: SocketAddr,
}

impl Sink {
    /// Starts this program again as a sink: its `main` has to call [`serve`] when its first argument is `sink`.
    ///
    /// # Errors
    /// When the process does not start or says no address.
    pub fn start() -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?).arg("sink").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line.trim().parse().map_err(io::Error::other)?;
        Ok(Self { process, address })
    }

    /// `http://address`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many spans and bytes of bodies have come since the last time it was asked.
    ///
    /// # Errors
    /// When the sink does not answer.
    pub fn taken(&self) -> io::Result<(u64, u64)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(b"GET /taken HTTP/1.1\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let mut numbers = answer.lines().last().unwrap_or_default().split(' ').filter_map(|number| number.parse().ok());
        numbers.next().zip(numbers.next()).ok_or_else(|| io::Error::other("no numbers"))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the process is ended. Prints the address first.
///
/// # Errors
/// When no port can be had.
#[expect(clippy::print_stdout, reason = "the parent reads the address there")]
pub fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || connection(&stream));
    }
    Ok(())
}

fn connection(stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(64 << 10, stream);
    let mut writer = stream;
    let _ = stream.set_nodelay(true);
    loop {
        let (mut length, mut is_chunked, mut is_gzip, mut is_question) = (0, false, false, false);
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let lower = line.trim().to_ascii_lowercase();
            match lower.split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap_or(0),
                Some(("transfer-encoding", "chunked")) => is_chunked = true,
                Some(("content-encoding", "gzip")) => is_gzip = true,
                _ if lower.starts_with("get /taken") => is_question = true,
                _ if lower.is_empty() => break,
                _ => {}
            }
        }
        let mut body = Vec::new();
        if is_chunked {
            read_chunks(&mut reader, &mut body)?;
        } else {
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
        }
        BYTES.fetch_add(body.len() as u64, Ordering::Relaxed);
        if is_gzip {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain)?;
            body = plain;
        }
        SPANS.fetch_add(spans(&body), Ordering::Relaxed);
        let answer = if is_question {
            format!("{} {}", SPANS.swap(0, Ordering::Relaxed), BYTES.swap(0, Ordering::Relaxed))
        } else {
            String::new()
        };
        let kind = if is_question { "text/plain" } else { "application/x-protobuf" };
        write!(writer, "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len())?;
        if is_question {
            return Ok(());
        }
    }
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        reader.take(length).read_to_end(body)?;
        reader.read_line(&mut line)?;
        if length == 0 {
            return Ok(());
        }
    }
}

/// Counts the spans of an OTLP request: field 1 (resource), its field 2 (scope), its field 2.
fn spans(request: &[u8]) -> u64 {
    let scopes = fields(request, 1).flat_map(|resource| fields(resource, 2));
    scopes.map(|scope| fields(scope, 2).count() as u64).sum()
}

/// The length-delimited fields of this number in a protobuf message.
fn fields(mut message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        loop {
            let tag = varint(&mut message)?;
            let length = match tag & 7 {
                0 => {
                    varint(&mut message)?;
                    continue;
                }
                1 => 8,
                5 => 4,
                2 => usize::try_from(varint(&mut message)?).ok()?,
                _ => return None,
            };
            let (value, rest) = message.split_at_checked(length)?;
            message = rest;
            if tag & 7 == 2 && tag >> 3 == number {
                return Some(value);
            }
        }
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for at in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
