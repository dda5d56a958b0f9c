//! Traces as files for other programs: Langfuse's JSON, a line a trace; a table in CSV; OTLP JSON lines.

mod csv;
mod langfuse;
mod otlp;

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::Value;

use crate::price::Prices;
use crate::view::{self, Payload, TraceView};

pub(crate) use self::otlp::{Ids, request, score};

/// How traces are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One row a trace, as the list shows it.
    Csv,
    /// One trace a line, with all of its observations, as Langfuse's API answers it.
    Jsonl,
    /// One OTLP export request a trace and line, as the OpenTelemetry collector's file exporter writes it.
    Otlp,
}

impl Format {
    /// What stands before the first trace.
    pub(crate) fn head(self) -> Vec<u8> {
        match self {
            Self::Csv => csv::head(),
            Self::Jsonl | Self::Otlp => Vec::new(),
        }
    }

    /// A trace, with the end of its line.
    pub(crate) fn line(self, whole: &Whole) -> Vec<u8> {
        match self {
            Self::Csv => csv::row(&whole.trace),
            Self::Jsonl => ended(&langfuse::trace(whole)),
            Self::Otlp => otlp::lines(whole).iter().flat_map(ended).collect(),
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl | Self::Otlp => "application/x-ndjson",
        }
    }

    /// The end of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Otlp => "otlp.jsonl",
        }
    }
}

/// A trace with all of its payloads.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) trace: TraceView,
    /// By observation.
    pub(crate) payloads: HashMap<String, Payload>,
}

impl Whole {
    /// A trace by its id.
    pub(crate) fn read(db: &Connection, id: &str, prices: &Prices) -> rusqlite::Result<Option<Self>> {
        let Some(trace) = view::trace(db, id, prices)? else { return Ok(None) };
        Ok(Some(Self { payloads: view::payloads(db, id)?, trace }))
    }
}

fn ended(value: &Value) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}
