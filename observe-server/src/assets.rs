//! The page's files, from inside the program or, while they are worked on, from a directory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// Part of every asset's address, so that it can be kept for ever and a newer program's is another.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    FILES.hash(&mut hasher);
    format!("{}-{:08x}", env!("CARGO_PKG_VERSION"), hasher.finish() >> 32)
});

/// Where the files are.
#[derive(Clone, Debug)]
pub(crate) enum Assets {
    Embedded,
    Folder(PathBuf),
}

impl Assets {
    /// `index.html` with the addresses of this version's assets, and the first rows inside.
    pub(crate) fn index(&self, first: &serde_json::Value) -> Response {
        // Inside a script element only `<` could end it.
        let json = if first.is_null() { String::new() } else { first.to_string().replace('<', "\\u003c") };
        let element = "<script type=\"application/json\" id=\"first\">";
        self.page("index.html", &format!("{element}</script>"), &format!("{element}{json}</script>"))
    }

    /// `login.html`, which leads to `to` and says what went wrong.
    pub(crate) fn login(&self, to: &str, problem: &str) -> Response {
        let escaped = to.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let form = format!("<input type=\"hidden\" name=\"to\" value=\"{escaped}\"><p role=\"alert\">{problem}</p>");
        self.page("login.html", "<!-- to, problem -->", &form)
    }

    /// A page with the addresses of this version's assets, and something in a place of it.
    fn page(&self, name: &str, place: &str, content: &str) -> Response {
        let Some(bytes) = self.read(name) else {
            return (StatusCode::NOT_FOUND, format!("{name} is missing")).into_response();
        };
        let version = match self {
            Self::Embedded => VERSION.as_str(),
            Self::Folder(_) => "dev",
        };
        let page = String::from_utf8_lossy(&bytes).replace("__VERSION__", version).replace(place, content);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (headers, page).into_response()
    }

    /// `/assets/{version}/{path}`
    pub(crate) fn asset(&self, path: &str) -> Response {
        let Some(bytes) = path.split_once('/').and_then(|(_, path)| self.read(&format!("assets/{path}"))) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let cache = match self {
            Self::Embedded if path.starts_with(VERSION.as_str()) => "public, max-age=31536000, immutable",
            _ => "no-store",
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(mime(path))),
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        ];
        (headers, bytes).into_response()
    }

    fn read(&self, path: &str) -> Option<Bytes> {
        match self {
            Self::Embedded => FILES.iter().find(|(name, _)| *name == path).map(|(_, bytes)| Bytes::from_static(bytes)),
            Self::Folder(dir) => {
                let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                if is_inside { std::fs::read(dir.join(path)).ok().map(Bytes::from) } else { None }
            }
        }
    }
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
