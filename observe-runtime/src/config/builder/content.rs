//! What is recorded, and what is said of every trace.

use super::Config;
use crate::mask::{Mask, MaskField, Masked};

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
