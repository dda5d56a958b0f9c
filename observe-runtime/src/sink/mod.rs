//! Where bytes go. A sink knows no observations; it says what became of a batch by a receipt.

pub(crate) mod backoff;
mod body;
mod files;
#[cfg(feature = "http")]
mod gzip;
#[cfg(feature = "http")]
mod http;

use std::time::Duration;

pub(crate) use self::body::{Body, Buffers};
pub(crate) use self::files::Files;
#[cfg(feature = "http")]
pub(crate) use self::http::{Endpoint, Http};

/// What a batch holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Scores,
}

/// Encoded items, uncompressed.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) signal: Signal,
    pub(crate) body: Body,
    pub(crate) count: usize,
}

/// One item of a batch that was not taken.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) id: String,
    pub(crate) retry: bool,
    pub(crate) why: String,
}

/// What became of a batch.
#[derive(Debug)]
#[cfg_attr(not(feature = "http"), expect(dead_code, reason = "files take everything or nothing"))]
pub(crate) enum Receipt {
    /// Taken, but for `refused` items that need not be sent again.
    Accepted { refused: u64, why: Option<String> },
    /// Taken, but for these.
    Partial { failed: Vec<Failure> },
    /// Not now.
    Retry { after: Option<Duration>, why: String },
    /// Too many bytes.
    TooLarge(String),
    /// Something in it is no good.
    Malformed(String),
    /// Never, whatever is in it.
    Refused(String),
    /// Not with these keys.
    Credentials(String),
    /// The local disk does not take it.
    Local(String),
}

#[derive(Debug)]
pub(crate) enum Sink {
    /// Takes everything and does nothing with it.
    Discard,
    Files(Files),
    #[cfg(feature = "http")]
    Http(Http),
}

impl Sink {
    /// Gives back the memory that is kept for the next batch: none is on its way.
    pub(crate) fn rest(&self) {
        match self {
            Self::Discard | Self::Files(_) => {}
            #[cfg(feature = "http")]
            Self::Http(http) => http.rest(),
        }
    }

    /// Delivers a batch, once. Several may be on their way at once.
    pub(crate) async fn deliver(&self, batch: Batch) -> Receipt {
        match self {
            Self::Discard => Receipt::Accepted { refused: 0, why: None },
            Self::Files(files) => files.write(&batch),
            #[cfg(feature = "http")]
            Self::Http(http) => http.post(batch).await,
        }
    }
}
