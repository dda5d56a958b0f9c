//! What can go wrong at `init`: every error names the setting, its value and what to do about it.

use std::path::PathBuf;
use std::{fmt, io};

/// Why recording could not be set up.
///
/// Nothing but setting up returns errors: afterwards, whatever cannot be recorded or delivered is
/// counted (see [`Loss`](crate::Loss)) and never disturbs the program.
///
/// ```
/// use observe::{Config, Error};
/// let error = Config::new().without_environment().sample_rate(2.0).init().unwrap_err();
/// assert!(matches!(error, Error::Invalid { .. }));
/// // Also as `main` prints what it returns.
/// assert_eq!(format!("{error:?}"), error.to_string());
/// ```
#[non_exhaustive]
pub enum Error {
    /// `init` was called while the guard of an earlier `init` was alive.
    AlreadyInitialized,
    /// The directory for local files cannot be used.
    Directory {
        /// The directory as it was configured.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A setting asks for something that this build leaves out.
    Feature {
        /// The environment variable or the method of `Config`.
        setting: &'static str,
        /// The Cargo feature of `observe-llm` to enable.
        feature: &'static str,
    },
    /// A setting has a value that cannot be meant.
    Invalid {
        /// The environment variable or the method of `Config`.
        setting: &'static str,
        /// The value as it was given; `None` where it may be a secret.
        value: Option<String>,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        help: String,
    },
    /// A setting is useless without another one that is not set.
    Missing {
        /// The environment variable or the method of `Config` that is set.
        setting: &'static str,
        /// What has to be set as well.
        missing: &'static str,
    },
    /// The HTTP client could not be made.
    Http(Box<dyn std::error::Error + Send + Sync>),
    /// The worker's thread could not be started.
    Thread(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyInitialized => f.write_str(
                "observe is initialized already: call `init` once, at the top of `main`, and keep its guard to the end",
            ),
            Self::Directory { path, source } => write!(
                f,
                "cannot use the directory `{}`: {source}; make it writable, or choose another one with OBSERVE_DIR or \
                 `Config::files`",
                path.display(),
            ),
            Self::Feature { setting, feature } => write!(
                f,
                "{setting} needs the feature `{feature}`, which this build leaves out: enable it for `observe-llm` in \
                 Cargo.toml, or remove {setting}",
            ),
            Self::Invalid { setting, value: Some(value), reason, help } => {
                write!(f, "{setting} is `{value}`, which {reason}: {help}")
            }
            Self::Invalid { setting, value: None, reason, help } => {
                write!(f, "{setting} has a value which {reason}: {help}")
            }
            Self::Missing { setting, missing } => write!(
                f,
                "{setting} is set but {missing} is not: set both to deliver to Langfuse, or none to write local files",
            ),
            Self::Http(source) => {
                write!(
                    f,
                    "the HTTP client cannot be set up: {source}; check the system's certificates and proxy settings"
                )
            }
            Self::Thread(source) => {
                write!(f, "the worker's thread cannot be started: {source}; check the limit on threads")
            }
        }
    }
}

/// The same text: a `main` that returns this error prints it so.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Directory { source, .. } | Self::Thread(source) => Some(source),
            Self::Http(source) => Some(source.as_ref()),
            Self::AlreadyInitialized | Self::Feature { .. } | Self::Invalid { .. } | Self::Missing { .. } => None,
        }
    }
}
