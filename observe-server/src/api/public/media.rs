//! Media: announced, uploaded to an address of this server's, confirmed, and kept in the database.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use super::super::App;
use super::super::body::whole;
use super::super::guard::is_https;
use super::answer::{Answer, Refusal, ok};
use crate::time;

/// What one medium may weigh here.
const LARGEST: usize = 100 << 20;
/// How long an address is said to be good.
const EXPIRY: i64 = time::HOUR;

/// `POST /api/public/media`
pub(super) async fn announce(State(app): State<App>, headers: HeaderMap, body: Body) -> Answer {
    let request = read(&app, &headers, body).await?;
    let text = |key: &str| request.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let wanted = |key: &str| text(key).ok_or_else(|| Refusal::parameter(format!("{key} is missing")));
    let (kind, hash, field) = (wanted("contentType")?, wanted("sha256Hash")?, wanted("field")?);
    let trace = text("traceId");
    if !is_mime(&kind) {
        return Err(Refusal::parameter(format!("contentType {kind} is not supported")));
    }
    if !matches!(field.as_str(), "input" | "output" | "metadata" | "expectedOutput") {
        return Err(Refusal::parameter(format!("field is {field}: it must be input, output or metadata")));
    }
    let length = request.get("contentLength").and_then(Value::as_u64).filter(|length| *length > 0);
    let length = length.ok_or_else(|| Refusal::parameter("contentLength must be a number above 0"))?;
    if length > LARGEST as u64 {
        return Err(Refusal::parameter(format!("contentLength is {length}: at most {LARGEST} bytes are kept here")));
    }
    let digest = STANDARD.decode(&hash).ok().filter(|digest| digest.len() == 32);
    let digest = digest.ok_or_else(|| Refusal::parameter("sha256Hash must be the base64 of 32 bytes"))?;
    let id = URL_SAFE_NO_PAD.encode(&digest)[..22].to_owned();
    let observation = text("observationId").unwrap_or_default();
    let key = id.clone();
    let run = move |db: &Connection| {
        db.prepare_cached(
            "INSERT OR IGNORE INTO io.media(id, content_type, length, sha256, seen) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute((&key, &kind, i64::try_from(length).unwrap_or(0), &hash, time::now()))?;
        if let Some(trace) = &trace {
            db.prepare_cached("INSERT OR IGNORE INTO io.media_use VALUES (?, ?, ?, ?)")?.execute((
                &key,
                trace,
                &observation,
                &field,
            ))?;
        }
        Ok(())
    };
    app.store.run(run).await.map_err(Refusal::failed)?;
    let key = id.clone();
    let is_here: bool = app
        .store
        .read(move |db| db.query_row("SELECT bytes IS NOT NULL FROM io.media WHERE id = ?", [key], |row| row.get(0)))
        .await?;
    let url = (!is_here).then(|| address(&app, &headers, &id, "upload"));
    Ok((StatusCode::CREATED, Json(json!({"mediaId": id, "uploadUrl": url}))).into_response())
}

/// `PUT` to the address that was given.
pub(super) async fn upload(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Answer {
    let whole = whole(&headers, body, LARGEST, &app.room).await?;
    let digest = hmac_sha256::Hash::hash(&whole.bytes);
    if URL_SAFE_NO_PAD.encode(digest).get(..22) != Some(id.as_str()) {
        return Err(Refusal::parameter("the bytes are not those that were announced: their SHA-256 is another"));
    }
    let key = id.clone();
    let is_announced: bool = app
        .store
        .read(move |db| db.query_row("SELECT EXISTS (SELECT 1 FROM io.media WHERE id = ?)", [key], |row| row.get(0)))
        .await?;
    if !is_announced {
        return Err(Refusal::missing("Media"));
    }
    let bytes = whole.bytes.clone();
    let run = move |db: &Connection| {
        db.prepare_cached("UPDATE io.media SET bytes = ?, length = ?, uploaded = coalesce(uploaded, ?), status = coalesce(status, 200) WHERE id = ?")?
            .execute((&bytes[..], i64::try_from(bytes.len()).unwrap_or(0), time::now(), &id))
            .map(|_| ())
    };
    app.store.run(run).await.map_err(Refusal::failed)?;
    Ok(StatusCode::OK.into_response())
}

/// `PATCH /api/public/media/{id}`
pub(super) async fn uploaded(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Answer {
    let request = read(&app, &headers, body).await?;
    let at = request.get("uploadedAt").and_then(Value::as_str).and_then(time::parse);
    let at = at.ok_or_else(|| Refusal::parameter("uploadedAt must be a time in ISO 8601"))?;
    let status = request.get("uploadHttpStatus").and_then(Value::as_i64);
    let error = request.get("uploadHttpError").and_then(Value::as_str).map(str::to_owned);
    let run = move |db: &Connection| {
        db.prepare_cached("UPDATE io.media SET uploaded = ?, status = ?, error = ? WHERE id = ?")?
            .execute((at, status, &error, &id))
            .map(|_| ())
    };
    app.store.run(run).await.map_err(Refusal::failed)?;
    ok(json!({}))
}

/// `GET /api/public/media/{id}`
pub(super) async fn about(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let url = address(&app, &headers, &id, "content");
    let found = app
        .store
        .read(move |db| {
            db.query_row(
                "SELECT content_type, length, coalesce(uploaded, seen) FROM io.media WHERE id = ? AND bytes IS NOT NULL",
                [&id],
                |row| {
                    Ok(json!({
                        "mediaId": id,
                        "contentType": row.get::<_, String>(0)?,
                        "contentLength": row.get::<_, i64>(1)?,
                        "uploadedAt": time::iso(row.get(2)?),
                        "url": url,
                        "urlExpiry": time::iso(time::now() + EXPIRY),
                    }))
                },
            )
            .optional()
        })
        .await?;
    found.map_or_else(|| Err(Refusal::missing("Media")), ok)
}

/// The bytes. What a browser could run is only to be saved.
pub(super) async fn content(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let found: Option<(String, Vec<u8>)> = app
        .store
        .read(move |db| {
            let sql = "SELECT content_type, bytes FROM io.media WHERE id = ? AND bytes IS NOT NULL";
            db.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .await?;
    let Some((kind, bytes)) = found else { return Err(Refusal::missing("Media")) };
    let is_shown =
        ["image/", "audio/", "video/", "application/pdf", "text/plain"].iter().any(|start| kind.starts_with(start));
    let place = HeaderValue::from_static(if is_shown { "inline" } else { "attachment" });
    let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let cache = HeaderValue::from_static("private, max-age=31536000, immutable");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, place), (header::CACHE_CONTROL, cache)];
    Ok((headers, bytes).into_response())
}

async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Value, Refusal> {
    let whole = whole(headers, body, 1 << 20, &app.room).await?;
    serde_json::from_slice(&whole.bytes).map_err(|error| Refusal::parameter(format!("Invalid JSON: {error}")))
}

/// The address of a medium, as the client reached this server, good without any keys.
fn address(app: &App, headers: &HeaderMap, id: &str, what: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let scheme = if is_https(headers) { "https" } else { "http" };
    let base = host.map_or_else(|| app.shared.address.clone(), |host| format!("{scheme}://{host}"));
    let token = app.shared.keys.as_ref().map(|keys| format!("?token={}", keys.token(id))).unwrap_or_default();
    format!("{base}/api/public/media/{id}/{what}{token}")
}

fn is_mime(kind: &str) -> bool {
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    kind.split_once('/').is_some_and(|(whole, part)| is_token(whole) && is_token(part))
}
