//! When arguments, locals and temporaries go.

#![allow(clippy::needless_pass_by_value, reason = "arguments are passed to be dropped")]
#![allow(clippy::toplevel_ref_arg, reason = "some are bound by reference")]

use std::cell::RefCell;
use std::future::Future;

use super::observe;
use crate::report::{Loud, Report, block_on, call, event, future, pause};

struct Two {
    first: Loud,
    second: Loud,
}

#[observe]
fn body(name: &str) {
    event(format!("body of {name}"));
}

#[observe]
fn arguments_in_reverse(a: Loud, b: Loud, c: Loud) -> usize {
    event("body");
    a.name().len() + b.name().len() + c.name().len()
}

#[observe]
fn some_unused(a: Loud, _b: Loud, c: Loud) -> usize {
    event("body");
    c.name().len() + a.name().len()
}

#[observe]
fn none_used(_a: Loud, _b: Loud) {
    event("body");
}

#[observe]
fn partly_used(two: Two) -> usize {
    event("body");
    two.second.name().len()
}

#[observe]
fn partly_moved(two: Two) -> Loud {
    event("body");
    two.second
}

#[observe]
fn never_bound(_: Loud, b: Loud) -> usize {
    event("body");
    b.name().len()
}

#[observe]
fn bound_by_reference(ref a: Loud, ref mut b: Loud, (ref mut c, d): (Loud, Loud)) -> usize {
    event("body");
    b.0 = "renamed";
    c.0 = "renamed too";
    a.name().len() + d.name().len()
}

#[observe]
async fn bound_by_reference_later(ref a: Loud, ref mut b: Loud, (ref mut c, d): (Loud, Loud)) -> usize {
    pause().await;
    b.0 = "renamed";
    c.0 = "renamed too";
    a.name().len() + d.name().len()
}

#[observe(name = "literal")]
fn named_by_a_literal(a: Loud, mut b: Loud, _c: Loud) -> usize {
    event("body");
    b.0 = "renamed";
    a.name().len() + b.name().len()
}

#[observe]
fn some_fields_bound(Two { second, .. }: Two) -> usize {
    event("body");
    second.name().len()
}

#[observe]
fn tuple_bound((a, b): (Loud, Loud)) -> usize {
    event("body");
    a.name().len() + b.name().len()
}

#[observe]
fn moved_on(a: Loud, b: Loud) -> Loud {
    drop(b);
    event("body");
    a
}

#[observe]
fn locals(a: Loud) -> usize {
    let _first = Loud("first local");
    let second = Loud("second local");
    drop(a);
    second.name().len()
}

#[observe]
fn temporary_in_the_tail() -> usize {
    let cell = RefCell::new(Loud("in the cell"));
    let _local = Loud("local");
    Loud("temporary").name().len() + cell.borrow().name().len()
}

#[observe]
fn early(a: Loud, leave: bool) -> Option<Loud> {
    let _local = Loud("local");
    if leave {
        return None;
    }
    event("went on");
    Some(a)
}

#[observe]
fn question_mark(a: Loud, result: Result<u8, Loud>) -> Result<usize, Loud> {
    let _local = Loud("local");
    let n = result?;
    Ok(a.name().len() + usize::from(n))
}

#[observe]
fn mutable(mut a: Loud, b: Loud) -> usize {
    event(a.name());
    a = Loud("instead of a");
    event("assigned");
    a.name().len() + b.name().len()
}

impl Two {
    #[observe]
    fn consumed(self, _other: Loud) -> usize {
        event("body");
        self.first.name().len()
    }

    #[observe]
    fn first(self, other: Loud) -> Loud {
        drop(other);
        self.first
    }

    #[observe]
    async fn consumed_later(self, other: Loud) -> usize {
        pause().await;
        event("body");
        self.first.name().len() + other.name().len()
    }
}

#[observe]
async fn arguments_later(a: Loud, b: Loud) -> usize {
    event("polled");
    pause().await;
    event("polled again");
    a.name().len() + b.name().len()
}

#[observe]
async fn used_in_another_order(a: Loud, b: Loud, c: Loud) -> usize {
    let length = b.name().len();
    pause().await;
    length + a.name().len() + c.name().len()
}

