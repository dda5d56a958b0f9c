//! Nothing that can be sent or typed makes the program panic, the database complain, or what is right get lost beside what is
//! wrong. `OBSERVE_FUZZ_SECONDS` makes it try for longer; CONTRIBUTING.md says how.

mod ingestion;
mod otlp;
mod query;
mod shapes;

use std::cell::Cell;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::Connection;

use crate::export::{Format, Whole};
use crate::model::Change;
use crate::store::{apply_all, prices};
use crate::view;

/// Tries cases until the time is over, a few hundred at least.
fn fuzz<S: Strategy>(name: &str, strategy: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let seconds = std::env::var("OBSERVE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let begun = Instant::now();
    let tried = Cell::new(0_u64);
    loop {
        let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
        let counted = |case| {
            tried.set(tried.get() + 1);
            check(case)
        };
        if let Err(error) = runner.run(strategy, counted) {
            panic!("{name}: {error}");
        }
        if begun.elapsed() >= Duration::from_secs(seconds) {
            eprintln!("{name}: {} inputs in {} s", tried.get(), begun.elapsed().as_secs());
            return;
        }
    }
}

/// Stores changes, looks at every trace that they are of in every way, and forgets them. Returns the ids of traces and
/// observations that were there.
fn stored(db: &mut Connection, changes: &[Change]) -> Result<Vec<(String, String)>, TestCaseError> {
    let failed = |error: rusqlite::Error| TestCaseError::fail(format!("{error}: {changes:?}"));
    let transaction = db.savepoint().map_err(failed)?;
    // In two steps: what is said later meets what is stored.
    let (early, late) = changes.split_at(changes.len() / 2);
    for part in [early, late] {
        apply_all(&transaction, part).map_err(failed)?;
    }
    let rows = rows(&transaction).map_err(failed)?;
    let wrong = wrong_sums(&transaction).map_err(failed)?;
    prop_assert!(wrong.is_empty(), "the sums of {wrong:?} are not those of their observations: {changes:?}");

    let mut traces: Vec<&String> = rows.iter().map(|(trace, _)| trace).collect();
    traces.dedup();
    for trace in traces {
        let whole = Whole::read(&transaction, trace, prices()).map_err(failed)?;
        let whole = whole.ok_or_else(|| TestCaseError::fail(format!("the trace {trace:?} is not shown")))?;
        for format in [Format::Csv, Format::Jsonl, Format::Otlp] {
            prop_assert!(std::str::from_utf8(&format.line(&whole)).is_ok());
        }
        view::within(&transaction, trace, "a%_\\").map_err(failed)?;
    }
    transaction.finish().map_err(failed)?;
    Ok(rows)
}

fn rows(db: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    db.prepare_cached("SELECT t.id, o.id FROM obs o JOIN trace t ON t.rid = o.trace ORDER BY t.id, o.id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Traces whose row does not say what its observations come to. Beyond 1e15 tokens nobody counts.
fn wrong_sums(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT t.id FROM trace t LEFT JOIN (
            SELECT trace, count(*) AS observations, total(level = 3) AS errors, total(level = 2) AS warnings, total(level = 0) AS debugs,
            total(input_tokens) AS inputs, total(output_tokens) AS outputs, total(total_tokens) AS totals, min(start) AS start,
            max(coalesce(end, start)) AS end FROM obs GROUP BY trace
        ) o ON o.trace = t.rid
        WHERE t.observations <> coalesce(o.observations, 0) OR t.errors <> coalesce(o.errors, 0)
        OR t.warnings <> coalesce(o.warnings, 0) OR t.debugs <> coalesce(o.debugs, 0)
        OR (o.inputs < 1e15 AND t.input_tokens <> o.inputs) OR (o.outputs < 1e15 AND t.output_tokens <> o.outputs)
        OR (o.totals < 1e15 AND t.total_tokens <> o.totals) OR t.end < o.end
        OR (t.observations > 0 AND t.root IS NULL AND EXISTS (SELECT 1 FROM obs r WHERE r.trace = t.rid AND r.parent IS NULL))
        OR NOT EXISTS (SELECT 1 FROM detail d WHERE d.rid = t.rid)";
    db.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// What happens to bytes on their way.
#[derive(Clone, Debug)]
enum Harm {
    Change(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    /// A part comes again somewhere else.
    Repeat(usize, usize, usize),
}

fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let place = 0..1_usize << 20;
    let harm = prop_oneof![
        4 => (place.clone(), any::<u8>()).prop_map(|(place, byte)| Harm::Change(place, byte)),
        1 => place.clone().prop_map(Harm::Cut),
        2 => (place.clone(), proptest::collection::vec(any::<u8>(), 1..8)).prop_map(|(place, bytes)| Harm::Insert(place, bytes)),
        2 => (place.clone(), 1..32_usize).prop_map(|(place, length)| Harm::Remove(place, length)),
        2 => (place.clone(), place, 1..64_usize).prop_map(|(from, to, length)| Harm::Repeat(from, to, length)),
    ];
    proptest::collection::vec(harm, 0..5)
}

fn harmed(mut bytes: Vec<u8>, harms: &[Harm]) -> Vec<u8> {
    for harm in harms {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        let part = |from: usize, long: usize| from % length..(from % length + long).min(length);
        match harm {
            Harm::Change(place, byte) => bytes[place % length] = *byte,
            Harm::Cut(place) => bytes.truncate(place % length),
            Harm::Insert(place, new) => drop(bytes.splice(place % length..place % length, new.iter().copied())),
            Harm::Remove(place, long) => drop(bytes.drain(part(*place, *long))),
            Harm::Repeat(from, to, long) => {
                let again = bytes[part(*from, *long)].to_vec();
                bytes.splice(to % length..to % length, again);
            }
        }
    }
    bytes
}
