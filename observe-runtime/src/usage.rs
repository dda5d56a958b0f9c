//! What a call of a model used.

use serde_core::ser::{Serialize, SerializeMap, Serializer};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Usage {
    input: Option<u64>,
    output: Option<u64>,
    others: Vec<(String, u64)>,
    unit: Option<String>,
}

impl Usage {
    /// Tokens that went in and came out.
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::tokens(1200, 250);
    /// ```
    pub fn tokens(input: u64, output: u64) -> Self {
        Self { input: Some(input), output: Some(output), ..Self::default() }
    }

    /// Nothing yet: add buckets with [`Usage::with`].
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::new().with("input", 3).with("images", 2);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a bucket, such as `input_cached_tokens`, `output_reasoning_tokens` or `images`.
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::tokens(400, 250).with("input_cached_tokens", 800);
    /// ```
    pub fn with(mut self, kind: &str, count: u64) -> Self {
        match kind {
            "input" => self.input = Some(count),
            "output" => self.output = Some(count),
            _ => self.others.push((kind.to_owned(), count)),
        }
        self
    }

    /// What is counted, where it is not tokens: `CHARACTERS`, `SECONDS`, `IMAGES`, `REQUESTS`.
    ///
    /// ```
    /// # use observe::Usage;
    /// Usage::new().with("input", 250).unit("CHARACTERS");
    /// ```
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.to_owned());
        self
    }
}

/// As one object: `{"input":1200,"output":250}`.
impl Serialize for Usage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (kind, count) in [("input", self.input), ("output", self.output)] {
            if let Some(count) = count {
                map.serialize_entry(kind, &count)?;
            }
        }
        for (kind, count) in &self.others {
            map.serialize_entry(kind, count)?;
        }
        if let Some(unit) = &self.unit {
            map.serialize_entry("unit", unit)?;
        }
        map.end()
    }
}
