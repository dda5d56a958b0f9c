//! Who may come in.
//!
//! - The `Host` must be this machine's name or an address, so that no foreign name can be pointed here (DNS rebinding).
//! - A request that a foreign page sends is refused: by `Origin`, by `Sec-Fetch-Site`, and what changes something for the page
//!   needs a header that only scripts of the same origin can set.
//! - With keys set every request needs them, compared in constant time, or the cookie of somebody who logged in with them.
//!   The public key alone (`Bearer`) gives scores, as pages do for the people who use them, and nothing else.
//!   Only the login itself, the files it looks like, and the server's health are everybody's.
//! - Who brings wrong keys again and again has to wait ([`throttle`]).

use std::time::Instant;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{App, login, throttle};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a client must know.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) public: String,
    pub(crate) secret: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Keys {
    /// What stands for the keys in the addresses of a medium, which clients call without any.
    pub(crate) fn token(&self, medium: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac_sha256::HMAC::mac(medium, &self.secret))
    }

    /// Whether an address of a medium carries its token.
    fn have_signed(&self, uri: &Uri) -> bool {
        let Some((medium, "upload" | "content")) =
            uri.path().strip_prefix("/api/public/media/").and_then(|rest| rest.split_once('/'))
        else {
            return false;
        };
        let given = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("token=")));
        given.is_some_and(|given| given.as_bytes().ct_eq(self.token(medium).as_bytes()).into())
    }

    fn fit(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let Some(encoded) = value.strip_prefix("Basic ").or_else(|| value.strip_prefix("basic ")) else { return false };
        STANDARD.decode(encoded.trim()).is_ok_and(|given| self.are(&given))
    }

    /// Whether the public key came alone.
    fn are_half(&self, headers: &HeaderMap) -> bool {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
        let given = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "));
        given.is_some_and(|given| same(given.trim().as_bytes(), self.public.as_bytes()))
    }

    /// Whether a pair, the public key before a colon, is this one.
    pub(super) fn are(&self, given: &[u8]) -> bool {
        same(given, format!("{}:{}", self.public, self.secret).as_bytes())
    }
}

/// Their digests are compared, so that not even the length shows.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    let digest = |bytes: &[u8]| hmac_sha256::Hash::hash(bytes);
    digest(given).ct_eq(&digest(wanted)).into()
}

/// How much a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Full,
    /// Give scores.
    Scores,
}

/// Lets a request in or not, and puts the headers on the answer that a browser needs.
pub(super) async fn check(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_media = request.uri().path().starts_with("/api/public/media/");
    let mut answer = match place(&app, request.uri(), request.headers(), request.method()) {
        Err(reason) => refuse(StatusCode::FORBIDDEN, &reason),
        Ok(()) => match access(&app, &request) {
            Ok(access) => {
                request.extensions_mut().insert(access);
                next.run(request).await
            }
            Err(refusal) => refusal,
        },
    };
    let headers = answer.headers_mut();
    let policy = if is_media { "default-src 'none'; sandbox" } else { POLICY };
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        // With no referrer at all a browser would hide the origin of the login's own form.
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[expect(clippy::result_large_err, reason = "it is the answer")]
fn access(app: &App, request: &Request) -> Result<Access, Response> {
    let Some(keys) = &app.shared.keys else { return Ok(Access::Full) };
    let (path, headers) = (request.uri().path(), request.headers());
    if matches!(path, "/api/public/health" | "/api/public/ready" | "/login") || path.starts_with("/assets/") {
        return Ok(Access::Full);
    }
    // Programs write with keys; a cookie lets nobody write in a browser's name.
    let of_page = is_safe(request.method()) || path.starts_with("/api/local/");
    if keys.have_signed(request.uri()) || of_page && app.shared.sessions.knows(headers) {
        return Ok(Access::Full);
    }
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(unknown(request));
    }
    let (who, now) = (throttle::who(request.extensions(), headers), Instant::now());
    if let Some(seconds) = app.shared.throttle.wait(who, now) {
        return Err(later(seconds));
    }
    let are_half = keys.are_half(headers);
    if !are_half && !keys.fit(headers) {
        app.shared.throttle.failed(who, now);
        return Err(unknown(request));
    }
    if !are_half {
        app.shared.throttle.succeeded(who);
        return Ok(Access::Full);
    }
    // A batch is looked at event by event.
    match (request.method(), path) {
        (&Method::POST, "/api/public/scores" | "/api/public/ingestion") => Ok(Access::Scores),
        _ => Err(refuse(StatusCode::FORBIDDEN, "The public key alone only gives scores: add the secret key.")),
    }
}

/// What a program hears that brought wrong keys too often.
fn later(seconds: u64) -> Response {
    let mut answer = refuse(StatusCode::TOO_MANY_REQUESTS, &throttle::reason(seconds));
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer
}

/// What somebody hears who may not enter: a person where to log in, a program what it lacks.
fn unknown(request: &Request) -> Response {
    let (uri, headers) = (request.uri(), request.headers());
    let is_api = uri.path().starts_with("/api/") || uri.path().starts_with("/v1/");
    let takes_pages = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    if takes_pages && is_safe(request.method()) && !is_api {
        return login::first(uri);
    }
    let mut answer =
        refuse(StatusCode::UNAUTHORIZED, "Invalid credentials. Confirm that you've configured the correct host.");
    // A browser would open a window of its own over the page.
    if !headers.contains_key("sec-fetch-site") {
        let ask = HeaderValue::from_static("Basic realm=\"observe\", charset=\"UTF-8\"");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
    }
    answer
}

/// Whether a proxy before this server says that its client speaks HTTPS.
pub(super) fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"message": message, "error": message}))).into_response()
}

fn place(app: &App, uri: &Uri, headers: &HeaderMap, method: &Method) -> Result<(), String> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text("host").or_else(|| uri.authority().map(|authority| authority.as_str())).unwrap_or("");
    if app.shared.is_loopback && !is_here(host) {
        return Err(format!("this server is reached as localhost, not as {host}"));
    }
    if let Some(origin) = text("origin") {
        let of_origin = origin.split_once("://").map_or(origin, |(_, host)| host);
        if of_origin != host {
            return Err(format!("requests from the page {origin} are not taken"));
        }
    }
    let is_safe = is_safe(method);
    if !is_safe && matches!(text("sec-fetch-site"), Some("cross-site" | "same-site")) {
        return Err("requests from other pages are not taken".to_owned());
    }
    if !is_safe && uri.path().starts_with("/api/local/") && text("x-observe").is_none() {
        return Err("the header x-observe is missing".to_owned());
    }
    Ok(())
}

/// A name or address that stands for this machine, whatever the port.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_here() {
        for host in ["localhost:3030", "127.0.0.1", "[::1]:80", "LOCALHOST", "a.localhost:1", "127.8.8.8:3"] {
            assert!(is_here(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:3030", "10.0.0.1", "", "[::2]", "127.0.0.1.nip.io"] {
            assert!(!is_here(host), "{host}");
        }
    }
}
