//! A running client: settings made into a journal, a sink and a worker on its thread.

use std::sync::Arc;

use crate::capture::Limits;
#[cfg(feature = "http")]
use crate::config::Secret;
use crate::config::{Destination, Settings};
use crate::console::Console;
use crate::diagnostics;
use crate::encode::{Dialect, Encoder};
use crate::error::Error;
use crate::finished::TraceAttributes;
use crate::journal::{self, Home, Journal, Rules};
use crate::prepare::Prepare;
use crate::record;
use crate::sink::{Buffers, Files, Sink};
#[cfg(feature = "http")]
use crate::sink::{Endpoint, Http};
use crate::worker::exit::Exit;
use crate::worker::fold::Fold;
use crate::worker::live::Live;
use crate::worker::spool::Spool;
use crate::worker::{Commands, Terms, Worker};

/// What callers of a running client hold of it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) journal: Arc<Journal>,
    pub(crate) commands: Arc<Commands>,
}

impl Running {
    /// Starts it. `None`: nothing is to be recorded.
    pub(crate) fn start(settings: Settings) -> Result<Option<Self>, Error> {
        let Some((dialect, sink)) = destination(&settings)? else { return Ok(None) };
        let rules = Rules {
            limits: Limits { bytes: settings.capture_limit, ..Limits::default() },
            capture_io: settings.capture_io,
            sample_below: threshold(settings.sample_rate),
            secrets: settings.secrets,
            // The rest is for what is not counted: segments in advance, tables that grow, what an allocator keeps.
            memory_limit: settings.memory_limit / 4 * 3,
            patience: settings.patience,
        };
        let defaults = TraceAttributes {
            environment: settings.environment,
            release: settings.release,
            version: settings.version,
            ..TraceAttributes::default()
        };
        let encoder = Encoder::new(dialect, settings.resource);
        let process: Arc<[u8]> = record::process(encoder.resource()).into();
        let home = settings.journal_dir.as_deref().and_then(|dir| {
            let root = dir.join(folder(&settings.destination));
            let about = [&*process, &defaults.record()];
            let home = Home::open(&root, about.into_iter(), settings.mask.is_some()).inspect_err(|error| {
                diagnostics::warn(&format!(
                    "cannot use the journal directory `{}`: {error}; what is recorded is kept in memory only",
                    root.display()
                ));
            });
            home.ok().map(Arc::new)
        });
        let journal = Journal::open(rules, home.clone());
        let commands = Arc::new(Commands::default());
        let hold = u64::try_from(settings.hold.as_nanos()).unwrap_or(u64::MAX);
        let terms = Terms {
            count: settings.flush_at.max(1),
            bytes: settings.max_batch_bytes,
            interval: settings.flush_interval,
            max_age: settings.max_age,
            // What survives a kill without its answer goes again: it is one batch then.
            in_flight: if home.is_some() || matches!(dialect, Dialect::Files) { 1 } else { 4 },
            room: settings.memory_limit / 8,
        };
        let prepare =
            Prepare { mask: settings.mask, most_bytes: settings.max_batch_bytes, counters: journal.counters.clone() };
        let limit = settings.journal_limit as u64;
        let spool =
            home.clone().map(|home| Spool::new(home, process, limit, settings.max_age, journal.counters.clone()));
        let exit = Exit { encoder, sink, prepare, buffers: Buffers::default() };
        let mut worker = Worker::new(
            journal.clone(),
            commands.clone(),
            Fold::new(defaults, hold),
            terms,
            exit,
            settings.console.then_some(Console),
            settings.on_loss,
        );
        if let Some(spool) = spool {
            worker.keep_spool(spool);
        }
        if let Destination::Files { dir } = &settings.destination {
            worker.keep_live(Live::new(dir));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Thread)?;
        let thread = std::thread::Builder::new().name("observe".to_owned());
        match thread.spawn(move || runtime.block_on(worker.run())) {
            Ok(_) => {}
            Err(error) => {
                journal.close();
                if let Some(home) = home {
                    home.close(true);
                }
                return Err(Error::Thread(error));
            }
        }
        if !settings.is_recovering {
            journal::set_default(&journal);
        }
        Ok(Some(Self { journal, commands }))
    }
}

/// Where processes that deliver to the same project meet: what one left is delivered by another.
fn folder(destination: &Destination) -> String {
    match destination {
        Destination::Langfuse { public_key, .. } => {
            let hash = hmac_sha256::Hash::hash(public_key.as_bytes());
            let digits: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            format!("langfuse-{digits}")
        }
        Destination::Collector { .. } => "collector".to_owned(),
        Destination::Discard => "discard".to_owned(),
        Destination::Files { .. } | Destination::Nowhere => "files".to_owned(),
    }
}

/// Traces whose id's low half is below this are in the sample.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 0 to 1 of 2^64, which saturates"
)]
fn threshold(rate: f64) -> u64 {
    (rate * 18_446_744_073_709_551_616.0) as u64
}

/// The sink that the settings ask for, and the words it understands.
fn destination(settings: &Settings) -> Result<Option<(Dialect, Sink)>, Error> {
    Ok(Some(match &settings.destination {
        #[cfg(feature = "http")]
        Destination::Langfuse { base_url, traces_url, public_key, secret_key, headers } => {
            let endpoint = Endpoint::langfuse(base_url, traces_url, public_key, secret_key.reveal());
            (Dialect::Langfuse, http(endpoint, headers, settings))
        }
        #[cfg(feature = "http")]
        Destination::Collector { traces_url, headers } => {
            (Dialect::Collector, http(Endpoint::collector(traces_url), headers, settings))
        }
        #[cfg(not(feature = "http"))]
        Destination::Langfuse { .. } | Destination::Collector { .. } => return Ok(None),
        Destination::Files { dir } => {
            std::fs::create_dir_all(dir).map_err(|source| Error::Directory { path: dir.clone(), source })?;
            (Dialect::Files, Sink::Files(Files::new(dir.clone(), settings.files_limit as u64)))
        }
        Destination::Discard => (Dialect::Collector, Sink::Discard),
        Destination::Nowhere => return Ok(None),
    }))
}

#[cfg(feature = "http")]
fn http(mut endpoint: Endpoint, headers: &[(String, Secret)], settings: &Settings) -> Sink {
    for (name, value) in headers {
        endpoint.header(name, value.reveal());
    }
    Sink::Http(Http::new(endpoint, settings.timeout, settings.compression))
}
