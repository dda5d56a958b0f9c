//! The builder as users see it: what it collects, and nothing about how it is read.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::secret::{Secret, abbreviated};
use super::settings::{OnLoss, Overflow};
use super::url;
use crate::loss::Loss;
use crate::mask::{Mask, MaskField, Masked};

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
    Langfuse {
        public_key: String,
        secret_key: Secret,
    },
    Collector(Address),
    Files(PathBuf),
    #[cfg(test)]
    Memory,
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Langfuse { public_key, .. } => f.debug_tuple("Langfuse").field(&abbreviated(public_key)).finish(),
            Self::Collector(address) => f.debug_tuple("Collector").field(address).finish(),
            Self::Files(dir) => f.debug_tuple("Files").field(dir).finish(),
            #[cfg(test)]
            Self::Memory => f.write_str("Memory"),
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

    /// Keeps everything in memory.
    #[cfg(test)]
    pub(crate) fn memory(mut self) -> Self {
        self.destination = Some(Choice::Memory);
        self
    }
}

/// # What is said of every trace
impl Config {
    /// The environment, such as `production`: lower case letters, digits, `-` and `_`, at most 40.
    ///
    /// ```
    /// observe::Config::new().environment("staging");
    /// ```
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// The program's release, such as a version or a commit.
    ///
    /// ```
    /// observe::Config::new().release(env!("CARGO_PKG_VERSION"));
    /// ```
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.release = Some(release.into());
        self
    }

    /// The version of every trace that sets none itself.
    ///
    /// ```
    /// observe::Config::new().version("2.1");
    /// ```
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// The resource attribute `service.name`. Default: the program's name.
    ///
    /// ```
    /// observe::Config::new().service_name("support-bot");
    /// ```
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Adds an attribute of the process, such as `host.name`.
    ///
    /// ```
    /// observe::Config::new().resource_attribute("host.name", "web-3");
    /// ```
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource.push((key.into(), value.into()));
        self
    }
}

/// # What is recorded
impl Config {
    /// Share of the traces to record, 0 to 1, decided by trace id alike in every process. Default: 1.
    ///
    /// ```
    /// observe::Config::new().sample_rate(0.1);
    /// ```
    pub fn sample_rate(mut self, rate: f64) -> Self {
        self.sample_rate = Some(rate);
        self
    }

    /// Whether arguments and results are captured. Default: true. What the program sets by hand is recorded anyway.
    ///
    /// ```
    /// observe::Config::new().capture_io(false);
    /// ```
    pub fn capture_io(mut self, capture: bool) -> Self {
        self.capture_io = Some(capture);
        self
    }

    /// Bytes of one captured value, at most; longer ones end in a marker. Default: 1 MiB.
    ///
    /// ```
    /// observe::Config::new().capture_limit(64 << 10);
    /// ```
    pub fn capture_limit(mut self, bytes: usize) -> Self {
        self.capture_limit = Some(bytes);
        self
    }

    /// Replaces the list of names of arguments whose values are never captured.
    ///
    /// ```
    /// observe::Config::new().redact(["password", "iban"]);
    /// ```
    pub fn redact(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redact = Some(words.into_iter().map(Into::into).collect());
        self
    }

    /// Adds to the list of names of arguments whose values are never captured.
    ///
    /// ```
    /// observe::Config::new().redact_also(["iban", "date_of_birth"]);
    /// ```
    pub fn redact_also(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redact_also.extend(words.into_iter().map(Into::into));
        self
    }

    /// Shows every value to this function before it leaves the process: it keeps, replaces or drops it.
    ///
    /// It runs once, on the worker's thread, before anything waits or is written. If it panics, the value is dropped.
    ///
    /// ```
    /// use observe::{Config, MaskField, Masked};
    ///
    /// let config = Config::new().mask(|field, text| match field {
    ///     MaskField::Input | MaskField::Output if text.contains("password") => Masked::Drop,
    ///     MaskField::UserId => Masked::Replace("somebody".into()),
    ///     _ => Masked::Keep,
    /// });
    /// # drop(config);
    /// ```
    pub fn mask(mut self, mask: impl Fn(MaskField<'_>, &str) -> Masked + Send + Sync + 'static) -> Self {
        self.mask = Some(Mask::new(mask));
        self
    }
}

/// # Memory and delivery
impl Config {
    /// Bytes that everything not delivered yet may use, with what is needed to deliver it. Default: 64 MiB.
    ///
    /// ```
    /// observe::Config::new().memory_limit(256 << 20);
    /// ```
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// What to do with new observations while the memory limit is used up. Default: refuse and count them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use observe::{Config, Overflow};
    /// Config::new().overflow(Overflow::Block(Duration::from_secs(1)));
    /// ```
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// How long a finished observation waits for its trace's root, so that late trace attributes reach it. Default: 5 s.
    ///
    /// ```
    /// observe::Config::new().hold(std::time::Duration::from_secs(30));
    /// ```
    pub fn hold(mut self, time: Duration) -> Self {
        self.hold = Some(time);
        self
    }

