//! The settings as the rest of the runtime reads them: complete and valid.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::secret::{Secret, abbreviated};
use super::url;
use crate::capture::DEFAULT_SECRETS;
use crate::loss::Loss;
use crate::mask::Mask;

/// Everything that `init` needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    /// Lower case, as the server takes it.
    pub(crate) environment: Option<String>,
    pub(crate) release: Option<String>,
    pub(crate) version: Option<String>,
    /// Attributes of the process, `service.name` first; each key once.
    pub(crate) resource: Vec<(String, String)>,
    /// Share of the traces that are recorded, 0 to 1.
    pub(crate) sample_rate: f64,
    pub(crate) capture_io: bool,
    /// Bytes of one captured value.
    pub(crate) capture_limit: usize,
    /// Bytes of journal, fold and waiting batches.
    pub(crate) memory_limit: usize,
    /// How long a finished observation waits for its trace's attributes.
    pub(crate) hold: Duration,
    pub(crate) flush_at: usize,
    pub(crate) flush_interval: Duration,
    /// Of one request.
    pub(crate) timeout: Duration,
    pub(crate) exit_timeout: Duration,
    pub(crate) max_age: Duration,
    /// Gzip.
    pub(crate) compression: bool,
    /// How long a new observation waits for memory; zero: it is refused at once.
    pub(crate) patience: Duration,
    pub(crate) mask: Option<Mask>,
    pub(crate) on_loss: Option<OnLoss>,
    /// Arguments and fields named like one of these are not captured.
    pub(crate) secrets: Vec<String>,
    pub(crate) console: bool,
    pub(crate) debug: bool,
    pub(crate) files_limit: usize,
    /// Where what is recorded survives the process.
    pub(crate) journal_dir: Option<PathBuf>,
    /// Bytes of what waits there for the server.
    pub(crate) journal_limit: usize,
    /// Nothing is recorded: what others left is taken over.
    pub(crate) is_recovering: bool,
    /// Uncompressed bytes of one request.
    pub(crate) max_batch_bytes: usize,
    /// What deserves a word on stderr, once.
    pub(crate) warnings: Vec<String>,
}

impl Settings {
    /// The defaults.
    pub(super) fn new(destination: Destination) -> Self {
        Self {
            destination,
            environment: None,
            release: None,
            version: None,
            resource: Vec::new(),
            sample_rate: 1.0,
            capture_io: true,
            capture_limit: 1 << 20,
            memory_limit: 64 << 20,
            hold: Duration::from_secs(5),
            flush_at: 512,
            flush_interval: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            exit_timeout: Duration::from_secs(5),
            max_age: Duration::from_secs(3600),
            compression: true,
            patience: Duration::ZERO,
            mask: None,
            on_loss: None,
            secrets: DEFAULT_SECRETS.iter().map(|word| (*word).to_owned()).collect(),
            console: false,
            debug: false,
            files_limit: 1 << 30,
            journal_dir: None,
            journal_limit: 1 << 30,
            is_recovering: false,
            max_batch_bytes: 3_500_000,
            warnings: Vec::new(),
        }
    }
}

/// Where observations go.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Langfuse {
        /// Without a slash at its end.
        base_url: String,
        traces_url: String,
        public_key: String,
        secret_key: Secret,
        /// To be sent besides those of the protocol.
        headers: Vec<(String, Secret)>,
    },
    Collector {
        traces_url: String,
        headers: Vec<(String, Secret)>,
    },
    Files {
        dir: PathBuf,
    },
    /// Recorded and encoded, but not sent.
    Discard,
    /// Nothing is recorded.
    Nowhere,
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Langfuse { base_url, traces_url, public_key, secret_key, headers } => f
                .debug_struct("Langfuse")
                .field("base_url", base_url)
                .field("traces_url", traces_url)
                .field("public_key", &abbreviated(public_key))
                .field("secret_key", secret_key)
                .field("headers", headers)
                .finish(),
            Self::Collector { traces_url, headers } => f
                .debug_struct("Collector")
                .field("traces_url", &url::shown(traces_url))
                .field("headers", headers)
                .finish(),
            Self::Files { dir } => f.debug_struct("Files").field("dir", dir).finish(),
            Self::Discard => f.write_str("Discard"),
            Self::Nowhere => f.write_str("Nowhere"),
        }
    }
}

/// What to do with a new observation while the memory limit is used up.
///
/// ```
/// use std::time::Duration;
/// use observe::{Config, Overflow};
/// // An offline evaluation rather waits than to leave something out.
/// Config::new().overflow(Overflow::Block(Duration::from_secs(60)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// Do not record it, in constant time, and count it. The default.
    #[default]
    Refuse,
    /// Let its caller wait for room at most this long, then refuse it.
    Block(Duration),
}

/// Called when something was lost: why, and how many.
#[derive(Clone)]
pub(crate) struct OnLoss(Arc<dyn Fn(Loss, u64) + Send + Sync>);

impl OnLoss {
    pub(super) fn new(callback: impl Fn(Loss, u64) + Send + Sync + 'static) -> Self {
        Self(Arc::new(callback))
    }

    /// Calls it; its panic is its own.
    pub(crate) fn call(&self, reason: Loss, count: u64) {
        let call = std::panic::AssertUnwindSafe(|| (self.0)(reason, count));
        let _ = std::panic::catch_unwind(call);
    }
}

impl fmt::Debug for OnLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnLoss")
    }
}
