//! What a user says about an observation or a trace, written straight into a record.
//!
//! What is set by hand beats what was captured, also when it is falsy; later beats earlier.

use std::time::SystemTime;

use serde_core::Serialize;

use crate::capture::{self, Limits};
use crate::clock;
use crate::observation::{Level, ObservationType};
use crate::record::{self, Tag};
use crate::usage::Usage;

/// What is to be set on an observation: see [`update_current_observation`](crate::update_current_observation).
///
/// Each method takes the update and gives it back, so that calls chain. Values are anything that
/// implements `Serialize`; they are captured within the client's limits.
///
/// ```
/// observe::update_current_observation(|o| o.model("gpt-4o-mini").metadata("cache", "miss"));
/// ```
#[derive(Debug)]
#[must_use = "an update is given back to where it came from"]
pub struct ObservationUpdate<'a> {
    out: &'a mut Vec<u8>,
    limits: Limits,
}

/// What is to be set on a trace: see [`update_current_trace`](crate::update_current_trace).
///
/// ```
/// observe::update_current_trace(|t| t.user_id("user_123").metadata("plan", "pro"));
/// ```
#[derive(Debug)]
#[must_use = "an update is given back to where it came from"]
pub struct TraceUpdate<'a> {
    out: &'a mut Vec<u8>,
    limits: Limits,
}

/// The setters of an observation, for the update and for the handle of the manual API.
macro_rules! observation_setters {
    () => {
        /// The name shown instead of the function's.
        ///
        /// ```
        /// let tool = "get_weather";
        /// observe::span("tool").name(format!("tool {tool}")).end();
        /// ```
        pub fn name(self, name: impl AsRef<str>) -> Self {
            self.put(Tag::Name, name.as_ref().as_bytes())
        }

        /// The type, when it turns out only at run time.
        ///
        /// ```
        /// use observe::ObservationType;
        /// observe::span("step").as_type(ObservationType::Tool).end();
        /// ```
        pub fn as_type(self, kind: ObservationType) -> Self {
            self.put(Tag::Type, &[kind as u8])
        }

        /// The input, instead of the captured arguments.
        ///
        /// ```
        /// use serde_json::json;
        /// observe::span("search").input(json!({"query": "refunds", "top_k": 5})).end();
        /// ```
        pub fn input(self, input: impl Serialize) -> Self {
            self.json(Tag::SetInput, &input)
        }

        /// The output, instead of the captured return value.
        ///
        /// ```
        /// observe::span("search").output(["doc-1", "doc-2"]).end();
        /// ```
        pub fn output(self, output: impl Serialize) -> Self {
            self.json(Tag::SetOutput, &output)
        }

        /// Adds an entry to the metadata, or replaces it.
        ///
        /// ```
        /// observe::span("search").metadata("index", "handbook").metadata("documents", 2).end();
        /// ```
        pub fn metadata(self, key: impl AsRef<str>, value: impl Serialize) -> Self {
            self.pair(Tag::Metadata, key.as_ref(), &value)
        }

        /// How important it is.
        ///
        /// ```
        /// use observe::Level;
        /// observe::span("search").level(Level::Warning).status_message("the index is old").end();
        /// ```
        pub fn level(self, level: Level) -> Self {
            self.put(Tag::Level, &[level as u8])
        }

        /// Why it has this level.
        ///
        /// ```
        /// observe::span("search").status_message("answered by the second replica").end();
        /// ```
        pub fn status_message(self, message: impl AsRef<str>) -> Self {
            self.put(Tag::Status, message.as_ref().as_bytes())
        }

        /// The version of what ran.
        ///
        /// ```
        /// observe::span("search").version("2.0.1").end();
        /// ```
        pub fn version(self, version: impl AsRef<str>) -> Self {
            self.put(Tag::Version, version.as_ref().as_bytes())
        }

        /// The model that was called, as its provider names it.
        ///
        /// ```
        /// observe::generation("answer").model("gpt-4o-mini").end();
        /// ```
        pub fn model(self, model: impl AsRef<str>) -> Self {
            self.put(Tag::Model, model.as_ref().as_bytes())
        }

        /// Adds a parameter the model was called with, such as `temperature`.
        ///
        /// ```
        /// observe::generation("answer").model_parameter("temperature", 0.2).model_parameter("max_tokens", 500).end();
        /// ```
        pub fn model_parameter(self, key: impl AsRef<str>, value: impl Serialize) -> Self {
            self.pair(Tag::ModelParameter, key.as_ref(), &value)
        }

        /// What was used: tokens by kind, mostly.
        ///
        /// ```
        /// use observe::Usage;
        /// observe::generation("answer").usage(Usage::tokens(1200, 250)).end();
        /// ```
        pub fn usage(self, usage: Usage) -> Self {
            self.json(Tag::Usage, &usage)
        }

        /// A provider's own usage object, in the spelling of OpenAI, Anthropic, Gemini, Bedrock or Cohere.
        ///
        /// Totals that include details are taken apart, so that the buckets add up.
        ///
        /// ```
        /// use serde_json::json;
        /// // As it stands in the provider's response.
        /// let usage = json!({"prompt_tokens": 120, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 80}});
        /// observe::generation("answer").usage_details(usage).end();
        /// ```
        pub fn usage_details(self, usage: impl Serialize) -> Self {
            self.json(Tag::Usage, &usage)
        }

        /// What one kind of usage cost, in USD; `total` is the sum.
        ///
        /// ```
        /// observe::generation("answer").cost("input", 0.00018).cost("output", 0.00015).end();
        /// ```
        pub fn cost(self, kind: impl AsRef<str>, usd: f64) -> Self {
            self.pair(Tag::Cost, kind.as_ref(), &usd)
        }

        /// When the first piece of the answer came.
        ///
        /// ```
        /// use std::time::SystemTime;
        /// // When the first piece of the stream is there:
        /// observe::generation("answer").completion_start_time(SystemTime::now()).end();
        /// ```
        pub fn completion_start_time(self, time: SystemTime) -> Self {
            self.put(Tag::CompletionStart, &clock::unix(time).to_le_bytes())
        }

        /// The managed prompt (name and version) that was used. The server keeps it on generations.
        ///
        /// ```
        /// observe::generation("answer").prompt("support-answer", 7).end();
        /// ```
        pub fn prompt(self, name: impl AsRef<str>, version: u16) -> Self {
            self.prompt_version(name.as_ref(), version)
        }
    };
}
pub(crate) use observation_setters;

