//! `async fn`: results, coercions, borrowing, size, `Send`.

use std::cell::Cell;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::{self, Future};
use std::num::ParseIntError;
use std::pin::Pin;
use std::rc::Rc;

use super::observe;
use crate::report::{Report, call, future, pause};

struct Opaque(u8);

#[observe]
async fn silent() {
    pause().await;
}

#[observe]
async fn sum_later(a: u8, b: u8) -> u8 {
    pause().await;
    a + b
}

#[observe]
async fn borrows(text: &str) -> usize {
    pause().await;
    text.len()
}

#[observe]
async fn returns_a_borrow<'a>(text: &'a str, _other: &str) -> &'a str {
    pause().await;
    text.trim()
}

#[observe]
async fn borrows_mutably(list: &mut Vec<u8>) -> &mut u8 {
    pause().await;
    list.push(1);
    &mut list[0]
}

#[observe]
async fn two_borrows<'a>(text: &'a str, out: &mut Vec<&'a str>) {
    pause().await;
    out.push(text);
}

#[observe]
async fn mutable_later(mut list: Vec<u8>, mut by: u8) -> Vec<u8> {
    pause().await;
    by += 1;
    list.push(by);
    list
}

#[observe]
async fn local_later(mut text: &str) -> usize {
    let local = text.repeat(2);
    text = &local;
    pause().await;
    text.len()
}

#[observe]
async fn patterns_later((a, b): (u8, u8), [first, ..]: [u8; 3], &c: &u8, Opaque(d): Opaque) -> u8 {
    pause().await;
    a + b + first + c + d
}

#[observe]
async fn mutable_pattern_later((mut a, b): (u8, u8)) -> u8 {
    pause().await;
    a += b;
    a
}

#[observe]
async fn unused_later(_number: u8, _opaque: Opaque) {
    pause().await;
}

#[observe]
async fn impl_argument(text: impl Into<String> + Send, times: impl Fn() -> usize) -> String {
    let text = text.into();
    pause().await;
    text.repeat(times())
}

#[observe]
async fn question_mark_later(text: &str) -> Result<u8, ParseIntError> {
    pause().await;
    Ok(text.parse::<u8>()? + 1)
}

#[observe]
async fn converted_later(text: &str) -> Result<u8, Box<dyn Error + Send + Sync>> {
    pause().await;
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.parse()?)
}

#[observe]
async fn anyhow_later(text: &str) -> anyhow::Result<u8> {
    pause().await;
    anyhow::ensure!(!text.is_empty(), "nothing to read");
    Ok(text.parse()?)
}

#[observe]
async fn option_later(list: &[u8]) -> Option<&u8> {
    pause().await;
    let (first, rest) = list.split_first()?;
    rest.get(usize::from(*first))
}

#[observe]
async fn early_later(n: u8) -> Box<dyn Debug> {
    pause().await;
    if n == 0 {
        return Box::new(1);
    }
    Box::new("x")
}

#[observe]
async fn unsized_later(many: bool) -> &'static [u8] {
    pause().await;
    if many { &[1, 2] } else { &[] }
}

#[observe]
async fn inferred_later() -> Vec<u64> {
    pause().await;
    "1 2".split(' ').flat_map(str::parse).collect()
}

#[observe]
async fn opaque_later(n: u8) -> impl Display {
    pause().await;
    n + 1
}

#[observe]
async fn result_of_opaque_later(n: u8) -> Result<impl Fn(u8) -> u8, String> {
    pause().await;
    if n == 0 {
        return Err("zero".to_owned());
    }
    Ok(move |m| m + n)
}

#[observe]
async fn shadowed_later(n: u8) -> Result<u8, String> {
    #[derive(Debug)]
    #[allow(dead_code, reason = "names that the expansion must not meet")]
    enum Shadow {
        None,
        Ok(u8),
        Some(u8),
    }
    use Shadow::{None, Ok, Some};
    pause().await;
    match if n == 0 { None } else { Some(n) } {
        Some(n) => Result::Ok(n),
        other => Err(format!("{other:?} {:?}", Ok(1))),
    }
}

#[observe]
async fn not_send(counter: Rc<Cell<u8>>) -> u8 {
    pause().await;
    counter.set(counter.get() + 1);
    counter.get()
}

#[observe]
async fn not_send_inside(n: u8) -> u8 {
    let counter = Rc::new(n);
    pause().await;
    *counter
}

#[observe]
async fn send_across_a_scope(n: u8) -> u8 {
    let kept = {
        let counter = Rc::new(n);
        *counter + 1
    };
    pause().await;
    kept
}

#[observe]
async fn recursion_later(n: u8) -> u64 {
    pause().await;
    if n < 2 {
        return u64::from(n);
    }
    Box::pin(recursion_later(n - 1)).await + Box::pin(recursion_later(n - 2)).await
}

fn boxed_recursion(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    #[observe]
    async fn step(n: u8) -> u8 {
        pause().await;
        if n == 0 { 0 } else { boxed_recursion(n - 1).await + 1 }
    }
    Box::pin(step(n))
}

#[observe]
async fn level_1(data: [u8; 64]) -> usize {
    pause().await;
    data.len()
}

#[observe]
async fn level_2(data: [u8; 64]) -> usize {
    level_1(data).await + 1
}

#[observe]
async fn level_3(data: [u8; 64]) -> usize {
    level_2(data).await + 1
}

