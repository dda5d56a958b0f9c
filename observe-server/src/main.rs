//! `observe`: receives the traces of LLM applications, searches them and shows them, on one machine.
//!
//! ```text
//! api ──> ingest ──> model ──> store        what arrives, from the network and from local files
//! api, command ──> query, view ──> store    what is asked for
//! ```

mod api;
mod assets;
mod cli;
mod command;
mod export;
#[cfg(test)]
mod fuzz;
mod import;
mod ingest;
mod model;
mod price;
mod push;
mod query;
mod store;
mod terminal;
mod text;
mod time;
mod view;
mod watch;

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read has enough.
        Err(error)
            if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) =>
        {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("observe: {error}");
            ExitCode::FAILURE
        }
    }
}
