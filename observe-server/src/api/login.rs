//! Logging in: a page that asks for the keys once, and a cookie that stands for them afterwards.
//!
//! - The cookie is unknown to scripts and is never sent along by another site; it opens the page and what the page reads,
//!   not the paths by which programs write.
//! - What is kept of a session is a digest, in memory: a session ends when one logs out, after [`LIFE`], and with the server.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde::Deserialize;

use super::guard::is_https;
use super::{App, Keys, throttle};
use crate::ingest::random_id;

/// How long a session lasts.
const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many there are at most; the one that ends first gives way.
const MOST: usize = 1000;

type Digest = [u8; 32];

/// Who is logged in.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// The port is part of it: cookies do not know ports, and each of this machine's servers has its own.
    cookie: String,
    ends: Mutex<HashMap<Digest, Instant>>,
}

impl Sessions {
    pub(crate) fn new(port: u16) -> Self {
        Self { cookie: format!("observe-{port}"), ends: Mutex::default() }
    }

    /// A new session's token: nobody who does not know the secret key can tell it.
    fn begin(&self, keys: &Keys) -> String {
        let token = URL_SAFE_NO_PAD.encode(hmac_sha256::HMAC::mac(format!("session {}", random_id()), &keys.secret));
        let now = Instant::now();
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.retain(|_, end| *end > now);
        if ends.len() >= MOST
            && let Some(first) = ends.iter().min_by_key(|(_, end)| **end).map(|(digest, _)| *digest)
        {
            ends.remove(&first);
        }
        ends.insert(hmac_sha256::Hash::hash(token.as_bytes()), now + LIFE);
        token
    }

    /// Whether a request comes with the cookie of a session.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        self.digests(headers).any(|digest| ends.get(&digest).is_some_and(|end| *end > Instant::now()))
    }

    fn end(&self, headers: &HeaderMap) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for digest in self.digests(headers) {
            ends.remove(&digest);
        }
    }

    fn digests<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = Digest> + 'a {
        let texts = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.cookie).map(|(_, token)| hmac_sha256::Hash::hash(token.as_bytes()))
    }

    /// What sets the cookie, or with no token takes it away.
    fn set(&self, token: Option<&str>, headers: &HeaderMap) -> Option<HeaderValue> {
        let (token, age) = token.map_or(("", 0), |token| (token, LIFE.as_secs()));
        let secure = if is_https(headers) { "; Secure" } else { "" };
        let cookie = format!("{}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}", self.cookie);
        cookie.try_into().ok()
    }
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub(super) struct To {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    public_key: String,
    #[serde(default)]
    secret_key: String,
    #[serde(default)]
    to: String,
}

/// `GET /login`
pub(super) async fn ask(State(app): State<App>, headers: HeaderMap, Query(To { to }): Query<To>) -> Response {
    if app.shared.keys.is_none() || app.shared.sessions.knows(&headers) {
        return Redirect::to(inside(&to)).into_response();
    }
    app.assets.login(inside(&to), "")
}

/// `POST /login`
pub(super) async fn enter(
    State(app): State<App>,
    extensions: Extensions,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let to = inside(&given.to);
    let Some(keys) = &app.shared.keys else { return Redirect::to(to).into_response() };
    let (who, now) = (throttle::who(&extensions, &headers), Instant::now());
    if let Some(seconds) = app.shared.throttle.wait(who, now) {
        let page = app.assets.login(to, &throttle::reason(seconds));
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], page).into_response();
    }
    let pair = format!("{}:{}", given.public_key.trim(), given.secret_key.trim());
    if !keys.are(pair.as_bytes()) {
        app.shared.throttle.failed(who, now);
        let page = app.assets.login(to, "These are not the keys of this server.");
        return (StatusCode::UNAUTHORIZED, page).into_response();
    }
    app.shared.throttle.succeeded(who);
    let sessions = &app.shared.sessions;
    sessions.end(&headers);
    let cookie = sessions.set(Some(&sessions.begin(keys)), &headers);
    with_cookie(Redirect::to(to), cookie)
}

/// `POST /api/local/logout`
pub(super) async fn leave(State(app): State<App>, headers: HeaderMap) -> Response {
    app.shared.sessions.end(&headers);
    with_cookie(StatusCode::NO_CONTENT, app.shared.sessions.set(None, &headers))
}

/// Sends a browser to the login, and from there to where it wanted.
pub(super) fn first(wanted: &Uri) -> Response {
    let to = wanted.path_and_query().map_or("/", |to| to.as_str());
    let escaped = Url::parse_with_params("http://localhost/login", [("to", to)]).ok();
    let query = escaped.as_ref().and_then(Url::query).unwrap_or_default();
    Redirect::to(&format!("/login?{query}")).into_response()
}

fn with_cookie(answer: impl IntoResponse, cookie: Option<HeaderValue>) -> Response {
    let mut answer = answer.into_response();
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// An address on this server: `//elsewhere`, and what browsers take for it, leads to the first page.
fn inside(to: &str) -> &str {
    let leads_away = to.starts_with("//") || to.contains('\\') || !to.bytes().all(|byte| byte.is_ascii_graphic());
    if to.starts_with('/') && !leads_away { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_server_is_inside() {
        for to in ["/", "/trace/abc?obs=1", "/?q=user:a%20b"] {
            assert_eq!(inside(to), to);
        }
        for to in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(inside(to), "/", "{to:?}");
        }
    }

    #[test]
    fn the_oldest_of_too_many_sessions_gives_way() {
        let keys = Keys { public: "pk".to_owned(), secret: "sk".to_owned() };
        let sessions = Sessions::new(1);
        let headers = |token: &str| {
            let mut headers = HeaderMap::new();
            let cookie = format!("other=1; observe-1={token}");
            headers.insert(header::COOKIE, cookie.try_into().unwrap());
            headers
        };
        let first = sessions.begin(&keys);
        assert!(sessions.knows(&headers(&first)));
        let rest: Vec<_> = (0..MOST).map(|_| sessions.begin(&keys)).collect();
        assert!(!sessions.knows(&headers(&first)));
        assert!(rest.iter().all(|token| sessions.knows(&headers(token))));
        sessions.end(&headers(&rest[0]));
        assert!(!sessions.knows(&headers(&rest[0])));
    }
}
