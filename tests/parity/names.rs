//! Types of one's own that are called like those everybody knows, and can nothing.

#![allow(non_camel_case_types, reason = "some of those are written small")]
#![allow(clippy::builtin_type_shadow, reason = "this is what it is about")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "references are looked through")]
#![allow(clippy::needless_pass_by_value, reason = "arguments are passed to be captured")]

use super::observe;
use crate::report::{Report, call, future, pause};

pub(crate) struct u8(pub(crate) ::std::primitive::u8);
pub(crate) struct str(pub(crate) &'static ::std::primitive::str);
pub(crate) struct String;
pub(crate) struct Vec<T>(T);
pub(crate) struct Option<T>(T);
pub(crate) struct Box<T>(T);
pub(crate) struct Future<T>(T);
pub(crate) type bool = ::std::vec::Vec<Refusal>;
pub(crate) type Result<T> = ::std::result::Result<T, Refusal>;
pub(crate) trait Stream {
    type Item;
    fn first(self) -> Self::Item;
}

impl<T> Stream for Vec<T> {
    type Item = T;
    fn first(self) -> T {
        self.0
    }
}

pub(crate) struct Refusal(&'static ::std::primitive::str);

#[observe]
fn number(n: u8) -> u8 {
    u8(n.0 + 1)
}

#[observe]
fn references<'a>(a: &'a u8, b: &&'a u8, c: &str) -> &'a u8 {
    if c.0.is_empty() { a } else { b }
}

#[observe]
async fn number_later(n: u8, text: &str) -> usize {
    pause().await;
    text.0.len() + usize::from(n.0)
}

#[observe]
fn text(_: String) -> String {
    String
}

#[observe]
fn nested(a: Vec<Option<Box<u8>>>, b: Future<String>) -> Vec<Future<String>> {
    Vec(Future(if a.0.0.0.0 > 0 { b.0 } else { String }))
}

#[observe]
fn alias(list: bool) -> usize {
    list.len()
}

#[observe]
fn result(n: u8) -> Result<u8> {
    if n.0 == 0 { Err(Refusal("none")) } else { Ok(n) }
}

#[observe]
fn parameter<u16, i32: Copy>(a: u16, b: &i32) -> (u16, i32) {
    (a, *b)
}

#[observe]
fn no_stream(n: u8) -> impl Stream<Item = u8> {
    Vec(n)
}

#[observe]
async fn no_stream_later(n: u8) -> impl Stream<Item = u8> + Send {
    pause().await;
    Vec(n)
}

pub(crate) fn run(report: &mut Report) {
    call!(report, number(u8(1)).0);
    call!(report, references(&u8(1), &&u8(2), &str("three")).0);
    future!(report, number_later(u8(1), &str("two")));
    call!(report, matches!(text(String), String));
    call!(report, matches!(nested(Vec(Option(Box(u8(1)))), Future(String)), Vec(Future(String))));
    call!(report, alias(vec![Refusal("a")]));
    call!(report, result(u8(0)).map_err(|refusal| refusal.0).map(|n| n.0));
    call!(report, no_stream(u8(4)).first().0);
    future!(report, async { no_stream_later(u8(4)).await.first().0 });
    call!(report, parameter("a", &2));
}
