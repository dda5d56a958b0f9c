//! What other editions read otherwise.

use super::observe;
use crate::report::{Report, call, future, pause};

#[observe]
fn gen(gen: u8) -> u8 {
    gen + 1
}

#[observe]
async fn arrays_iterate_over_values(list: [u8; 2]) -> Vec<u8> {
    pause().await;
    list.into_iter().map(|n: u8| n + 1).collect()
}

#[observe]
fn closures_take_fields(pair: &mut (u8, u8)) -> u8 {
    let first = &mut pair.0;
    let add = |n| pair.1 + n;
    *first += 1;
    add(*first)
}

#[observe]
fn captures_no_lifetime(text: &str) -> impl Fn() -> usize {
    let length = text.len();
    move || length
}

fn outlived() -> usize {
    let length = captures_no_lifetime(&String::from("gone"));
    length()
}

#[observe]
fn or_patterns(((1 | 2, n) | (n, _)): (u8, u8)) -> String {
    format!("{n}")
}

pub(crate) fn run(report: &mut Report) {
    call!(report, gen(1));
    future!(report, arrays_iterate_over_values([1, 2]));
    call!(report, closures_take_fields(&mut (1, 2)));
    call!(report, outlived());
    call!(report, or_patterns((1, 3)));
}
