//! The command line. Each command is a file in `command/`.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::command;
use crate::price::{self, Live};
use crate::store::Store;

/// See what your LLM application does: traces, on this machine, without an account.
#[derive(Debug, Parser)]
#[command(name = "observe", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: command::serve::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive traces, watch local files, and show them in the browser.
    Serve(command::serve::Arguments),
}

/// Where the database is, and which local files belong to it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Place {
    /// The database file; two more stand beside it. Default: observe.db among the first local files
    #[arg(long, value_name = "FILE", env = "OBSERVE_DB")]
    db: Option<PathBuf>,
    /// A directory of local files to read, `none` for no directory; may be repeated. Default: $OBSERVE_DIR, else .observe
    #[arg(long, value_name = "DIR")]
    watch: Vec<PathBuf>,
}

impl Place {
    /// The directories whose files are read.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        if self.watch.is_empty() {
            return vec![
                std::env::var_os("OBSERVE_DIR").filter(|dir| !dir.is_empty()).map_or(".observe".into(), PathBuf::from),
            ];
        }
        self.watch.iter().filter(|dir| dir.as_os_str() != "none").cloned().collect()
    }

    pub(crate) fn database(&self) -> PathBuf {
        let among = || self.directories().first().cloned().unwrap_or_else(|| ".observe".into()).join("observe.db");
        self.db.clone().unwrap_or_else(among)
    }

    /// Opens the database, or makes one.
    pub(crate) fn open(&self, durable: bool) -> Result<Store, Box<dyn Error>> {
        let path = self.database();
        Ok(Store::open(&path, durable, prices(&path)?)?)
    }
}

fn prices(database: &Path) -> Result<Live, String> {
    Live::new(price::own::tables(database))
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    match cli.command {
        None => command::serve::run(cli.serve.opening()),
        Some(Command::Serve(arguments)) => command::serve::run(arguments),
    }
}
