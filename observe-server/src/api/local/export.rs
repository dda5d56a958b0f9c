//! What is listed, as a file: read and sent a few traces at a time, so that its size costs no memory.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use clap::ValueEnum;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::{App, Failure};
use super::given::Query;
use crate::export::{Format, Whole};
use crate::query::{self, Finder, Target};
use crate::store::{Ended, Store};
use crate::view;

/// Traces that are read together.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    format: Option<String>,
}

pub(crate) async fn export(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let format = match asked.format.as_deref() {
        None => Format::Jsonl,
        Some(name) => Format::from_str(name, true)
            .map_err(|_| Failure::bad(format!("there is no format {name}: choose csv, jsonl or otlp")))?,
    };
    // A mistake in the query is said before anything is sent.
    query::parse(&asked.q)?;
    let (send, receive) = mpsc::channel(4);
    tokio::spawn(async move {
        if let Err(error) = write(&app.store, &asked.q, format, &send).await {
            let _ = send.send(Err(std::io::Error::other(error))).await;
        }
    });
    let name = format!("attachment; filename=\"traces.{}\"", format.extension());
    let head = [(CONTENT_TYPE, format.content_type().to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((head, Body::from_stream(ReceiverStream::new(receive))).into_response())
}

/// Ends when all is written, or when nobody takes it any more.
async fn write(
    store: &Store,
    q: &str,
    format: Format,
    send: &mpsc::Sender<std::io::Result<Bytes>>,
) -> Result<(), String> {
    if send.send(Ok(format.head().into())).await.is_err() {
        return Ok(());
    }
    let mut cursor: Option<String> = None;
    loop {
        let finder = Finder::new(&query::parse(q).map_err(|error| error.to_string())?, Target::Traces, None);
        let prices = store.prices().current();
        let from = cursor.take();
        let read = store.read(move |db| {
            let page = finder.page(db, PAGE, from.as_deref())?;
            let mut bytes = Vec::new();
            for row in view::trace_rows(db, &page.rids)? {
                if let Some(whole) = Whole::read(db, &row.id, &prices)? {
                    bytes.extend(format.line(&whole));
                }
            }
            Ok((bytes, page.next))
        });
        let (bytes, next) = read.await.map_err(|ended: Ended| ended.to_string())?;
        if send.send(Ok(bytes.into())).await.is_err() || next.is_none() {
            return Ok(());
        }
        cursor = next;
    }
}
