//! Panics: the same message, from the same place, with the same drops on the way.

use super::observe;
use crate::report::{Loud, Report, call, event, future, pause};

#[observe]
fn panics(a: Loud, b: u8) -> u8 {
    let _local = Loud("local");
    assert!(b < 3, "too large");
    drop(a);
    assert!(b < 2, "two");
    b
}

#[observe]
fn overflows(list: &[u8], at: usize) -> u8 {
    list[at]
}

#[observe]
fn unwraps(option: Option<u8>) -> u8 {
    option.expect("there is none")
}

#[observe]
fn calls_what_panics(a: Loud) -> u8 {
    event("calls");
    panics(a, 5) + 1
}

#[observe]
fn catches() -> bool {
    std::panic::catch_unwind(|| panics(Loud("inner"), 2)).is_err()
}

#[observe]
fn never(message: &'static str) -> ! {
    event("never");
    std::panic::panic_any(message)
}

#[observe]
fn never_if(leave: bool) -> u8 {
    if leave { never("left") } else { 1 }
}

#[observe]
async fn panics_later(a: Loud, before: bool) -> u8 {
    assert!(!before, "before");
    pause().await;
    event(a.name());
    never("after")
}

#[observe]
async fn never_later(_a: Loud) -> ! {
    pause().await;
    never("never later")
}

#[observe]
async fn calls_what_panics_later(a: Loud) -> u8 {
    let _local = Loud("local");
    panics_later(a, false).await + 1
}

#[observe]
fn unimplemented_yet(_a: u8) -> impl Fn(u8) -> u8 {
    if true {
        std::panic::panic_any("not yet");
    }
    |n| n
}

/// What comes out has a type of which nothing is known by name.
#[observe]
async fn not_written_yet(_a: Loud) -> std::ops::Range<u8> {
    pause().await;
    std::panic::panic_any("not written yet")
}

#[observe]
async fn goes_round(a: Loud) -> std::ops::Range<u8> {
    let mut round = 0_u8;
    loop {
        pause().await;
        event(a.name());
        round += 1;
        if round == 2 {
            never("round");
        }
    }
}

pub(crate) fn run(report: &mut Report) {
    let a = || Loud("a");
    call!(report, panics(a(), 1));
    call!(report, panics(a(), 2));
    call!(report, panics(a(), 3));
    call!(report, overflows(&[1], 1));
    call!(report, unwraps(None));
    call!(report, calls_what_panics(a()));
    call!(report, catches());
    call!(report, {
        never("message");
    });
    call!(report, never_if(true));
    call!(report, never_if(false));
    future!(report, panics_later(a(), true));
    future!(report, panics_later(a(), false));
    call!(report, {
        crate::report::block_on(never_later(a()));
    });
    future!(report, calls_what_panics_later(a()), levels = 2);
    call!(report, unimplemented_yet(1)(2));
    future!(report, not_written_yet(a()));
    future!(report, goes_round(a()));
}
