//! Taking over what dead processes left, on a thread of its own.
//!
//! - It ends up as files of finished items in this process's home: first written beside what they are
//!   made from, then made valid by one rename, then moved. A process that dies in between leaves
//!   either what it found or what it made, never both.
//! - What had not ended is delivered as an error that says so, with all that was said of it.
//! - What a process with a mask left unmasked is taken over by a process with a mask only.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};

use super::fold::Fold;
use super::outbox::Terms;
use super::spool::{self, SUFFIX, Spooled};
use super::trace::Trace;
use crate::diagnostics;
use crate::finished::{Item, TraceAttributes};
use crate::journal::{self, Dead, Journal, MASKED, Recovery, Stored};
use crate::loss::{Counters, Loss};
use crate::observation::Outcome;
use crate::prepare::Prepare;
use crate::record::{self, Kind, Record};
use crate::sink::Signal;

/// Starts to recover what is beside the journal's home. The files come as they are made; the end of them is the end.
pub(super) fn start(journal: &Arc<Journal>, prepare: Prepare, terms: Terms) -> Option<Receiver<Vec<Spooled>>> {
    let home = journal.home.clone()?;
    let (sender, receiver) = channel();
    let journal = journal.clone();
    let work = move || {
        let Some(recovery) = home.dir().parent().and_then(Recovery::begin) else { return };
        for dead in recovery.dead() {
            let name = dead.dir.display().to_string();
            let next = |kind: &str| home.path(kind);
            match recover(dead, &next, &prepare, terms) {
                Ok(files) => {
                    let items: usize = files.iter().map(|file| file.items).sum();
                    diagnostics::debug(|| format!("took over {items} items from `{name}`"));
                    journal.counters.recovered.fetch_add(items as u64, Ordering::Relaxed);
                    let _ = sender.send(files);
                    journal.wake.notify_one();
                }
                Err(error) => diagnostics::warn(&format!("cannot take over what is left in `{name}`: {error}")),
            }
        }
    };
    std::thread::Builder::new().name("observe-recovery".to_owned()).spawn(work).ok()?;
    Some(receiver)
}

/// Makes what a dead process left into files of finished items, named by `next`.
pub(super) fn recover(
    dead: Dead,
    next: &dyn Fn(&str) -> std::path::PathBuf,
    prepare: &Prepare,
    terms: Terms,
) -> std::io::Result<Vec<Spooled>> {
    if dead.is_of_another_version() {
        let error = "it is of another version of this library, which can deliver it";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, error));
    }
    let (valid, made) = (dead.dir.join("recovered"), dead.dir.join("recovered.new"));
    if !valid.is_dir() {
        if dead.has(MASKED) && prepare.mask.is_none() && !dead.files("-segment").is_empty() {
            let error = "its process had a mask, and this one has none";
            return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, error));
        }
        let _ = fs::remove_dir_all(&made);
        fs::create_dir(&made)?;
        let (items, process) = unfinished(&dead, &prepare.counters);
        write(items, &process, &made, prepare, terms)?;
        fs::rename(&made, &valid)?;
    }
    for path in ["-segment", "-carried"].iter().flat_map(|kind| dead.files(kind)) {
        fs::remove_file(path)?;
    }
    let mut files = Vec::new();
    for path in dead.files(SUFFIX).into_iter().chain(entries(&valid)) {
        files.extend(adopt(&path, next)?);
    }
    dead.remove()?;
    Ok(files)
}

/// Moves a file of finished items to where `next` says, with what is noted beside it.
fn adopt(path: &Path, next: &dyn Fn(&str) -> std::path::PathBuf) -> std::io::Result<Option<Spooled>> {
    let bytes = path.metadata()?.len();
    let Some(file) = Spooled::of(Arc::new(Stored { path: path.to_owned(), bytes })) else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let target = next(name.split_once('-').map_or(&*name, |(_, kind)| kind));
    let _ = fs::rename(path.with_extension("done"), target.with_extension("done"));
    fs::rename(path, &target)?;
    Ok(Some(Spooled { keep: Arc::new(Stored { path: target, bytes }), ..file }))
}

fn entries(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

/// What a dead process's segments say that was not done, and the record that says what the process was called.
fn unfinished(dead: &Dead, counters: &Counters) -> (Vec<Item>, Vec<u8>) {
    let mut records = Vec::new();
    let damaged = dead.records(record::key, |bytes| record::frame(&mut records, bytes));
    counters.lose(Loss::Unreadable, damaged);
    let (mut about, mut process) = (Trace::new(&Arc::default()), Vec::new());
    dead.about(|bytes| match Record::read(bytes) {
        Some(record) if record.kind == Kind::Process => process = bytes.to_vec(),
        Some(record) => about.set(record.time, record.fields()),
        None => {}
    });
    (items(&records, (*about.attributes()).clone(), counters), process)
}

fn write(items: Vec<Item>, process: &[u8], dir: &Path, prepare: &Prepare, terms: Terms) -> std::io::Result<()> {
    let mut ready = Vec::new();
    items.into_iter().for_each(|item| prepare.ready(item, |item| ready.push(item)));
    let (scores, traces): (Vec<Item>, Vec<Item>) = ready.into_iter().partition(|item| matches!(item, Item::Score(_)));
    let mut number = 0;
    for (signal, items) in [(Signal::Traces, traces), (Signal::Scores, scores)] {
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some(item) = items
                .next_if(|item| batch.is_empty() || batch.len() < terms.count && bytes + item.weight() <= terms.bytes)
            {
                bytes += item.weight();
                batch.push(item);
            }
            let since = batch.first().map_or(0, |item: &Item| item.time() / 1_000_000);
            let name = format!("{number:08}-{}", Spooled::kind(signal, batch.len(), since));
            journal::write_file(&dir.join(name), record::frames(&spool::records(&batch, process)))?;
            number += 1;
        }
    }
    Ok(())
}

/// The items that these records make up. What is open among them ended with its process.
pub(super) fn items(records: &[u8], defaults: TraceAttributes, counters: &Counters) -> Vec<Item> {
    let last = record::frames(records).filter_map(Record::read).map(|record| record.time).max().unwrap_or(0);
    let (mut fold, mut items, scratch) = (Fold::new(defaults, u64::MAX).careful(), Vec::new(), Counters::default());
    fold.add(record::frames(records), None, 1, &scratch);
    fold.finish(last, Outcome::Killed, "process ended before this finished", &mut items, &scratch);
    for (reason, count) in scratch.losses() {
        // Something said of what was delivered long ago is not news.
        if reason == Loss::Unreadable {
            counters.lose(reason, count);
        }
    }
    items.sort_by_key(|item| (item.trace().to_bytes(), item.time()));
    items
}
