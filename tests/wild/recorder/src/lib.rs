//! `observe` as a crate under test sees it: the library itself, recording before the first test starts.
//!
//! - Nothing of the crate under test is touched for it: it is linked because the attribute names it.
//! - It records only where `OBSERVE_WILD` names a directory: traces go to files there, with every value captured.
//! - Each process adds a line to `counts` there when it ends: what became of everything, as `name=count;name=count`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

pub use ::observe::*;

const DIRECTORY: &str = "OBSERVE_WILD";

fn directory() -> Option<PathBuf> {
    std::env::var_os(DIRECTORY).map(PathBuf::from)
}

ctor::declarative::ctor! {
    #[ctor(unsafe)]
    fn start() {
        let Some(directory) = directory() else { return };
        let config = Config::new()
            .without_environment()
            .files(directory.join("traces").join(std::process::id().to_string()))
            .files_limit(8 << 20)
            .capture_limit(16 << 10);
        match config.init() {
            Ok(guard) => std::mem::forget(guard),
            Err(error) => eprintln!("observe does not record: {error}"),
        }
    }
}

dtor::declarative::dtor! {
    #[dtor(unsafe)]
    fn finish() {
        let Some(directory) = directory() else { return };
        // This thread's thread-locals may be gone already: another one has its own.
        let stats = std::thread::spawn(|| shutdown(Duration::from_secs(120))).join().unwrap_or_default();
        let mut line = format!("recorded={};delivered={};pending={}", stats.recorded, stats.delivered, stats.pending);
        for (reason, count) in &stats.lost {
            line.push_str(&format!(";lost ({reason})={count}"));
        }
        line.push('\n');
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .open(directory.join("counts"))
            .and_then(|mut file| file.write_all(line.as_bytes()));
        if let Err(error) = written {
            eprintln!("the counts could not be written: {error}");
        }
    }
}