/// The setters of a trace, for the update and for the handle of the manual API.
macro_rules! trace_setters {
    () => {
        /// The user the trace was made for.
        ///
        /// ```
        /// observe::update_current_trace(|t| t.user_id("user_123"));
        /// ```
        pub fn user_id(self, id: impl AsRef<str>) -> Self {
            self.put_trace(Tag::UserId, id.as_ref().as_bytes())
        }

        /// The conversation or session the trace is part of.
        ///
        /// ```
        /// observe::update_current_trace(|t| t.session_id("session_abc"));
        /// ```
        pub fn session_id(self, id: impl AsRef<str>) -> Self {
            self.put_trace(Tag::SessionId, id.as_ref().as_bytes())
        }

        /// Makes the trace visible to everybody who has its link.
        ///
        /// ```
        /// observe::update_current_trace(|t| t.public(true));
        /// ```
        pub fn public(self, is_public: bool) -> Self {
            self.put_trace(Tag::Public, &[u8::from(is_public)])
        }

        /// The release of the program.
        ///
        /// ```
        /// observe::update_current_trace(|t| t.release("2026-11-25"));
        /// ```
        pub fn release(self, release: impl AsRef<str>) -> Self {
            self.put_trace(Tag::Release, release.as_ref().as_bytes())
        }

        /// The environment, such as `production`: lower-case letters, digits, `-` and `_`, at most 40.
        ///
        /// ```
        /// observe::update_current_trace(|t| t.environment("staging"));
        /// ```
        pub fn environment(self, environment: impl AsRef<str>) -> Self {
            self.put_trace(Tag::Environment, environment.as_ref().as_bytes())
        }
    };
}
pub(crate) use trace_setters;

