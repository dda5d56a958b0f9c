//! What later editions read otherwise.

use super::observe;
use crate::report::{Report, call, future, pause};

#[observe]
fn gen(gen: u8) -> u8 {
    gen + 1
}

#[observe]
#[allow(clippy::into_iter_on_ref)]
fn arrays_iterate_over_references(list: [u8; 2]) -> usize {
    #[allow(array_into_iter)]
    let sizes = list.into_iter().map(|n: &u8| usize::from(*n));
    sizes.sum()
}

#[observe]
#[allow(clippy::into_iter_on_ref, clippy::map_clone)]
async fn arrays_iterate_over_references_later(list: [u8; 2]) -> Vec<u8> {
    pause().await;
    #[allow(array_into_iter)]
    let copied = list.into_iter().map(|n: &u8| *n).collect();
    copied
}

#[observe]
fn panics_with_any_text(fail: bool) -> u8 {
    if fail {
        std::panic::panic_any("{}");
    }
    1
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

pub(crate) fn run(report: &mut Report) {
    call!(report, gen(1));
    call!(report, arrays_iterate_over_references([1, 2]));
    future!(report, arrays_iterate_over_references_later([1, 2]));
    call!(report, panics_with_any_text(true));
    call!(report, outlived());
}
