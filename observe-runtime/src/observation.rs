//! The model as users meet it: what an observation can be and say.

use std::fmt;
use std::str::FromStr;

macro_rules! words {
    ($(#[$outer:meta])* $name:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $number:literal => $word:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant = $number,)* }

        impl $name {
            /// Langfuse's word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            pub(crate) const fn from_u8(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                $(if text.eq_ignore_ascii_case($word) { return Ok(Self::$variant); })*
                Err(UnknownWord { text: text.to_owned(), what: $what, known: &[$($word),*] })
            }
        }
    };
}

words! {
    /// What an observation stands for: [Langfuse's observation types](https://langfuse.com/docs/observability/features/observation-types).
    ///
    /// ```
    /// use observe::ObservationType;
    /// assert_eq!("generation".parse(), Ok(ObservationType::Generation));
    /// assert_eq!(ObservationType::Tool.to_string(), "tool");
    /// ```
    ObservationType, "observation type" {
        /// Work that lasts: the default.
        Span = 0 => "span",
        /// A call of a language model.
        Generation = 1 => "generation",
        /// A moment, without a duration.
        Event = 2 => "event",
        /// A call that makes embeddings.
        Embedding = 3 => "embedding",
        /// An agent that decides what to do next.
        Agent = 4 => "agent",
        /// A tool call.
        Tool = 5 => "tool",
        /// A link between steps of the application.
        Chain = 6 => "chain",
        /// A data retrieval.
        Retriever = 7 => "retriever",
        /// A function that judges outputs.
        Evaluator = 8 => "evaluator",
        /// A check against jailbreaks and unwanted content.
        Guardrail = 9 => "guardrail",
    }
}

words! {
    /// How important an observation is: [Langfuse's log levels](https://langfuse.com/docs/observability/features/log-levels).
    ///
    /// ```
    /// use observe::Level;
    /// assert_eq!("warning".parse(), Ok(Level::Warning));
    /// assert!(Level::Error > Level::Warning);
    /// ```
    Level, "level" {
        /// Detail for debugging.
        Debug = 1 => "DEBUG",
        /// Nothing special.
        Default = 2 => "DEFAULT",
        /// Something to look at.
        Warning = 3 => "WARNING",
        /// It failed.
        Error = 4 => "ERROR",
    }
}

/// An environment as servers store it: lower case, without a leading `langfuse`, at most 40 letters, digits, `-` and
/// `_`. `None` if it has other characters, or nothing remains.
pub(crate) fn environment(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let mut rest = &*lower;
    while let Some(stripped) = rest.strip_prefix("langfuse") {
        rest = stripped.strip_prefix(['-', '_']).unwrap_or(stripped);
    }
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let is_fine = !rest.is_empty() && rest.chars().all(is_name);
    is_fine.then(|| rest.chars().take(40).collect())
}

/// A text that names no observation type or no level.
///
/// ```
/// use observe::ObservationType;
/// let error = "generatoin".parse::<ObservationType>().unwrap_err();
/// assert!(error.to_string().starts_with("`generatoin` is no observation type: expected one of span"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    text: String,
    what: &'static str,
    known: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no {}: expected one of {}", self.text, self.what, self.known.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

words! {
    /// How an observation ended.
    ///
    /// ```
    /// use observe::Outcome;
    /// let (_, recorded) = observe::testing::captured(|| observe::span("step").end());
    /// assert_eq!(recorded.observation("step").outcome, Outcome::Ok);
    /// ```
    Outcome, "outcome" {
        /// It returned, or was ended by hand.
        Ok = 0 => "ok",
        /// It returned an error.
        Error = 1 => "error",
        /// It panicked.
        Panicked = 2 => "panicked",
        /// Its future or stream was dropped before the end.
        Cancelled = 3 => "cancelled",
        /// The client was shut down before it ended.
        Unfinished = 4 => "unfinished",
        /// Its process ended before it did.
        Killed = 5 => "killed",
    }
}
