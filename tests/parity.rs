//! With `#[observe]` a function does what it does without: each file of `parity/` is compiled twice, with an
//! attribute of the same name that changes nothing and with the real one, and the two are compared in result,
//! type, order of drops, panic, and for futures in size and `Send`, recorded and not.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![expect(clippy::duplicate_mod, reason = "this is how one source becomes two")]

use std::collections::BTreeSet;

use observe::testing::captured;

use crate::report::{Line, Report};

#[path = "parity/report.rs"]
mod report;

#[path = "parity"]
mod plain {
    pub(crate) use unobserved::observe;

    pub(crate) mod arguments;
    pub(crate) mod asynchronous;
    pub(crate) mod drops;
    pub(crate) mod generics;
    pub(crate) mod methods;
    pub(crate) mod names;
    pub(crate) mod panics;
    pub(crate) mod returns;
    pub(crate) mod streams;
}

#[path = "parity"]
mod observed {
    pub(crate) use observe::observe;

    pub(crate) mod arguments;
    pub(crate) mod asynchronous;
    pub(crate) mod drops;
    pub(crate) mod generics;
    pub(crate) mod methods;
    pub(crate) mod names;
    pub(crate) mod panics;
    pub(crate) mod returns;
    pub(crate) mod streams;
}

/// What an observed future may add to a plain one, in bytes.
const GROWTH: usize = 48;

type Run = fn(&mut Report);

/// Each file, plain and observed.
const FILES: &[(&str, Run, Run)] = &[
    ("arguments", plain::arguments::run, observed::arguments::run),
    ("asynchronous", plain::asynchronous::run, observed::asynchronous::run),
    ("drops", plain::drops::run, observed::drops::run),
    ("generics", plain::generics::run, observed::generics::run),
    ("methods", plain::methods::run, observed::methods::run),
    ("names", plain::names::run, observed::names::run),
    ("panics", plain::panics::run, observed::panics::run),
    ("returns", plain::returns::run, observed::returns::run),
    ("streams", plain::streams::run, observed::streams::run),
];

fn report(run: Run) -> Report {
    let mut report = Report::default();
    run(&mut report);
    report
}

/// Every difference between the two.
fn differences(plain: &Report, observed: &Report) -> Vec<String> {
    let mut found = Vec::new();
    assert_eq!(plain.0.len(), observed.0.len());
    for (plain, observed) in plain.0.iter().zip(&observed.0) {
        let seen = |line: &Line| {
            let seen = format!("{:?} {} {:?}", line.outcome, line.output, line.events);
            seen.replace("parity::plain::", "").replace("parity::observed::", "")
        };
        let is_same = seen(plain) == seen(observed)
            && match (plain.shape, observed.shape) {
                (None, None) => true,
                (Some(plain), Some(observed)) => {
                    plain.is_send == observed.is_send && observed.size <= plain.size + GROWTH * observed.levels
                }
                _ => false,
            };
        if !is_same {
            found.push(format!("{}\n  plain    {plain:?}\n  observed {observed:?}\n", plain.call));
        }
    }
    found
}

#[test]
fn recorded_functions_do_what_plain_ones_do() {
    let mut found = Vec::new();
    for (file, plain, observed) in FILES {
        let (observed, _) = captured(|| report(*observed));
        found.extend(
            differences(&report(*plain), &observed).into_iter().map(|difference| format!("{file}: {difference}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn functions_that_are_not_recorded_do_what_plain_ones_do() {
    let mut found = Vec::new();
    for (file, plain, observed) in FILES {
        found.extend(
            differences(&report(*plain), &report(*observed))
                .into_iter()
                .map(|difference| format!("{file}: {difference}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn these_are_many_functions_and_all_of_them_were_recorded() {
    let (mut names, mut written) = (BTreeSet::new(), 0);
    for (file, _, observed) in FILES {
        let ((), recorded) = captured(|| drop(report(*observed)));
        names.extend(recorded.observations().into_iter().map(|observation| (*file, observation.name)));
        let source = format!("{}/tests/parity/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        written += std::fs::read_to_string(source).unwrap().matches("#[observe").count();
    }
    assert!(names.len() >= 150, "{}", names.len());
    assert!(names.len() >= written - 5, "{} of {written}: {names:?}", names.len());
}
