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

#[observe]
pub fn cognitive_complexity(n: u8) -> u8 {
    let mut sum = 0;
    if n > 1 {
        sum += 1;
    }
    if n > 2 {
        sum += 2;
    }
    if n > 3 {
        sum += 3;
    }
    if n > 4 {
        sum += 4;
    }
    if n > 5 {
        sum += 5;
    }
    if n > 6 {
        sum += 6;
    }
    if n > 7 {
        sum += 7;
    }
    if n > 8 {
        sum += 8;
    }
    if n > 9 {
        sum += 9;
    }
    if n > 10 {
        sum += 10;
    }
    if n > 11 {
        sum += 11;
    }
    if n > 12 {
        sum += 12;
    }
    if n > 13 {
        sum += 13;
    }
    if n > 14 {
        sum += 14;
    }
    if n > 15 {
        sum += 15;
    }
    if n > 16 {
        sum += 16;
    }
    if n > 17 {
        sum += 17;
    }
    if n > 18 {
        sum += 18;
    }
    if n > 19 {
        sum += 19;
    }
    if n > 20 {
        sum += 20;
    }
    if n > 21 {
        sum += 21;
    }
    if n > 22 {
        sum += 22;
    }
    if n > 23 {
        sum += 23;
    }
    if n > 24 {
        sum += 24;
    }
    if n > 25 {
        sum += 25;
    }
    if n > 26 {
        sum += 26;
    }
    if n > 27 {
        sum += 27;
    }
    if n > 28 {
        sum += 28;
    }
    sum
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

pub struct Empty(pub Vec<u8>);

impl Default for Empty {
    #[observe]
    fn default() -> Self {
        Self(vec![])
    }
}

pub struct Number(u8);

impl From<&str> for Number {
    #[observe]
    fn from(text: &str) -> Self {
        Self(text.parse().unwrap())
    }
}

impl std::ops::Add for Number {
    type Output = Self;

    #[observe]
    fn add(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::ops::AddAssign for Number {
    #[observe]
    fn add_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Number {
    #[observe]
    pub fn name(&self) -> &str {
        "number"
    }
}

#[observe]
pub fn unwraps(text: &str) -> Result<u8, String> {
    Ok(text.parse::<u8>().unwrap())
}

#[observe]
pub fn adds_or_panics(n: u8) -> Option<impl Fn(u8) -> u8> {
    if n > 1 {
        return Some(move |other: u8| other + n);
    }
    panic!("less than two")
}

#[observe]
pub async fn adds_later_or_not(n: u8) -> Option<impl Fn(u8) -> u8> {
    if ready(n).await > 1 {
        return Some(move |other: u8| other + n);
    }
    unreachable!()
}

fn main() {
    let _ = unnecessary_wraps(1);
    let _ = Agent { name: String::new() }.unused_self();
}
