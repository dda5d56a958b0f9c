//! `observe`: receives the traces of LLM applications, searches them and shows them, on one machine.
//!
//! ```text
//! api ──> ingest ──> model ──> store        what arrives, from the network and from local files
//! api, command ──> query, view ──> store    what is asked for
//! ```

#![expect(dead_code, reason = "the commands and the rest of the API stand on it")]

mod api;
mod assets;
mod cli;
mod command;
mod ingest;
mod model;
mod price;
mod query;
mod store;
mod text;
mod time;
mod view;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("observe: {error}");
            ExitCode::FAILURE
        }
    }
}
