//! How much waits where for how long, and what this machine sees of it.

use std::path::PathBuf;
use std::time::Duration;

use super::Config;
use crate::config::settings::{OnLoss, Overflow};
use crate::loss::Loss;

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
