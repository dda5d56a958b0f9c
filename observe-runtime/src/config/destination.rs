//! Choosing where traces go: Langfuse before a collector before local files, code before environment.

use std::path::PathBuf;

use super::builder::{Address, Choice, Config};
use super::environment::{Environment, Given, Problem};
use super::secret::Secret;
use super::settings::Destination;
use super::url::{self, Url};
use crate::error::Error;

const CLOUD: &str = "https://cloud.langfuse.com";
const TRACES: &str = "/v1/traces";

type Headers = Vec<(String, Secret)>;

pub(super) fn choose(
    config: &mut Config,
    environment: Environment<'_>,
    warnings: &mut Vec<String>,
) -> Result<Destination, Error> {
    let disabled = environment.boolean(None, &["OTEL_SDK_DISABLED"])?.unwrap_or(false);
    let enabled = environment.boolean(None, &["LANGFUSE_TRACING_ENABLED"])?.unwrap_or(true);
    if !config.enabled.unwrap_or(enabled && !disabled) {
        return Ok(Destination::Nowhere);
    }
    let headers = std::mem::take(&mut config.headers);
    match config.destination.take() {
        Some(Choice::Langfuse { public_key, secret_key }) => {
            let public_key = Given { setting: "Config::langfuse", value: public_key.trim().to_owned() };
            let secret_key = Given { setting: "Config::langfuse", value: secret_key.reveal().trim().to_owned() };
            langfuse(config, environment, public_key, secret_key, headers, warnings)
        }
        Some(Choice::Collector(Address(address))) => {
            let address = address.trim();
            let is_whole = address.split('?').next().is_some_and(|path| path.trim_end_matches('/').ends_with(TRACES));
            let path = if is_whole { "" } else { TRACES };
            let endpoint = Given { setting: "Config::collector", value: address.to_owned() };
            collector(environment, &endpoint, path, headers, warnings)
        }
        Some(Choice::Files(dir)) => Ok(Destination::Files { dir }),
        Some(Choice::Discard) => Ok(Destination::Discard),
        None => from_environment(config, environment, headers, warnings),
    }
}

fn from_environment(
    config: &Config,
    environment: Environment<'_>,
    headers: Headers,
    warnings: &mut Vec<String>,
) -> Result<Destination, Error> {
    const PUBLIC: &str = "LANGFUSE_PUBLIC_KEY";
    const SECRET: &str = "LANGFUSE_SECRET_KEY";
    match (environment.get(PUBLIC), environment.get(SECRET)) {
        (Some(public_key), Some(secret_key)) => {
            return langfuse(config, environment, public_key, secret_key, headers, warnings);
        }
        (Some(_), None) => return Err(Error::Missing { setting: PUBLIC, missing: SECRET }),
        (None, Some(_)) => return Err(Error::Missing { setting: SECRET, missing: PUBLIC }),
        (None, None) if config.base_url.is_some() => {
            let missing = "LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY (or `Config::langfuse`)";
            return Err(Error::Missing { setting: "Config::base_url", missing });
        }
        (None, None) => {}
    }
    let destination = if let Some(endpoint) = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        collector(environment, &endpoint, "", headers, warnings)?
    } else if let Some(endpoint) = environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") {
        collector(environment, &endpoint, TRACES, headers, warnings)?
    } else {
        Destination::Files { dir: files_dir(environment) }
    };
    if let Some(server) = environment.first(&["LANGFUSE_BASE_URL", "LANGFUSE_HOST", "LANGFUSE_BASEURL"]) {
        warnings.push(format!(
            "{} is set, but {PUBLIC} and {SECRET} are not: nothing is delivered to Langfuse",
            server.setting,
        ));
    }
    Ok(destination)
}

/// `OBSERVE_DIR`, else `.observe` in the working directory.
fn files_dir(environment: Environment<'_>) -> PathBuf {
    environment.get("OBSERVE_DIR").map_or_else(|| ".observe".into(), |dir| dir.value.into())
}

fn langfuse(
    config: &Config,
    environment: Environment<'_>,
    public_key: Given<String>,
    secret_key: Given<String>,
    headers: Headers,
    warnings: &mut Vec<String>,
) -> Result<Destination, Error> {
    needs_http(public_key.setting)?;
    check_key(&public_key, "sk-lf-", "public key")?;
    check_key(&secret_key, "pk-lf-", "secret key")?;
    if public_key.value.contains(':') {
        return Err(Problem::new("contains a colon", "copy the public key from the project's settings")
            .with(public_key.setting, None));
    }
    let explicit = config.base_url.clone();
    let server = explicit
        .map(|Address(url)| Given { setting: "Config::base_url", value: url.trim().to_owned() })
        .or_else(|| environment.first(&["LANGFUSE_BASE_URL", "LANGFUSE_HOST", "LANGFUSE_BASEURL"]))
        .unwrap_or_else(|| Given { setting: "Config::base_url", value: CLOUD.to_owned() });
    let url = parse(&server)?;
    if url.has_query() {
        let problem = Problem::new("contains a query (`?`)", "give the server's address alone");
        return Err(problem.with(server.setting, url::shown(&server.value)));
    }
    if !url.is_encrypted && !url.is_loopback() {
        warnings.push(format!(
            "{} is `{}`: the secret key travels there without encryption; use https",
            server.setting,
            url::shown(&server.value),
        ));
    }
    let path = environment.get("LANGFUSE_OTEL_TRACES_EXPORT_PATH");
    let path = path.map_or_else(|| "/api/public/otel/v1/traces".to_owned(), |path| path.value);
    Ok(Destination::Langfuse {
        base_url: url.base().to_owned(),
        traces_url: url.join(&path),
        public_key: public_key.value,
        secret_key: Secret::new(secret_key.value),
        headers: checked("Config::header", headers)?,
    })
}

