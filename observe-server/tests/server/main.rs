//! The real server on a free port, spoken to by HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../program/mod.rs"]
mod program;

mod errors;
mod files;
mod guard;
mod http;
mod ingestion;
mod keeping;
mod kill;
mod media;
mod otlp;
mod readback;
mod search;
mod spans;