#[observe]
async fn unused_later(_a: Loud, _b: Loud) {
    event("polled");
    pause().await;
    event("polled again");
}

#[observe]
async fn never_bound_later(_: Loud, b: Loud) -> usize {
    event("polled");
    pause().await;
    b.name().len()
}

#[observe]
async fn some_fields_bound_later(Two { second, .. }: Two) -> usize {
    event("polled");
    pause().await;
    second.name().len()
}

#[observe]
async fn tuple_bound_later((a, b): (Loud, Loud), mut c: Loud) -> usize {
    event("polled");
    pause().await;
    event(c.name());
    c = Loud("instead of c");
    a.name().len() + b.name().len() + c.name().len()
}

#[observe]
async fn partly_used_later(two: Two) -> usize {
    pause().await;
    two.second.name().len()
}

#[observe]
async fn locals_later(a: Loud) -> usize {
    let _first = Loud("first local");
    pause().await;
    let second = Loud("second local");
    drop(a);
    second.name().len()
}

#[observe]
async fn temporary_in_the_tail_later() -> usize {
    let cell = RefCell::new(Loud("in the cell"));
    pause().await;
    Loud("temporary").name().len() + cell.borrow().name().len()
}

#[observe]
async fn early_later(a: Loud, leave: bool) -> Option<Loud> {
    let _local = Loud("local");
    pause().await;
    if leave {
        return None;
    }
    Some(a)
}

#[observe]
async fn never_ready(a: Loud, b: Loud) -> usize {
    let _local = Loud("local");
    std::future::pending::<()>().await;
    a.name().len() + b.name().len()
}

#[observe]
fn prepares(a: Loud) -> impl Future<Output = usize> {
    event("prepared");
    async move {
        pause().await;
        a.name().len()
    }
}

/// Polled once, then dropped.
fn abandoned<F: Future>(future: F) {
    let mut future = Box::pin(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    event("abandoned");
    drop(future);
    event("gone");
}

fn two() -> Two {
    Two { first: Loud("first"), second: Loud("second") }
}

pub(crate) fn run(report: &mut Report) {
    let (a, b, c) = (|| Loud("a"), || Loud("b"), || Loud("c"));
    call!(report, body("x"));
    call!(report, arguments_in_reverse(a(), b(), c()));
    call!(report, bound_by_reference(Loud("a"), Loud("b"), (Loud("c"), Loud("d"))));
    future!(report, bound_by_reference_later(Loud("a"), Loud("b"), (Loud("c"), Loud("d"))));
    call!(report, named_by_a_literal(Loud("a"), Loud("b"), Loud("c")));
    call!(report, some_unused(a(), b(), c()));
    call!(report, none_used(a(), b()));
    call!(report, partly_used(two()));
    call!(report, partly_moved(two()));
    call!(report, never_bound(a(), b()));
    call!(report, some_fields_bound(two()));
    call!(report, tuple_bound((a(), b())));
    call!(report, moved_on(a(), b()));
    call!(report, locals(a()));
    call!(report, temporary_in_the_tail());
    call!(report, early(a(), true));
    call!(report, early(a(), false));
    call!(report, question_mark(a(), Err(b())));
    call!(report, question_mark(a(), Ok(1)));
    call!(report, mutable(a(), b()));
    call!(report, two().consumed(a()));
    call!(report, two().first(a()));
    future!(report, two().consumed_later(a()));
    future!(report, arguments_later(a(), b()));
    future!(report, used_in_another_order(a(), b(), c()));
    future!(report, unused_later(a(), b()));
    future!(report, never_bound_later(a(), b()));
    future!(report, some_fields_bound_later(two()));
    future!(report, tuple_bound_later((a(), b()), c()));
    future!(report, partly_used_later(two()));
    future!(report, locals_later(a()));
    future!(report, temporary_in_the_tail_later());
    future!(report, early_later(a(), true));
    future!(report, early_later(a(), false));
    call!(report, abandoned(never_ready(a(), b())));
    call!(report, abandoned(arguments_later(a(), b())));
    call!(report, abandoned(unused_later(a(), b())));
    call!(report, drop(arguments_later(a(), b())));
    call!(report, drop(unused_later(a(), b())));
    call!(report, block_on(prepares(a())));
    call!(report, drop(prepares(a())));
}