#[observe]
async fn level_4(data: [u8; 64]) -> usize {
    level_3(data).await + 1
}

#[observe]
async fn level_5(data: [u8; 64]) -> usize {
    level_4(data).await + 1
}

#[observe]
async fn level_6(data: [u8; 64]) -> usize {
    level_5(data).await + 1
}

#[observe]
async fn joined(text: &str) -> (usize, u8) {
    futures::join!(borrows(text), sum_later(1, 2))
}

#[observe]
async fn closures_inside(list: &[u8]) -> Vec<u8> {
    let add = async |n: u8| {
        pause().await;
        n + 1
    };
    let mut sums = Vec::new();
    for n in list {
        sums.push(add(*n).await);
    }
    sums
}

#[observe]
#[expect(unsafe_code, reason = "a shape of function")]
async unsafe fn unsafe_later(pointer: *const u8) -> u8 {
    // SAFETY: the caller's.
    let byte = unsafe { *pointer };
    pause().await;
    byte
}

#[observe]
fn opaque_future(n: u8) -> impl Future<Output = u8> + Send {
    let twice = n * 2;
    async move {
        pause().await;
        twice
    }
}

#[observe]
fn opaque_future_of_borrow(text: &str) -> impl Future<Output = usize> + use<'_> {
    let length = text.len();
    future::ready(length)
}

#[observe]
fn boxed_future(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    if n == 0 {
        return Box::pin(future::ready(Err("zero".to_owned())));
    }
    Box::pin(async move {
        pause().await;
        Ok(n)
    })
}

#[observe]
fn boxed_future_of_borrow<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = &'a str> + 'a>> {
    Box::pin(async move {
        pause().await;
        text
    })
}

#[observe]
fn aliased_future(n: u8) -> futures::future::BoxFuture<'static, u8> {
    Box::pin(sum_later(n, 1))
}

#[observe]
fn beside_a_future(n: u8) -> (u8, impl Future<Output = u8>) {
    (n, async move { n + 1 })
}

macro_rules! made_by_macro {
    ($name:ident, $($argument:ident: $type:ty),* => $body:block) => {
        #[observe]
        async fn $name($($argument: $type),*) -> String $body
    };
}

made_by_macro!(made_by_a_macro_later, a: u8, b: &str => {
    pause().await;
    format!("{a}{b}")
});

#[expect(unsafe_code, reason = "one function is unsafe")]
pub(crate) fn run(report: &mut Report) {
    future!(report, silent());
    future!(report, sum_later(1, 2));
    future!(report, borrows("text"));
    future!(report, returns_a_borrow(" a ", "b"));
    let mut list = vec![];
    future!(report, borrows_mutably(&mut list));
    let mut out = vec![];
    future!(report, two_borrows("text", &mut out));
    future!(report, mutable_later(vec![1], 2));
    future!(report, local_later("ab"));
    future!(report, patterns_later((1, 2), [3, 4, 5], &6, Opaque(7)));
    future!(report, mutable_pattern_later((1, 2)));
    future!(report, unused_later(1, Opaque(2)));
    future!(report, impl_argument("ab", || 2));
    future!(report, question_mark_later("7"));
    future!(report, question_mark_later("x"));
    call!(report, crate::report::block_on(converted_later("")).map_err(|error| error.to_string()));
    call!(report, crate::report::block_on(converted_later("x")).map_err(|error| error.to_string()));
    future!(report, converted_later("3"));
    call!(report, crate::report::block_on(anyhow_later("")).map_err(|error| error.to_string()));
    call!(report, crate::report::block_on(anyhow_later("3")).ok());
    future!(report, option_later(&[1, 2, 3]));
    future!(report, option_later(&[]));
    future!(report, early_later(0));
    future!(report, early_later(1));
    future!(report, unsized_later(true));
    future!(report, inferred_later());
    call!(report, crate::report::block_on(opaque_later(1)).to_string());
    call!(report, crate::report::block_on(result_of_opaque_later(1)).map(|add| add(2)));
    call!(report, crate::report::block_on(result_of_opaque_later(0)).map(|add| add(2)));
    future!(report, shadowed_later(0));
    future!(report, shadowed_later(1));
    future!(report, not_send(Rc::new(Cell::new(1))));
    future!(report, not_send_inside(1));
    future!(report, send_across_a_scope(1));
    future!(report, recursion_later(6));
    future!(report, boxed_recursion(3));
    future!(report, level_1([0; 64]));
    future!(report, level_2([0; 64]), levels = 2);
    future!(report, level_3([0; 64]), levels = 3);
    future!(report, level_4([0; 64]), levels = 4);
    future!(report, level_5([0; 64]), levels = 5);
    future!(report, level_6([0; 64]), levels = 6);
    future!(report, joined("text"), levels = 3);
    future!(report, closures_inside(&[1, 2]));
    let byte = 5;
    // SAFETY: it points at a byte.
    future!(report, unsafe { unsafe_later(&raw const byte) });
    future!(report, opaque_future(1));
    future!(report, opaque_future_of_borrow("text"));
    future!(report, boxed_future(1));
    future!(report, boxed_future(0));
    future!(report, boxed_future_of_borrow("text"));
    future!(report, aliased_future(1));
    call!(report, crate::report::block_on(beside_a_future(1).1));
    future!(report, made_by_a_macro_later(1, "x"));
}
