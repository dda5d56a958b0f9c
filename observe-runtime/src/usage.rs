//! What a call of a model used.

use std::fmt::Write as _;

/// Counts by kind: tokens of the input, of the output, and of kinds that cost differently.
///
/// The buckets are exclusive and add up: cached input is not part of `input`, reasoning not of `output`.
/// For a provider's own object, whose totals include their details, there is
/// [`usage_details`](crate::ObservationUpdate::usage_details).
///
/// ```
/// use observe::Usage;
/// Usage::tokens(1200, 250).with("input_cached_tokens", 800);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Usage {
    /// A JSON object without its closing brace.
    json: String,
}

impl Usage {
    /// Tokens that went in and came out.
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::tokens(1200, 250);
    /// ```
    pub fn tokens(input: u64, output: u64) -> Self {
        Self::new().with("input", input).with("output", output)
    }

    /// Nothing yet: add buckets with [`Usage::with`].
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::new().with("input", 3).with("images", 2);
    /// ```
    pub fn new() -> Self {
        Self { json: "{}".to_owned() }
    }

    /// Adds a bucket, such as `input_cached_tokens`, `output_reasoning_tokens` or `images`.
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::tokens(400, 250).with("input_cached_tokens", 800);
    /// ```
    pub fn with(mut self, kind: &str, count: u64) -> Self {
        self.json.pop();
        if self.json.len() > 1 {
            self.json.push(',');
        }
        let mut key = Vec::new();
        crate::capture::write_string(&mut key, kind, crate::capture::Limits::default());
        let _ = write!(self.json, "{}:{count}}}", String::from_utf8_lossy(&key));
        self
    }

    /// What is counted, where it is not tokens: `CHARACTERS`, `SECONDS`, `IMAGES`, `REQUESTS`.
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::new().with("input", 250).unit("CHARACTERS");
    /// ```
    pub fn unit(mut self, unit: &str) -> Self {
        self.json.pop();
        if self.json.len() > 1 {
            self.json.push(',');
        }
        let mut text = Vec::new();
        crate::capture::write_string(&mut text, unit, crate::capture::Limits::default());
        let _ = write!(self.json, "\"unit\":{}}}", String::from_utf8_lossy(&text));
        self
    }

    pub(crate) fn json(&self) -> &[u8] {
        self.json.as_bytes()
    }
}

impl Default for Usage {
    fn default() -> Self {
        Self::new()
    }
}