impl<'a> ObservationUpdate<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>, limits: Limits) -> Self {
        Self { out, limits }
    }

    observation_setters!();

    /// When it started, instead of when it was opened.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// let received = SystemTime::now();
    /// observe::update_current_observation(|o| o.start_time(received));
    /// ```
    pub fn start_time(self, time: SystemTime) -> Self {
        self.put(Tag::Start, &clock::unix(time).to_le_bytes())
    }

    fn put(self, tag: Tag, value: &[u8]) -> Self {
        record::put(self.out, tag, value);
        self
    }

    fn json(self, tag: Tag, value: &impl Serialize) -> Self {
        record::put_with(self.out, tag, |out| capture::to_json(out, value, self.limits));
        self
    }

    fn pair(self, tag: Tag, key: &str, value: &impl Serialize) -> Self {
        record::put_pair(self.out, tag, key, |out| capture::to_json(out, value, self.limits));
        self
    }

    fn prompt_version(self, name: &str, version: u16) -> Self {
        record::put_pair(self.out, Tag::Prompt, name, |out| out.extend_from_slice(&i64::from(version).to_le_bytes()));
        self
    }
}

impl<'a> TraceUpdate<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>, limits: Limits) -> Self {
        Self { out, limits }
    }

    trace_setters!();

    /// The trace's name; without one it is that of its root.
    ///
    /// ```
    /// observe::update_current_trace(|t| t.name("checkout"));
    /// ```
    pub fn name(self, name: impl AsRef<str>) -> Self {
        self.put_trace(Tag::TraceName, name.as_ref().as_bytes())
    }

    /// The version of what the trace shows.
    ///
    /// ```
    /// observe::update_current_trace(|t| t.version("2.1"));
    /// ```
    pub fn version(self, version: impl AsRef<str>) -> Self {
        self.put_trace(Tag::TraceVersion, version.as_ref().as_bytes())
    }

    /// Adds tags to those that the trace has.
    ///
    /// ```
    /// observe::update_current_trace(|t| t.tags(["rag", "support"]));
    /// ```
    pub fn tags(self, tags: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for tag in tags {
            record::put(self.out, Tag::TraceLabel, tag.as_ref().as_bytes());
        }
        self
    }

    /// Adds an entry to the trace's metadata, or replaces it.
    ///
    /// ```
    /// observe::update_current_trace(|t| t.metadata("pipeline_version", "2.1").metadata("retries", 0));
    /// ```
    pub fn metadata(self, key: impl AsRef<str>, value: impl Serialize) -> Self {
        record::put_pair(self.out, Tag::TraceMetadata, key.as_ref(), |out| {
            capture::to_json(out, &value, self.limits);
        });
        self
    }

    /// The trace's input: set on its root observation.
    ///
    /// ```
    /// observe::update_current_trace(|t| t.input("How do I reset my password?"));
    /// ```
    pub fn input(self, input: impl Serialize) -> Self {
        self.json(Tag::TraceInput, &input)
    }

    /// The trace's output: set on its root observation.
    ///
    /// ```
    /// observe::update_current_trace(|t| t.output("Under Settings, Security."));
    /// ```
    pub fn output(self, output: impl Serialize) -> Self {
        self.json(Tag::TraceOutput, &output)
    }

    fn json(self, tag: Tag, value: &impl Serialize) -> Self {
        record::put_with(self.out, tag, |out| capture::to_json(out, value, self.limits));
        self
    }

    fn put_trace(self, tag: Tag, value: &[u8]) -> Self {
        record::put(self.out, tag, value);
        self
    }
}
