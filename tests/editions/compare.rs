//! Runs both variants and compares what can be seen of them.

#![allow(
    clippy::uninlined_format_args,
    reason = "in edition 2018 an assertion does not format a text that stands alone"
)]

use observe::testing::captured;

use crate::report::{Line, Report, Shape};
use crate::{observed, plain};

/// What an observed future may add to a plain one, in bytes.
const GROWTH: usize = 48;

/// Each call as text, and the size and `Send` of its future.
fn seen(run: fn(&mut Report)) -> Vec<(String, Option<Shape>)> {
    let mut report = Report::default();
    run(&mut report);
    let line =
        |line: &Line| (format!("{} {:?} {} {:?}", line.call, line.outcome, line.output, line.events), line.shape);
    report.0.iter().map(line).collect()
}

fn compare(plain: fn(&mut Report), observed: fn(&mut Report)) {
    let plain = seen(plain);
    let (recorded, spans) = captured(|| seen(observed));
    assert!(spans.observations().len() > plain.len() / 2, "{}", spans);
    for observed in [seen(observed), recorded].iter() {
        assert_eq!(observed.len(), plain.len());
        for ((plain, plain_shape), (observed, observed_shape)) in plain.iter().zip(observed) {
            assert_eq!(observed, plain);
            if let (Some(ours), Some(theirs)) = (observed_shape, plain_shape) {
                assert_eq!(ours.is_send, theirs.is_send, "{}", plain);
                assert!(ours.size <= theirs.size + GROWTH * ours.levels, "{}: {:?} {:?}", plain, ours, theirs);
            }
        }
    }
}

#[test]
fn what_every_edition_compiles() {
    compare(plain::cases::run, observed::cases::run);
}

#[test]
fn what_this_edition_reads_in_its_own_way() {
    compare(plain::own::run, observed::own::run);
}