    /// Observations in a batch, at most. Default: 512.
    ///
    /// ```
    /// observe::Config::new().flush_at(100);
    /// ```
    pub fn flush_at(mut self, observations: usize) -> Self {
        self.flush_at = Some(observations);
        self
    }

    /// How long a batch waits for more, at most. Default: 1 s.
    ///
    /// ```
    /// observe::Config::new().flush_interval(std::time::Duration::from_millis(200));
    /// ```
    pub fn flush_interval(mut self, time: Duration) -> Self {
        self.flush_interval = Some(time);
        self
    }

    /// Uncompressed bytes of a request, at most. Default: 3,500,000, what every Langfuse server takes.
    ///
    /// ```
    /// observe::Config::new().max_batch_bytes(1 << 20);
    /// ```
    pub fn max_batch_bytes(mut self, bytes: usize) -> Self {
        self.max_batch_bytes = Some(bytes);
        self
    }

    /// Whether requests are compressed with gzip. Default: true.
    ///
    /// ```
    /// observe::Config::new().compression(false);
    /// ```
    pub fn compression(mut self, compress: bool) -> Self {
        self.compression = Some(compress);
        self
    }

    /// How long a request may take. Default: 10 s.
    ///
    /// ```
    /// observe::Config::new().timeout(std::time::Duration::from_secs(30));
    /// ```
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// How long delivery of a batch is tried before it is given up. Default: 1 h, with a journal directory 7 days.
    ///
    /// ```
    /// observe::Config::new().max_age(std::time::Duration::from_secs(600));
    /// ```
    pub fn max_age(mut self, time: Duration) -> Self {
        self.max_age = Some(time);
        self
    }

    /// How long dropping the guard waits for delivery, at most. Default: 5 s.
    ///
    /// ```
    /// observe::Config::new().exit_timeout(std::time::Duration::from_secs(2));
    /// ```
    pub fn exit_timeout(mut self, time: Duration) -> Self {
        self.exit_timeout = Some(time);
        self
    }

    /// Calls this function, on the worker's thread, when something was lost: why, and how many.
    ///
    /// ```
    /// observe::Config::new().on_loss(|why, count| eprintln!("{count} lost: {why}"));
    /// ```
    pub fn on_loss(mut self, callback: impl Fn(Loss, u64) + Send + Sync + 'static) -> Self {
        self.on_loss = Some(OnLoss::new(callback));
        self
    }
}

/// # On this machine
impl Config {
    /// Keeps what is recorded in files below this directory until it is delivered: it survives a crash, `kill -9` and a
    /// server that is down, and the next process with the same directory and destination delivers it.
    ///
    /// Several processes may share it. Only the user it runs as can read it; it holds values that no mask has seen yet.
    /// Default: `journal` beside local files where traces go to these, else none.
    pub fn journal_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.journal_dir = Some(Some(dir.into()));
        self
    }

    /// Keeps what is recorded in memory only, whatever the environment says.
    pub fn without_journal_dir(mut self) -> Self {
        self.journal_dir = Some(None);
        self
    }

    /// Records nothing, and only takes over what others left.
    pub(crate) fn recovering(mut self) -> Self {
        self.is_recovering = true;
        self
    }

    /// Bytes that may wait in the journal directory for a server that is down; the oldest are given up. Default: 1 GiB.
    pub fn journal_limit(mut self, bytes: usize) -> Self {
        self.journal_limit = Some(bytes);
        self
    }

    /// Bytes of local files, at most; the oldest are removed. Default: 1 GiB.
    ///
    /// ```
    /// observe::Config::new().files_limit(100 << 20);
    /// ```
    pub fn files_limit(mut self, bytes: usize) -> Self {
        self.files_limit = Some(bytes);
        self
    }

    /// Whether each finished trace is printed as a tree on stderr. Default: false.
    ///
    /// ```
    /// observe::Config::new().console(true);
    /// ```
    pub fn console(mut self, console: bool) -> Self {
        self.console = Some(console);
        self
    }

    /// Whether the worker says on stderr what it does. Default: false.
    ///
    /// ```
    /// observe::Config::new().debug(true);
    /// ```
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(debug);
        self
    }
}
