//! Credentials: they leave only through [`Secret::reveal`], and no `Debug` shows them.

use std::fmt;

/// A value that must not be seen in logs, errors or `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for the request's headers and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Enough of a public key to know which one it is: `pk-lf-1234…`.
pub(crate) fn abbreviated(public_key: &str) -> String {
    let mut short: String = public_key.chars().take(10).collect();
    short.push('…');
    short
}
