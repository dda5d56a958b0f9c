//! Configuration: a typed builder over the environment.
//!
//! - What is set on the builder beats the environment; an empty variable counts as unset.
//! - Whatever cannot be meant is an [`Error`](crate::Error) at `init`, never a silent default.
//! - Keys and header values appear in no error, log or `Debug`.
//!
//! # Where traces go
//!
//! The first that applies: [`Config::langfuse`], [`Config::collector`] or [`Config::files`]; then
//!
//! | environment | goes to |
//! |---|---|
//! | `LANGFUSE_TRACING_ENABLED=false` or `OTEL_SDK_DISABLED=true` | nowhere: a call costs one atomic load |
//! | `LANGFUSE_PUBLIC_KEY` and `LANGFUSE_SECRET_KEY` | Langfuse |
//! | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT` | that OpenTelemetry collector |
//! | none of these | local files under `OBSERVE_DIR`, by default `.observe/` |
//!
//! # Environment variables
//!
//! Yes and no are `true`, `1`, `yes`, `on` and their opposites; sizes are bytes or `512 KiB`, `64 MiB`, `1 GB`.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `LANGFUSE_PUBLIC_KEY`, `LANGFUSE_SECRET_KEY` | | the project's keys |
//! | `LANGFUSE_BASE_URL`, else `LANGFUSE_HOST`, else `LANGFUSE_BASEURL` | `https://cloud.langfuse.com` | the server |
//! | `LANGFUSE_TRACING_ENABLED` | true | false: record nothing |
//! | `LANGFUSE_TRACING_ENVIRONMENT` | | such as `production`: lower case letters, digits, `-`, `_`, at most 40 |
//! | `LANGFUSE_RELEASE` | the commit that a CI system names (below) | release of the program |
//! | `LANGFUSE_SAMPLE_RATE` | 1 | share of traces to record, by trace id as in every other process |
//! | `LANGFUSE_OBSERVE_DECORATOR_IO_CAPTURE_ENABLED` | true | false: arguments and results are not captured |
//! | `LANGFUSE_FLUSH_AT` | 512 | observations in a batch, at most |
//! | `LANGFUSE_FLUSH_INTERVAL` | 1 | seconds that a batch waits for more, at most |
//! | `LANGFUSE_TIMEOUT` | 10 | seconds that a request to Langfuse may take |
//! | `LANGFUSE_OTEL_MAX_BATCH_SIZE_BYTES`, else `LANGFUSE_MAX_BATCH_SIZE_BYTES` | 3500000 | uncompressed size of a request |
//! | `LANGFUSE_OTEL_COMPRESSION`, else `OTEL_EXPORTER_OTLP_TRACES_COMPRESSION`, else `OTEL_EXPORTER_OTLP_COMPRESSION` | gzip | `gzip` or `none` |
//! | `LANGFUSE_OTEL_TRACES_EXPORT_PATH` | `/api/public/otel/v1/traces` | path on the Langfuse server |
//! | `LANGFUSE_DEBUG` | false | say on stderr what the worker does |
//! | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` | | address of a collector, as it is |
//! | `OTEL_EXPORTER_OTLP_ENDPOINT` | | address of a collector, to which `/v1/traces` is added |
//! | `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, else `OTEL_EXPORTER_OTLP_HEADERS` | | `key=value,key=value`, percent-encoded, for the collector |
//! | `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, else `OTEL_EXPORTER_OTLP_TIMEOUT` | 10000 | milliseconds that a request to the collector may take |
//! | `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf` | `grpc` is an error: only HTTP is spoken |
//! | `OTEL_SDK_DISABLED` | false | true: record nothing |
//! | `OTEL_SERVICE_NAME` | the program's name | resource attribute `service.name` |
//! | `OTEL_RESOURCE_ATTRIBUTES` | | `key=value,key=value`, percent-encoded |
//! | `OBSERVE_DIR` | `.observe` | directory of local files |
//! | `OBSERVE_FILES_LIMIT` | 1 GiB | size of the local files; the oldest are removed |
//! | `OBSERVE_CONSOLE` | false | print each finished trace as a tree on stderr |
//! | `OBSERVE_JOURNAL_DIR` | `journal` in `OBSERVE_DIR` for local files, else none | where what is recorded survives the process; `none`: nowhere |
//! | `OBSERVE_JOURNAL_LIMIT` | 1 GiB | size of what waits there for a server that is down |
//! | `OBSERVE_CAPTURE_LIMIT` | 1 MiB | size of one captured value |
//! | `OBSERVE_MEMORY_LIMIT` | 64 MiB | memory for what is not delivered yet |
//! | `OBSERVE_HOLD` | 5 | seconds that a finished observation waits for its trace's root, at most |
//! | `OBSERVE_MAX_AGE` | 3600, with a journal directory 604800 | seconds after which undeliverable batches are given up |
//! | `OBSERVE_EXIT_TIMEOUT` | 5 | seconds that the end of the program waits for delivery, at most |
//!
//! The release is taken from the first of `RENDER_GIT_COMMIT`, `CI_COMMIT_SHA`, `CIRCLE_SHA1`, `SOURCE_VERSION`,
//! `TRAVIS_COMMIT`, `GIT_COMMIT`, `GITHUB_SHA`, `BITBUCKET_COMMIT`, `BUILD_SOURCEVERSION`, `DRONE_COMMIT_SHA`
//! if `LANGFUSE_RELEASE` is not set. Proxies follow `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.

mod builder;
mod destination;
mod environment;
mod resolve;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod url;

pub use self::builder::Config;
#[cfg(feature = "http")]
pub(crate) use self::secret::Secret;
pub use self::settings::Overflow;
pub(crate) use self::settings::{Destination, OnLoss, Settings};
