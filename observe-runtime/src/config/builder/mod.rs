//! The builder as users see it: what it collects, and nothing about how it is read.

mod content;
mod delivery;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::secret::{Secret, abbreviated};
use super::settings::{OnLoss, Overflow};
use super::url;
use crate::mask::Mask;

/// What to record and where to deliver it.
///
/// Everything is optional: what is not set here comes from the environment, and what is set nowhere
/// has a default. The variables are listed in the README.
///
/// ```
/// use std::time::Duration;
///
/// let config = observe::Config::new()
///     .langfuse("pk-lf-…", "sk-lf-…")
///     .base_url("https://langfuse.example.com")
///     .environment("production")
///     .sample_rate(0.1)
///     .exit_timeout(Duration::from_secs(2));
/// # drop(config);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a configuration does nothing until it is used to initialize"]
pub struct Config {
    pub(super) no_environment: bool,
    pub(super) enabled: Option<bool>,
    pub(super) destination: Option<Choice>,
    pub(super) base_url: Option<Address>,
    pub(super) headers: Vec<(String, Secret)>,
    pub(super) environment: Option<String>,
    pub(super) release: Option<String>,
    pub(super) version: Option<String>,
    pub(super) service_name: Option<String>,
    pub(super) resource: Vec<(String, String)>,
    pub(super) sample_rate: Option<f64>,
    pub(super) capture_io: Option<bool>,
    pub(super) capture_limit: Option<usize>,
    pub(super) redact: Option<Vec<String>>,
    pub(super) redact_also: Vec<String>,
    pub(super) mask: Option<Mask>,
    pub(super) memory_limit: Option<usize>,
    pub(super) overflow: Overflow,
    pub(super) hold: Option<Duration>,
    pub(super) flush_at: Option<usize>,
    pub(super) flush_interval: Option<Duration>,
    pub(super) max_batch_bytes: Option<usize>,
    pub(super) compression: Option<bool>,
    pub(super) timeout: Option<Duration>,
    pub(super) max_age: Option<Duration>,
    pub(super) exit_timeout: Option<Duration>,
    pub(super) on_loss: Option<OnLoss>,
    pub(super) files_limit: Option<usize>,
    pub(super) journal_dir: Option<Option<PathBuf>>,
    pub(super) journal_limit: Option<usize>,
    pub(super) is_recovering: bool,
    pub(super) console: Option<bool>,
    pub(super) debug: Option<bool>,
}

/// A destination chosen in code.
#[derive(Clone)]
pub(super) enum Choice {
    Langfuse { public_key: String, secret_key: Secret },
    Collector(Address),
    Files(PathBuf),
    Discard,
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Langfuse { public_key, .. } => f.debug_tuple("Langfuse").field(&abbreviated(public_key)).finish(),
            Self::Collector(address) => f.debug_tuple("Collector").field(address).finish(),
            Self::Files(dir) => f.debug_tuple("Files").field(dir).finish(),
            Self::Discard => f.write_str("Discard"),
        }
    }
}

/// An address that nobody has checked for credentials yet.
#[derive(Clone)]
pub(super) struct Address(pub(super) String);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&url::shown(&self.0))
    }
}

impl Config {
    /// Nothing set: the environment decides.
    ///
    /// ```
    /// observe::Config::new().environment("production").release("1.4.2");
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads no environment variable: what is not set here has its default.
    ///
    /// ```
    /// let _observe = observe::Config::new().without_environment().disabled().init()?;
    /// # Ok::<(), observe::Error>(())
    /// ```
    pub fn without_environment(mut self) -> Self {
        self.no_environment = true;
        self
    }

    /// Records nothing if false; if true, beats `LANGFUSE_TRACING_ENABLED` and `OTEL_SDK_DISABLED`.
    ///
    /// ```
    /// let is_wanted = std::env::args().any(|argument| argument == "--trace");
    /// observe::Config::new().enabled(is_wanted);
    /// ```
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// Records nothing: observed functions cost one atomic load.
    ///
    /// ```
    /// observe::Config::new().disabled();
    /// ```
    pub fn disabled(self) -> Self {
        self.enabled(false)
    }
}

/// # Where traces go
///
/// The last destination named wins.
impl Config {
    /// Delivers to the Langfuse project of these keys.
    ///
    /// ```
    /// observe::Config::new().langfuse("pk-lf-..", "sk-lf-..").base_url("https://langfuse.example.com");
    /// ```
    pub fn langfuse(mut self, public_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        let (public_key, secret_key) = (public_key.into(), Secret::new(secret_key));
        self.destination = Some(Choice::Langfuse { public_key, secret_key });
        self
    }

    /// The Langfuse server. Default: `https://cloud.langfuse.com`.
    ///
    /// ```
    /// observe::Config::new().base_url("http://localhost:3000");
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(Address(url.into()));
        self
    }

    /// Delivers to an OpenTelemetry collector by OTLP over HTTP. `/v1/traces` is added unless the address ends with it.
    ///
    /// ```
    /// observe::Config::new().collector("http://localhost:4318");
    /// ```
    pub fn collector(mut self, url: impl Into<String>) -> Self {
        self.destination = Some(Choice::Collector(Address(url.into())));
        self
    }

    /// Adds a header to every request. Its value is treated as a secret.
    ///
    /// ```
    /// observe::Config::new().collector("https://otel.example.com").header("x-api-key", "..");
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), Secret::new(value)));
        self
    }

    /// Writes local files under this directory.
    ///
    /// ```
    /// observe::Config::new().files("/var/log/traces");
    /// ```
    pub fn files(mut self, dir: impl Into<PathBuf>) -> Self {
        self.destination = Some(Choice::Files(dir.into()));
        self
    }

    /// Records and encodes everything as for a collector, and throws it away: shows what observing costs a program
    /// without what the network costs. What is thrown away counts as delivered.
    ///
    /// ```
    /// let observe = observe::Config::new().without_environment().discard().init()?;
    /// observe::trace("warm up").end();
    /// assert_eq!(observe.shutdown(std::time::Duration::from_secs(5)).delivered, 1);
    /// # Ok::<(), observe::Error>(())
    /// ```
    pub fn discard(mut self) -> Self {
        self.destination = Some(Choice::Discard);
        self
    }
}