/// Finds keys that cannot work; never shows one, as it may be the secret in the wrong place.
fn check_key(key: &Given<String>, other: &str, what: &str) -> Result<(), Error> {
    let problem = if key.value.is_empty() {
        Problem::new(format!("is an empty {what}"), "copy both keys from the project's settings")
    } else if key.value.starts_with(other) {
        Problem::new(format!("starts with `{other}` and is no {what}"), "exchange the two keys")
    } else if !key.value.chars().all(|c| c.is_ascii_graphic()) {
        let reason = format!("is a {what} with characters that no key has");
        Problem::new(reason, "copy both keys from the project's settings")
    } else {
        return Ok(());
    };
    Err(problem.with(key.setting, None))
}

fn collector(
    environment: Environment<'_>,
    endpoint: &Given<String>,
    path: &str,
    explicit: Headers,
    warnings: &mut Vec<String>,
) -> Result<Destination, Error> {
    needs_http(endpoint.setting)?;
    let url = parse(endpoint)?;
    check_protocol(environment, warnings)?;
    if !path.is_empty() && url.has_query() {
        let help = "give the whole address, `/v1/traces` and then the query, by OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        let problem = Problem::new("contains a query (`?`)", help);
        return Err(problem.with(endpoint.setting, url::shown(&endpoint.value)));
    }
    let variables = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let mut headers = Vec::new();
    if let Some(given) = environment.first(&variables) {
        let pairs = pairs(&given.value).map_err(|problem| problem.with(given.setting, None))?;
        let pairs = pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
        headers = checked(given.setting, pairs)?;
    }
    for (name, value) in checked("Config::header", explicit)? {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        headers.push((name, value));
    }
    if !url.is_encrypted && !url.is_loopback() && !headers.is_empty() {
        warnings.push(format!(
            "{} is `{}`: its headers travel there without encryption; use https",
            endpoint.setting,
            url::shown(&endpoint.value),
        ));
    }
    let traces_url = if path.is_empty() { endpoint.value.clone() } else { url.join(path) };
    Ok(Destination::Collector { traces_url, headers })
}

fn check_protocol(environment: Environment<'_>, warnings: &mut Vec<String>) -> Result<(), Error> {
    let variables = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
    let Some(Given { setting, value }) = environment.first(&variables) else { return Ok(()) };
    match value.as_str() {
        "http/protobuf" => {}
        "http/json" => warnings.push(format!("{setting} is `http/json`: http/protobuf is spoken all the same")),
        _ => {
            let help = "only http/protobuf is spoken: set it so and give the collector's HTTP port, usually 4318";
            return Err(Problem::new("is not supported", help).with(setting, value));
        }
    }
    Ok(())
}

fn parse(address: &Given<String>) -> Result<Url<'_>, Error> {
    Url::parse(&address.value).map_err(|problem| problem.with(address.setting, url::shown(&address.value)))
}

fn needs_http(setting: &'static str) -> Result<(), Error> {
    if cfg!(feature = "http") { Ok(()) } else { Err(Error::Feature { setting, feature: "http" }) }
}

/// Finds headers that no request can carry.
fn checked(setting: &'static str, headers: Headers) -> Result<Headers, Error> {
    for (name, value) in &headers {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            let help = "names of headers are letters, digits and dashes";
            return Err(Problem::new("has an invalid header name in it", help).with(setting, None));
        }
        if !value.reveal().chars().all(|c| c.is_ascii_graphic() || matches!(c, ' ' | '\t')) {
            let help = format!("give `{name}` a value of visible ASCII characters");
            return Err(Problem::new("has an invalid header value in it", help).with(setting, None));
        }
    }
    Ok(headers)
}

/// `key=value,key=value`, the values percent-encoded.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let problem = || Problem::new("has an entry without `key=`", "write key=value,key=value");
            let (key, value) = entry.split_once('=').ok_or_else(problem)?;
            let key = percent_decoded(key.trim());
            if key.is_empty() { Err(problem()) } else { Ok((key, percent_decoded(value.trim()))) }
        })
        .collect()
}

/// What is no valid escape stays as it is.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|c| char::from(*c).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(byte));
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
