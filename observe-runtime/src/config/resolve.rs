//! From what was set to what holds: [`Config`] and environment become [`Settings`].

use std::path::PathBuf;
use std::time::Duration;

use super::builder::Config;
use super::destination::{self, pairs};
use super::environment::{Environment, Given, Problem, any, bounded, count, fraction, milliseconds, not_zero, number};
use super::environment::{positive, seconds};
use super::settings::{Destination, Overflow, Settings};
use crate::error::Error;
use crate::observation;

const RELEASES: [&str; 11] = [
    "LANGFUSE_RELEASE",
    "RENDER_GIT_COMMIT",
    "CI_COMMIT_SHA",
    "CIRCLE_SHA1",
    "SOURCE_VERSION",
    "TRAVIS_COMMIT",
    "GIT_COMMIT",
    "GITHUB_SHA",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "DRONE_COMMIT_SHA",
];

impl Config {
    /// Reads the process's environment for what is not set, and checks everything.
    pub(crate) fn resolve(self) -> Result<Settings, Error> {
        if self.no_environment {
            return self.resolve_in(&|_| None);
        }
        self.resolve_in(&|variable| std::env::var_os(variable).map(|value| value.to_string_lossy().into_owned()))
    }

    pub(super) fn resolve_in(mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Error> {
        let from = Environment(variable);
        let mut warnings = Vec::new();
        let mut settings = Settings::new(destination::choose(&mut self, from, &mut warnings)?);
        if settings.destination == Destination::Nowhere {
            // Nobody who switched it off wants to hear what is wrong with the rest.
            return Ok(settings);
        }
        self.describe(&mut settings, from, &mut warnings)?;
        self.capture(&mut settings, from)?;
        settings.is_recovering = self.is_recovering;
        settings.journal_dir = self.journal(&settings.destination, from);
        self.limit(&mut settings, from)?;
        self.time(&mut settings, from)?;
        self.deliver(&mut settings, from)?;
        settings.warnings = warnings;
        Ok(settings)
    }

    fn describe(&mut self, to: &mut Settings, from: Environment<'_>, warnings: &mut Vec<String>) -> Result<(), Error> {
        to.environment = environment_name(self.environment.take(), from, warnings)?;
        to.release = self.release.take().or_else(|| from.first(&RELEASES).map(|given| given.value));
        to.version = self.version.take();
        to.resource = self.resource(from)?;
        Ok(())
    }

    fn capture(&mut self, to: &mut Settings, from: Environment<'_>) -> Result<(), Error> {
        let sample_rate = ["LANGFUSE_SAMPLE_RATE"];
        let sample_rate = from.setting(self.sample_rate, "Config::sample_rate", &sample_rate, number, fraction)?;
        set(&mut to.sample_rate, sample_rate);
        let capture_io = ["LANGFUSE_OBSERVE_DECORATOR_IO_CAPTURE_ENABLED"];
        set(&mut to.capture_io, from.boolean(self.capture_io, &capture_io)?);
        set(&mut to.secrets, self.redact.take());
        to.secrets.append(&mut self.redact_also);
        to.mask = self.mask.take();
        Ok(())
    }

    /// The variable's `none` is the builder's `without_journal_dir`.
    fn journal(&mut self, destination: &Destination, from: Environment<'_>) -> Option<PathBuf> {
        if let Some(explicit) = self.journal_dir.take() {
            return explicit;
        }
        match (from.get("OBSERVE_JOURNAL_DIR"), destination) {
            (Some(given), _) => (given.value != "none").then(|| given.value.into()),
            (None, Destination::Files { dir }) => Some(dir.join("journal")),
            (None, _) => None,
        }
    }

    fn limit(&self, to: &mut Settings, from: Environment<'_>) -> Result<(), Error> {
        let batch = ["LANGFUSE_OTEL_MAX_BATCH_SIZE_BYTES", "LANGFUSE_MAX_BATCH_SIZE_BYTES"];
        let capture = from.size(self.capture_limit, "Config::capture_limit", &["OBSERVE_CAPTURE_LIMIT"])?;
        let memory = from.size(self.memory_limit, "Config::memory_limit", &["OBSERVE_MEMORY_LIMIT"])?;
        let files = from.size(self.files_limit, "Config::files_limit", &["OBSERVE_FILES_LIMIT"])?;
        let flush_at = from.setting(self.flush_at, "Config::flush_at", &["LANGFUSE_FLUSH_AT"], count, positive)?;
        set(&mut to.capture_limit, capture);
        set(&mut to.memory_limit, memory);
        set(&mut to.files_limit, files);
        set(&mut to.journal_limit, from.size(self.journal_limit, "Config::journal_limit", &["OBSERVE_JOURNAL_LIMIT"])?);
        set(&mut to.flush_at, flush_at);
        set(&mut to.max_batch_bytes, from.size(self.max_batch_bytes, "Config::max_batch_bytes", &batch)?);
        to.patience = match self.overflow {
            Overflow::Refuse => Duration::ZERO,
            Overflow::Block(time) => bounded(time),
        };
        Ok(())
    }

    fn time(&self, to: &mut Settings, from: Environment<'_>) -> Result<(), Error> {
        set(&mut to.hold, from.duration(self.hold, &["OBSERVE_HOLD"])?);
        set(&mut to.flush_interval, from.duration(self.flush_interval, &["LANGFUSE_FLUSH_INTERVAL"])?);
        set(&mut to.exit_timeout, from.duration(self.exit_timeout, &["OBSERVE_EXIT_TIMEOUT"])?);
        if to.journal_dir.is_some() {
            to.max_age = Duration::from_secs(7 * 24 * 3600);
        }
        set(&mut to.max_age, from.duration(self.max_age, &["OBSERVE_MAX_AGE"])?);
        let timeout = match to.destination {
            Destination::Collector { .. } => {
                let variables = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
                from.setting(self.timeout, "Config::timeout", &variables, milliseconds, not_zero)?
            }
            _ => from.setting(self.timeout, "Config::timeout", &["LANGFUSE_TIMEOUT"], seconds, not_zero)?,
        };
        set(&mut to.timeout, timeout.map(bounded));
        Ok(())
    }

    fn deliver(&mut self, to: &mut Settings, from: Environment<'_>) -> Result<(), Error> {
        let compression =
            ["LANGFUSE_OTEL_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"];
        set(&mut to.compression, from.setting(self.compression, "Config::compression", &compression, gzip, any)?);
        set(&mut to.console, from.boolean(self.console, &["OBSERVE_CONSOLE"])?);
        set(&mut to.debug, from.boolean(self.debug, &["LANGFUSE_DEBUG"])?);
        to.on_loss = self.on_loss.take();
        Ok(())
    }

    /// `service.name` first, then the program's attributes, then the environment's.
    fn resource(&mut self, from: Environment<'_>) -> Result<Vec<(String, String)>, Error> {
        const SERVICE: &str = "service.name";
        let mut entries = std::mem::take(&mut self.resource);
        // A later call beats an earlier one, and the first entry of a key is the one that stays.
        entries.reverse();
        if let Some(Given { setting, value }) = from.get("OTEL_RESOURCE_ATTRIBUTES") {
            entries.extend(pairs(&value).map_err(|problem| problem.with(setting, value))?);
        }
        let named = |entries: &[(String, String)]| {
            let entry = entries.iter().find(|(key, _)| key == SERVICE)?;
            Some(entry.1.clone())
        };
        let service = self
            .service_name
            .take()
            .or_else(|| from.get("OTEL_SERVICE_NAME").map(|name| name.value))
            .or_else(|| named(&entries))
            .unwrap_or_else(program);
        let mut resource = vec![(SERVICE.to_owned(), service)];
        for (key, value) in entries {
            if resource.iter().all(|(known, _)| *known != key) {
                resource.push((key, value));
            }
        }
        Ok(resource)
    }
}

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn gzip(text: &str) -> Result<bool, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "gzip" => Ok(true),
        "none" => Ok(false),
        _ => Err(Problem::new("is no known compression", "write `gzip` or `none`")),
    }
}

fn program() -> String {
    let path = std::env::current_exe().ok();
    let name = path.as_deref().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "unknown_service".to_owned())
}

/// The environment as the server would store it; what the server would replace by `default` is an error.
fn environment_name(
    explicit: Option<String>,
    from: Environment<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<String>, Error> {
    let explicit = explicit.map(|value| Given { setting: "Config::environment", value });
    let Some(Given { setting, value }) = explicit.or_else(|| from.get("LANGFUSE_TRACING_ENVIRONMENT")) else {
        return Ok(None);
    };
    let Some(name) = observation::environment(&value) else {
        let reason = "is no name of an environment";
        let help = "use lower case letters, digits, `-` and `_`, not beginning with `langfuse`";
        return Err(Problem::new(reason, help).with(setting, value));
    };
    if name != value.trim().to_lowercase() {
        warnings.push(format!("{setting} is `{value}`: Langfuse knows this environment as `{name}`"));
    }
    Ok(Some(name))
}
