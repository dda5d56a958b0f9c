//! `observe import`: files of traces into the database.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

use crate::cli::Place;
use crate::import::{self, Found};
use crate::store::Store;
use crate::terminal::progress::Progress;
use crate::terminal::tree::counted;
use crate::terminal::{Screen, escape};

/// Changes that are stored together.
const BATCH: usize = 1_000;
/// A longer line is no line.
const LONGEST: u64 = 256 << 20;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// OTLP JSON lines, or what Langfuse exports: JSON, or JSON lines, of traces, observations or scores; also gzipped.
    /// `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let store = place.open(false)?;
    let mut problems = 0;
    for path in &arguments.files {
        let tally = read(&store, path).await?;
        screen.line(&format!(
            "{}: {}, {}, {}",
            escape::line(&path.to_string_lossy()),
            counted(tally.found.observations, "observation"),
            counted(tally.found.traces, "trace"),
            counted(tally.found.scores, "score")
        ))?;
        screen.flush()?;
        for problem in &tally.problems {
            eprintln!("observe: {}, {}", path.display(), escape::line(problem));
        }
        if tally.untold > 0 {
            eprintln!("observe: {}, and {} more of that kind", path.display(), tally.untold);
        }
        problems += tally.problems.len() + tally.untold;
    }
    if problems > 0 {
        return Err(format!("{problems} entries were left out, all others are stored").into());
    }
    Ok(())
}

/// What a file held.
#[derive(Debug, Default)]
struct Tally {
    found: Found,
    /// The first ones, with their lines.
    problems: Vec<String>,
    untold: usize,
}

impl Tally {
    fn add(&mut self, line: usize, found: Found) -> Vec<crate::model::Change> {
        self.found.observations += found.observations;
        self.found.traces += found.traces;
        self.found.scores += found.scores;
        for problem in found.problems {
            if self.problems.len() < 10 {
                self.problems.push(format!("line {line}: {problem}"));
            } else {
                self.untold += 1;
            }
        }
        found.changes
    }
}

async fn read(store: &Store, path: &Path) -> Result<Tally, Box<dyn Error>> {
    let failed = |error: io::Error| format!("{} cannot be read: {error}", path.display());
    let (mut input, size) = open(path).map_err(failed)?;
    let progress = Progress::new("importing", size, true);
    let mut tally = Tally::default();
    // A file is one JSON value over several lines, or a value on each line.
    let (mut line, mut number, mut changes) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let length = input.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(failed)?;
        if length == 0 {
            break;
        }
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(value) => changes.extend(tally.add(number, import::value(value))),
            Err(_) if number == 1 => {
                input.read_to_end(&mut line).map_err(failed)?;
                let whole = serde_json::from_slice(&line);
                let value = whole.map_err(|error| format!("{} is no JSON: {error}", path.display()))?;
                changes.extend(tally.add(1, import::value(value)));
            }
            Err(error) => {
                changes.extend(tally.add(number, Found::problem(format!("no JSON: {error}"))));
            }
        }
        progress.advance(line.len() as u64);
        if changes.len() >= BATCH {
            store.store(std::mem::take(&mut changes)).await?;
        }
    }
    if !changes.is_empty() {
        store.store(changes).await?;
    }
    Ok(tally)
}

/// The text of a file or of standard input, and how long it is if that is known.
fn open(path: &Path) -> io::Result<(Box<dyn BufRead>, Option<u64>)> {
    if path.as_os_str() == "-" {
        return unzipped(BufReader::new(io::stdin())).map(|input| (input, None));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    let mut input = BufReader::with_capacity(1 << 20, file);
    let size = (about.is_file() && !is_zipped(&mut input)?).then_some(about.len());
    Ok((unzipped(input)?, size))
}

fn unzipped<S: Read + 'static>(mut input: BufReader<S>) -> io::Result<Box<dyn BufRead>> {
    if is_zipped(&mut input)? {
        return Ok(Box::new(BufReader::with_capacity(1 << 20, MultiGzDecoder::new(input))));
    }
    Ok(Box::new(input))
}

fn is_zipped(input: &mut impl BufRead) -> io::Result<bool> {
    Ok(input.fill_buf()?.starts_with(&[0x1f, 0x8b]))
}
