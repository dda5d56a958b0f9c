//! Sending stored traces on: to Langfuse, or to a collector of OpenTelemetry. The same environment variables say where to as in
//! programs that are observed.
//!
//! - Keys are in headers that are marked sensitive, and in no message. Redirects are not followed: they would take them elsewhere.
//! - What may succeed later is tried again, with growing pauses.

use std::io::Write as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::export::Ids;
use crate::time;

/// How often one request is sent, at most.
const TRIES: u32 = 5;
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest that a server may ask to wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where traces go.
#[derive(Debug)]
pub(crate) struct Destination {
    client: Client,
    traces: String,
    /// Collectors take no scores.
    scores: Option<String>,
    /// For messages and for telling destinations apart: no secret in it.
    pub(crate) name: String,
}

/// Why something was not taken.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nothing will be taken, or not now.
    All(String),
    /// Only this: the rest may be.
    This(String),
}

impl Destination {
    /// What the environment says.
    ///
    /// # Errors
    ///
    /// Variables that are missing, or cannot be meant.
    pub(crate) fn from_environment() -> Result<Self, String> {
        let set = |name: &str| {
            std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let first = |names: &[&str]| names.iter().find_map(|name| set(name));
        let keys = ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"];
        match (set(keys[0]), set(keys[1])) {
            (Some(public), Some(secret)) => {
                let base = first(&["LANGFUSE_BASE_URL", "LANGFUSE_HOST", "LANGFUSE_BASEURL"]);
                return Self::langfuse(base.as_deref().unwrap_or("https://cloud.langfuse.com"), &public, &secret);
            }
            (None, None) => {}
            (public, _) => {
                let (set, missing) = if public.is_some() { (keys[0], keys[1]) } else { (keys[1], keys[0]) };
                return Err(format!("{set} is set but {missing} is not: set both"));
            }
        }
        let whole = set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let base = || Some(format!("{}/v1/traces", set("OTEL_EXPORTER_OTLP_ENDPOINT")?.trim_end_matches('/')));
        let Some(traces) = whole.or_else(base) else {
            return Err(format!(
                "it is not said where to: set {} and {} (and LANGFUSE_BASE_URL), or OTEL_EXPORTER_OTLP_ENDPOINT",
                keys[0], keys[1]
            ));
        };
        let listed = first(&["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"]).unwrap_or_default();
        let mut headers = HeaderMap::new();
        for pair in listed.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, value) = pair.split_once('=').ok_or("a header of OTEL_EXPORTER_OTLP_HEADERS has no `=` in it")?;
            insert(&mut headers, key.trim(), &decoded(value.trim()))?;
        }
        let name = traces.split('?').next().unwrap_or_default().to_owned();
        Self::new(traces, None, name, headers)
    }

    fn langfuse(base: &str, public: &str, secret: &str) -> Result<Self, String> {
        let base = base.trim_end_matches('/');
        let mut headers = HeaderMap::new();
        insert(&mut headers, "authorization", &format!("Basic {}", STANDARD.encode(format!("{public}:{secret}"))))?;
        insert(&mut headers, "x-langfuse-ingestion-version", "4")?;
        insert(&mut headers, "x-langfuse-sdk-name", "observe-llm")?;
        insert(&mut headers, "x-langfuse-sdk-version", env!("CARGO_PKG_VERSION"))?;
        insert(&mut headers, "x-langfuse-public-key", public)?;
        let beginning: String = public.chars().take(10).collect();
        let name = format!("{base} (key {beginning}…)");
        Self::new(
            format!("{base}/api/public/otel/v1/traces"),
            Some(format!("{base}/api/public/ingestion")),
            name,
            headers,
        )
    }

    fn new(traces: String, scores: Option<String>, name: String, headers: HeaderMap) -> Result<Self, String> {
        let address = reqwest::Url::parse(&traces).map_err(|error| format!("{name} is no address: {error}"))?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(format!("{name} is no address of HTTP: begin it with http:// or https://"));
        }
        let client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("observe/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, traces, scores, name })
    }

    /// How ids must be written for it.
    pub(crate) fn ids(&self) -> Ids {
        if self.scores.is_some() { Ids::Verbatim } else { Ids::Hex }
    }

    pub(crate) fn takes_scores(&self) -> bool {
        self.scores.is_some()
    }

    /// Sends spans. Says how many of them were refused, and why.
    pub(crate) async fn traces(&self, request: &Value) -> Result<Option<String>, Refusal> {
        let answer = self.post(&self.traces, request).await?;
        let partial = &answer["partialSuccess"];
        let rejected = &partial["rejectedSpans"];
        let count = rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok()).unwrap_or(0);
        Ok((count > 0)
            .then(|| format!("{count} spans were refused: {}", partial["errorMessage"].as_str().unwrap_or_default())))
    }

    /// Sends the bodies of scores. Says which of them were refused, and why.
    pub(crate) async fn scores(&self, scores: &[Value]) -> Result<Option<String>, Refusal> {
        let Some(url) = &self.scores else { return Ok(None) };
        let now = time::iso(time::now());
        let event = |body: &Value| json!({"id": crate::ingest::random_id(), "type": "score-create", "timestamp": now, "body": body});
        let batch = json!({"batch": scores.iter().map(event).collect::<Vec<_>>()});
        let answer = self.post(url, &batch).await?;
        let errors = answer["errors"].as_array().filter(|errors| !errors.is_empty());
        Ok(errors.map(|errors| format!("{} scores were refused: {}", errors.len(), errors[0])))
    }

    async fn post(&self, url: &str, body: &Value) -> Result<Value, Refusal> {
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
        let zipped =
            zipped.write_all(&bytes).and_then(|()| zipped.finish()).map_err(|error| Refusal::All(error.to_string()))?;
        // Scores go to an endpoint that is not known to unzip.
        let is_zipped = url == self.traces;
        let mut pause = Duration::from_millis(500);
        let mut tried = 0;
        loop {
            tried += 1;
            let request = self.client.post(url).header("content-type", "application/json");
            let request = match is_zipped {
                true => request.header("content-encoding", "gzip").body(zipped.clone()),
                false => request.body(bytes.clone()),
            };
            let (why, after) = match request.send().await {
                Err(error) => (chain(&error.without_url()), None),
                Ok(response) => {
                    let status = response.status();
                    let seconds =
                        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                    let text = response.text().await.unwrap_or_default();
                    if status.is_success() {
                        return Ok(serde_json::from_str(&text).unwrap_or_default());
                    }
                    let why = format!("{status}: {}", text.chars().take(300).collect::<String>());
                    match status {
                        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {}
                        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
                            return Err(Refusal::This(why));
                        }
                        status if status.is_server_error() => {}
                        _ => return Err(Refusal::All(format!("{} answered {why}", self.name))),
                    }
                    (why, seconds.map(Duration::from_secs))
                }
            };
            if tried == TRIES {
                return Err(Refusal::All(format!("{} did not take it in {TRIES} tries: {why}", self.name)));
            }
            tokio::time::sleep(after.unwrap_or(pause).min(PATIENCE)).await;
            pause *= 2;
        }
    }
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), String> {
    let key = HeaderName::try_from(name).map_err(|_| format!("{name:?} is no name of a header"))?;
    let mut value =
        HeaderValue::try_from(value).map_err(|_| format!("the header {name} holds what HTTP does not allow"))?;
    value.set_sensitive(true);
    headers.insert(key, value);
    Ok(())
}

/// Without percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
