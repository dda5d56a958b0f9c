//! What earlier editions read otherwise.

use super::observe;
use crate::report::{Loud, Report, call, event, future, pause};

#[observe]
fn r#gen(r#gen: u8) -> u8 {
    r#gen + 1
}

#[observe]
fn captures_lifetimes(text: &str) -> impl Fn() -> usize {
    move || text.len()
}

#[observe]
fn captures_no_lifetime(text: &str) -> impl Fn() -> usize + use<> {
    let length = text.len();
    move || length
}

fn outlived() -> usize {
    let length = captures_no_lifetime(&String::from("gone"));
    length()
}

#[observe]
async fn captures_lifetimes_later(text: &str) -> impl Iterator<Item = char> {
    pause().await;
    text.chars().rev()
}

#[observe]
fn let_chains(option: Option<u8>, result: Result<u8, ()>) -> u8 {
    if let Some(a) = option
        && let Ok(b) = result
        && a < b
    {
        return b;
    }
    0
}

#[observe]
async fn asynchronous_closures(a: Loud) -> usize {
    let length = async |by: usize| {
        pause().await;
        a.name().len() + by
    };
    length(1).await + length(2).await
}

#[observe]
fn temporaries_of_if_let() -> u8 {
    if Some(Loud("temporary")).as_ref().is_some_and(|_| false) {
        0
    } else {
        event("else");
        1
    }
}

pub(crate) fn run(report: &mut Report) {
    call!(report, r#gen(1));
    call!(report, captures_lifetimes("text")());
    call!(report, outlived());
    call!(report, crate::report::block_on(captures_lifetimes_later("text")).collect::<String>());
    call!(report, let_chains(Some(1), Ok(2)));
    future!(report, asynchronous_closures(Loud("a")));
    call!(report, temporaries_of_if_let());
}
