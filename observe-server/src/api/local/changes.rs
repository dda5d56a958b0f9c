//! Server-sent events: which traces changed, a few times a second at most.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use super::super::App;

const PAUSE: Duration = Duration::from_millis(250);
/// Of more than so many changed traces only so many are named: the page fetches its list again anyway.
const MOST: usize = 500;

pub(crate) async fn events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut changes = app.store.changes();
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let mut traces = BTreeSet::new();
            match changes.recv().await {
                Ok(ids) => traces.extend(ids.iter().cloned()),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = sender.closed() => return,
            }
            while let Ok(ids) = changes.try_recv() {
                traces.extend(ids.iter().cloned());
            }
            let traces: Vec<String> = traces.into_iter().take(MOST).collect();
            let event = Event::default().event("changed").data(json!({"traces": traces}).to_string());
            if sender.send(Ok(event)).await.is_err() {
                return;
            }
        }
    });
    Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
