//! The command line. Each command is a file in `command/`.

use std::error::Error;
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::command;
use crate::price::{self, Live};
use crate::store::Store;
use crate::terminal::Screen;

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
    /// List traces.
    Ls(On<command::ls::Arguments>),
    /// Show a trace as a tree.
    Show(On<command::show::Arguments>),
    /// Print traces as they come.
    Tail(On<command::tail::Arguments>),
    /// Sum traces up.
    Stats(On<command::stats::Arguments>),
    /// Write traces for other programs.
    Export(On<command::export::Arguments>),
    /// Take in files of traces.
    Import(On<command::import::Arguments>),
    /// Send traces on to Langfuse or to a collector, as environment variables say.
    Push(On<command::push::Arguments>),
    /// Show what models cost, and say so.
    Prices(On<command::prices::Arguments>),
    /// Print what a shell completes.
    Completions(command::completions::Arguments),
}

/// A command on a database, which prints.
#[derive(Args, Clone, Debug)]
struct On<T: Args> {
    #[command(flatten)]
    arguments: T,
    #[command(flatten)]
    place: Place,
    /// Print for other programs: tabs between columns, no units, colours or drawings.
    #[arg(long)]
    plain: bool,
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

    /// Whether a server has the database open, which then reads the local files.
    pub(crate) fn is_served(&self) -> bool {
        let file = File::open(self.serving());
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Says that a server has the database open, until the file is dropped. Where files cannot be locked nobody is told.
    pub(crate) fn serve(&self) -> Option<File> {
        let file = File::create(self.serving()).ok()?;
        file.try_lock().ok().map(|()| file)
    }

    fn serving(&self) -> PathBuf {
        self.database().with_extension("serving")
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
    let cli = Cli::parse_from(std::env::args_os().map(term));
    let Some(command) = cli.command else {
        return command::serve::run(cli.serve.opening());
    };
    match command {
        Command::Serve(arguments) => command::serve::run(arguments),
        Command::Completions(arguments) => {
            command::completions::run(&mut Screen::new(true), Cli::command(), &arguments)
        }
        Command::Ls(on) => on.run(command::ls::run),
        Command::Show(on) => on.run(command::show::run),
        Command::Tail(on) => on.run(command::tail::run),
        Command::Stats(on) => on.run(command::stats::run),
        Command::Export(on) => on.run(command::export::run),
        Command::Import(on) => on.run(command::import::run),
        Command::Prices(on) => on.run(command::prices::run),
        Command::Push(on) => on.run(command::push::run),
    }
}

/// A term such as `-env:dev`, `-latency>2s` or `-(a or b)` is no flag: with a blank before it, it is read as a part of the query.
fn term(argument: OsString) -> OsString {
    let is_term = argument.to_str().and_then(|text| text.strip_prefix('-')).is_some_and(|text| {
        let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_');
        let rest = text.trim_start_matches(is_name);
        match text.len() - rest.len() {
            0 => rest.starts_with(['(', '"']),
            // A single letter is a flag, which may have its value behind it.
            1 => rest.starts_with(':'),
            _ => rest.starts_with([':', '<', '>', '=', '!', '"']),
        }
    });
    if !is_term {
        return argument;
    }
    let mut term = OsString::from(" ");
    term.push(argument);
    term
}

impl<T: Args> On<T> {
    fn run(
        self,
        command: impl AsyncFnOnce(&Place, &mut Screen, &T) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let mut screen = Screen::new(self.plain);
        runtime.block_on(command(&self.place, &mut screen, &self.arguments))
    }
}
