//! Each function is named after the lint that says something of it, but not once it is observed.

use std::future::{Future, ready};

use observe::observe;

pub struct Agent {
    name: String,
}

#[observe]
pub fn boxed_local(n: Box<u8>) -> u8 {
    *n
}

/// Not a sentence
#[observe]
pub fn doc_paragraphs_missing_punctuation() {}

#[observe]
pub async fn elidable_lifetime_names<'a>(text: &'a str, n: u8) -> std::str::Chars<'a> {
    ready(n).await;
    text.chars()
}

#[observe]
pub async fn implicit_return(text: &str) -> Agent {
    ready(()).await;
    Agent { name: text.to_owned() }
}

#[observe]
pub fn manual_async_fn(n: u8) -> impl Future<Output = u8> {
    async move { n }
}

#[observe]
pub fn missing_const_for_fn(agent: &Agent) -> &str {
    agent.name.as_str()
}

#[observe]
pub async fn missing_errors_doc(text: &str) -> Result<String, String> {
    ready(Err(text.to_owned())).await
}

#[observe]
pub async fn needless_lifetimes<'a>(text: &'a str) -> &'a str {
    ready(text).await
}

#[observe]
pub fn needless_pass_by_value(text: String) -> usize {
    text.len()
}

#[observe]
pub async fn needless_question_mark(text: &str) -> Result<u8, std::num::ParseIntError> {
    ready(()).await;
    Ok(text.parse::<u8>()?)
}

#[observe]
pub fn not_unsafe_ptr_arg_deref(pointer: *const u8) -> u8 {
    unsafe { *pointer }
}

#[observe]
pub fn only_used_in_recursion(n: u8, other: u8) -> u8 {
    if n == 0 { 0 } else { only_used_in_recursion(n - 1, other) }
}

#[observe]
pub fn ptr_arg(list: &Vec<u8>) -> usize {
    list.len()
}

#[observe]
pub fn unconditional_recursion(n: u8) -> u8 {
    unconditional_recursion(n)
}

#[observe]
fn unnecessary_wraps(n: u8) -> Result<u8, String> {
    Ok(n)
}

#[observe]
pub fn unused_assignments(mut n: u8) -> u8 {
    n = 1;
    n
}

#[observe]
pub async fn unused_async(n: u8) -> u8 {
    n
}

#[observe]
#[must_use]
pub async fn must_be_used(n: u8) -> u8 {
    ready(n).await
}

pub async fn unused_must_use() {
    must_be_used(1).await;
}

impl Agent {
    #[observe]
    fn unused_self(self) -> u8 {
        1
    }
}

#[observe]
#[rustfmt::skip]
pub fn unused_unit() -> () {}

#[observe]
pub fn unused_variables(text: &str) {}

fn main() {
    let _ = unnecessary_wraps(1);
    let _ = Agent { name: String::new() }.unused_self();
}
