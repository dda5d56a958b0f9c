//! HTTP: OTLP to Langfuse or a collector, scores to Langfuse.
//!
//! - Keys are in headers that are marked sensitive, and in no message.
//! - Redirects are not followed: they would take the keys elsewhere.
//! - The client is made at the first batch, on the worker's thread: certificates are not read on the caller's.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use once_cell::sync::OnceCell;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use super::gzip::Gzip;
use super::{Batch, Failure, Receipt, Signal};

/// Where to, and with which headers.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    traces: String,
    /// `None`: scores go as spans to `traces`.
    scores: Option<String>,
    headers: HeaderMap,
    /// For messages: no secret in it.
    name: String,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// More of an answer is not read.
const ANSWER: usize = 1 << 20;

impl Endpoint {
    pub(crate) fn langfuse(base_url: &str, traces_url: &str, public_key: &str, secret_key: &str) -> Self {
        let prefix: String = public_key.chars().take(10).collect();
        let mut endpoint = Self {
            traces: traces_url.to_owned(),
            scores: Some(format!("{base_url}/api/public/ingestion")),
            headers: HeaderMap::new(),
            name: format!("{base_url} (key {prefix}…)"),
        };
        let basic = STANDARD.encode(format!("{public_key}:{secret_key}"));
        endpoint.header("authorization", &format!("Basic {basic}"));
        endpoint.header("x-langfuse-sdk-name", "observe-llm");
        endpoint.header("x-langfuse-sdk-version", VERSION);
        endpoint.header("x-langfuse-public-key", public_key);
        endpoint.header("x-langfuse-ingestion-version", "4");
        endpoint
    }

    pub(crate) fn collector(traces_url: &str) -> Self {
        let name = traces_url.split(['?', '@']).next_back().unwrap_or_default().to_owned();
        Self { traces: traces_url.to_owned(), scores: None, headers: HeaderMap::new(), name }
    }

    /// Adds a header; one that HTTP does not allow is left out.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Http {
    endpoint: Endpoint,
    timeout: Duration,
    is_compressed: bool,
    gzip: Gzip,
    client: OnceCell<Client>,
}

impl Http {
    pub(crate) fn new(endpoint: Endpoint, timeout: Duration, is_compressed: bool) -> Self {
        Self { endpoint, timeout, is_compressed, gzip: Gzip::default(), client: OnceCell::new() }
    }

    pub(super) async fn post(&self, batch: Batch) -> Receipt {
        let client = match self.client.get_or_try_init(|| self.connect()) {
            Ok(client) => client,
            Err(error) => return Receipt::Retry { after: None, why: self.say(&error.to_string()) },
        };
        let (url, kind) = match (batch.signal, &self.endpoint.scores) {
            (Signal::Scores, Some(url)) => (url, "application/json"),
            _ => (&self.endpoint.traces, "application/x-protobuf"),
        };
        let request = client.post(url).header("content-type", kind);
        let compressed =
            if self.is_compressed && kind == "application/x-protobuf" { self.gzip.of(&batch.body) } else { None };
        let Batch { signal, body, .. } = batch;
        let request = match compressed {
            Some(compressed) => {
                drop(body);
                request.header("content-encoding", "gzip").body(compressed)
            }
            None => request.body(Bytes::from_owner(body)),
        };
        match request.send().await {
            Ok(response) => self.read(response, signal).await,
            Err(error) => Receipt::Retry { after: None, why: self.say(&chain(&error.without_url())) },
        }
    }

    /// Gives back the memory that the next batch would use again.
    pub(super) fn rest(&self) {
        self.gzip.clear();
    }

    fn connect(&self) -> reqwest::Result<Client> {
        Client::builder()
            .default_headers(self.endpoint.headers.clone())
            .user_agent(concat!("observe-llm/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(self.timeout)
            .build()
    }

    async fn read(&self, mut response: Response, signal: Signal) -> Receipt {
        let status = response.status();
        let after = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?));
        let mut body = Vec::new();
        while body.len() < ANSWER {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                // The status has been said; only details are missing.
                Err(_) if !status.is_success() => break,
                Err(error) => return Receipt::Retry { after: None, why: self.say(&chain(&error.without_url())) },
            }
        }
        let text: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        let why = self.say(&format!("{status}: {text}"));
        match status {
            StatusCode::MULTI_STATUS => partial(&body),
            status if status.is_success() => accepted(signal, &body),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Receipt::Credentials(why),
            StatusCode::PAYLOAD_TOO_LARGE => Receipt::TooLarge(why),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Receipt::Malformed(why),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Receipt::Retry { after, why },
            status if status.is_server_error() => Receipt::Retry { after, why },
            _ => Receipt::Refused(why),
        }
    }

    fn say(&self, what: &str) -> String {
        format!("{}: {what}", self.endpoint.name)
    }
}

/// OTLP's partial success: as JSON, which Langfuse answers whatever it was sent, or as protobuf.
fn accepted(signal: Signal, body: &[u8]) -> Receipt {
    if signal == Signal::Scores {
        return Receipt::Accepted { refused: 0, why: None };
    }
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        let (refused, why) = partial_success(body).unwrap_or_default();
        return Receipt::Accepted { refused, why };
    };
    let partial = &answer["partialSuccess"];
    let rejected = &partial["rejectedSpans"];
    let refused = rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok()).unwrap_or(0);
    Receipt::Accepted { refused, why: partial["errorMessage"].as_str().map(str::to_owned) }
}

/// Field 1 of `ExportTraceServiceResponse`: how many spans were rejected (field 1), and why (field 2).
fn partial_success(response: &[u8]) -> Option<(u64, Option<String>)> {
    let (mut refused, mut why) = (0, None);
    let mut rest = response.strip_prefix(&[0x0a])?;
    let length = varint(&mut rest)?;
    let mut rest = rest.get(..usize::try_from(length).ok()?)?;
    while let Some((tag, tail)) = rest.split_first() {
        rest = tail;
        let number = varint(&mut rest)?;
        match tag {
            0x08 => refused = number,
            0x12 => {
                let (text, tail) = rest.split_at_checked(usize::try_from(number).ok()?)?;
                rest = tail;
                why = Some(String::from_utf8_lossy(text).into_owned());
            }
            _ => return None,
        }
    }
    Some((refused, why))
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The per-event errors of a 207.
fn partial(body: &[u8]) -> Receipt {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let failed = answer["errors"].as_array().into_iter().flatten().filter_map(|error| {
        let status = error["status"].as_u64().unwrap_or(500);
        let why = error["message"].as_str().or(error["error"].as_str()).unwrap_or_default();
        let retry = status >= 500 || matches!(status, 408 | 429);
        Some(Failure { id: error["id"].as_str()?.to_owned(), retry, why: format!("{status} {why}") })
    });
    Receipt::Partial { failed: failed.collect() }
}

/// `Retry-After` as seconds or as a date.
fn retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(retry_after(&date).is_some_and(|after| after > Duration::from_secs(90)));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn a_partial_success_says_how_many_were_rejected() {
        let answers: [(&[u8], u64, Option<&str>); 5] = [
            (b"", 0, None),
            (b"{}", 0, None),
            (br#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}"#, 3, Some("no")),
            (b"\x0a\x09\x08\xac\x02\x12\x04why?", 300, Some("why?")),
            (b"\x0a\x20\x08", 0, None),
        ];
        for (answer, expected, reason) in answers {
            let Receipt::Accepted { refused, why } = accepted(Signal::Traces, answer) else { panic!("{answer:?}") };
            assert_eq!((refused, why.as_deref()), (expected, reason), "{answer:?}");
        }
    }
}
