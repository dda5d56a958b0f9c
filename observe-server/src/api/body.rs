//! Bodies of requests: read whole, unpacked, within limits.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ingest::Refused;

/// What an OTLP request may weigh, packed and unpacked.
pub(crate) const LARGEST: usize = 64 << 20;
/// What all requests that are being read may weigh together, in KiB.
const TOGETHER: u32 = 128 << 10;

/// How long a body may take to arrive, while it holds room that others wait for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keeps the requests that are being read within bounds.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(TOGETHER as usize)))
    }

    /// Waits until there is room for so many bytes.
    async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refused> {
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(TOGETHER).min(TOGETHER);
        let permit = self.0.clone().acquire_many_owned(kib).await;
        permit.map_err(|_| Refused { status: 503, message: "the server is shutting down".to_owned() })
    }
}

/// A body, and the room it takes while it is held.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

/// Reads a body and unpacks it, if it is packed by gzip.
pub(crate) async fn whole(headers: &HeaderMap, body: Body, limit: usize, room: &Room) -> Result<Whole, Refused> {
    whole_within(PATIENCE, headers, body, limit, room).await
}

async fn whole_within(
    patience: Duration,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    room: &Room,
) -> Result<Whole, Refused> {
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if stated.is_some_and(|stated| stated > limit) {
        return Err(too_large(limit));
    }
    let mut permit = room.take(stated.unwrap_or(256 << 10)).await?;
    let bytes = tokio::time::timeout(patience, to_bytes(body, limit)).await;
    let late = |_| Refused { status: 408, message: format!("the body did not arrive within {} s", patience.as_secs()) };
    let bytes = bytes.map_err(late)?.map_err(|error| {
        let is_limit = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("limit"));
        if is_limit { too_large(limit) } else { Refused::bad(format!("the body could not be read: {error}")) }
    })?;
    let encoding =
        headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
    let bytes = match encoding.as_deref() {
        None | Some("" | "identity") => bytes,
        Some("gzip" | "x-gzip") => {
            drop(permit);
            permit = room.take(bytes.len().saturating_mul(6)).await?;
            tokio::task::spawn_blocking(move || unpacked(&bytes, limit))
                .await
                .map_err(|error| Refused { status: 500, message: error.to_string() })??
        }
        Some(other) => {
            return Err(Refused::bad(format!("the content encoding {other} is not known: send gzip or none")));
        }
    };
    Ok(Whole { bytes, _room: permit })
}

pub(crate) fn unpacked(bytes: &[u8], limit: usize) -> Result<Bytes, Refused> {
    let mut out = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes).take(limit as u64 + 1);
    reader.read_to_end(&mut out).map_err(|error| Refused::bad(format!("the body is no gzip: {error}")))?;
    if out.len() > limit {
        return Err(too_large(limit));
    }
    Ok(out.into())
}

fn too_large(limit: usize) -> Refused {
    Refused::too_large(format!("the body is larger than {limit} bytes: send it in parts"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_that_do_not_arrive_hold_nobody_up() {
        let room = Room::new();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, LARGEST.into());
        // More than there is room for at once.
        let stalled = (0..4).map(|_| {
            let never = Body::from_stream(tokio_stream::pending::<Result<Bytes, std::io::Error>>());
            let (headers, room) = (headers.clone(), room.clone());
            tokio::spawn(async move { whole_within(Duration::from_millis(20), &headers, never, LARGEST, &room).await })
        });
        for stalled in stalled.collect::<Vec<_>>() {
            let refused = stalled.await.unwrap().unwrap_err();
            assert_eq!(refused.status, 408);
        }
        headers.insert(header::CONTENT_LENGTH, 2.into());
        let read = whole(&headers, Body::from("ok"), LARGEST, &room).await.unwrap();
        assert_eq!(read.bytes, "ok");
    }
}
