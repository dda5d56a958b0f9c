//! What stands behind the arrow, and the ways there.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::io;
use std::num::ParseIntError;
use std::ops::ControlFlow;

use super::observe;
use crate::report::{Report, call};

type Alias<T> = Result<T, ParseIntError>;

struct Opaque(u8);

#[observe]
#[expect(clippy::unused_unit, reason = "it is allowed")]
fn unit_written() -> () {}

#[observe]
fn unit_by_semicolon(list: &mut Vec<u8>) {
    list.push(1);
}

#[observe]
fn question_mark(text: &str) -> Result<u8, ParseIntError> {
    let number: u8 = text.parse()?;
    Ok(number)
}

#[observe]
fn converted(text: &str) -> Result<i64, Box<dyn Error>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.parse::<i64>()?)
}

#[observe]
fn anyhow_result(text: &str) -> anyhow::Result<u8> {
    use anyhow::Context as _;
    text.parse().with_context(|| format!("reading {text:?}"))
}

#[observe]
fn aliased(text: &str) -> Alias<i8> {
    text.parse()
}

#[observe]
fn io_result(fail: bool) -> io::Result<()> {
    if fail { Err(io::Error::other("disk")) } else { Ok(()) }
}

#[observe]
fn opaque_error(fail: bool) -> Result<Opaque, Opaque> {
    if fail { Err(Opaque(1)) } else { Ok(Opaque(2)) }
}

#[observe]
fn nested_result(a: bool, b: bool) -> Result<Result<u8, String>, &'static str> {
    if a { Ok(if b { Ok(1) } else { Err("inner".to_owned()) }) } else { Err("outer") }
}

#[observe]
fn option(list: &[u8]) -> Option<u8> {
    let first = list.first()?;
    first.checked_sub(1)
}

#[observe]
fn control_flow(n: u8) -> ControlFlow<u8, ()> {
    if n > 3 {
        ControlFlow::Break(n)?;
    }
    ControlFlow::Continue(())
}

#[observe]
fn early(n: u8) -> &'static str {
    if n == 0 {
        return "zero";
    }
    for i in 1..n {
        if i == 7 {
            return "seven is below";
        }
    }
    "small"
}

#[observe]
fn early_with_coercion(n: u8) -> Box<dyn Display> {
    if n == 0 {
        return Box::new("zero");
    }
    Box::new(n)
}

#[observe]
fn unsized_by_coercion(many: bool) -> &'static [u8] {
    if many { &[1, 2, 3] } else { &[] }
}

#[observe]
fn function_by_coercion(up: bool) -> fn(u8) -> u8 {
    if up { |n| n + 1 } else { |n| n - 1 }
}

#[observe]
fn result_by_coercion(n: u8) -> Result<Box<dyn Debug>, Box<dyn Error + Send + Sync>> {
    match n {
        0 => Ok(Box::new("zero")),
        1 => Err("one")?,
        _ => Ok(Box::new(n)),
    }
}

#[observe]
fn inferred_by_the_arrow() -> Vec<u64> {
    "1 2 3".split(' ').flat_map(str::parse).collect()
}

#[observe]
fn opened_by_the_arrow() -> HashMap<String, Vec<u8>> {
    HashMap::default()
}

#[observe]
fn displayed(n: u8) -> impl Display {
    n + 1
}

#[observe]
fn adder(by: u8) -> impl Fn(u8) -> u8 {
    move |n| n + by
}

#[observe]
fn counter() -> impl FnMut() -> u8 + Send + 'static {
    let mut count = 0;
    move || {
        count += 1;
        count
    }
}

#[observe]
fn boxed_adder<'a>(by: &'a u8) -> Box<dyn Fn(u8) -> u8 + 'a> {
    Box::new(move |n| n + by)
}

#[observe]
fn iterator(list: &[u8]) -> impl DoubleEndedIterator<Item = u8> + Clone {
    list.iter().map(|n| n * 2)
}

#[observe]
fn boxed_iterator<'a>(list: &'a [u8]) -> Box<dyn Iterator<Item = &'a u8> + 'a> {
    Box::new(list.iter().rev())
}

#[observe]
fn named_iterator(list: &[u8]) -> std::slice::Iter<'_, u8> {
    list.iter()
}

#[observe]
fn result_of_opaque(fail: bool) -> Result<impl Iterator<Item = u8>, String> {
    if fail {
        return Err("no".to_owned());
    }
    Ok(0..3)
}

#[observe]
fn tuple_of_opaques() -> (impl Display, impl Debug, u8) {
    ("a", Some(1), 2)
}

#[observe]
fn captured_precisely<'a>(text: &'a str, _other: &str) -> impl Display + use<'a> {
    text
}

#[observe]
fn list_of_opaque() -> Vec<(u8, impl Debug)> {
    vec![(1, "a"), (2, "b")]
}

#[observe]
fn large(byte: u8) -> [u8; 4096] {
    [byte; 4096]
}

#[observe]
fn option_of_reference<'a>(map: &'a HashMap<String, String>, key: &str) -> Option<&'a String> {
    map.get(key)
}

#[observe]
fn labelled(list: &[&[u8]]) -> Option<(usize, usize)> {
    'found: {
        for (x, row) in list.iter().enumerate() {
            for (y, n) in row.iter().enumerate() {
                if *n == 0 {
                    break 'found Some((x, y));
                }
            }
        }
        None
    }
}

#[observe]
fn by_loop(mut n: u32) -> u32 {
    loop {
        if n > 100 {
            break n;
        }
        n *= 3;
    }
}

#[observe]
fn recursion(n: u64) -> u64 {
    if n < 2 { n } else { recursion(n - 1) + recursion(n - 2) }
}

#[observe]
fn with_items(n: u8) -> u8 {
    use std::convert::identity as keep;
    const OFFSET: u8 = 3;
    static CALLS: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);
    struct Local(u8);
    fn add(local: &Local) -> u8 {
        local.0 + OFFSET
    }
    macro_rules! twice {
        ($n:expr) => {
            $n * 2
        };
    }
    CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    keep(twice!(add(&Local(n))))
}

#[observe]
fn with_shadowing_items(n: u8) -> Option<u8> {
    #[derive(Debug, PartialEq)]
    enum Shadow {
        Some(u8),
        None,
    }
    use Shadow::{None, Some};
    let shadow = if n == 0 { None } else { Some(n) };
    match shadow {
        None => Option::None,
        Some(n) => Option::Some(n),
    }
}

#[observe]
fn named_by_a_literal() -> &'static str {
    line_less(concat!("a", "b"))
}

#[observe]
fn line_less(text: &'static str) -> &'static str {
    text
}

#[observe]
#[expect(unsafe_code, reason = "a shape of function")]
unsafe fn of_pointer(pointer: *const u8) -> u8 {
    // SAFETY: the caller's.
    unsafe { *pointer }
}

#[observe]
extern "C" fn abi(a: i32, b: i32) -> i32 {
    a + b
}

#[observe]
#[must_use]
#[inline]
#[deprecated = "attributes stay"]
fn decorated(n: u8) -> u8 {
    n
}

macro_rules! made_by_macro {
    ($name:ident, $argument:ident: $type:ty, $body:expr) => {
        #[observe]
        fn $name($argument: $type) -> $type {
            $body
        }
    };
}

made_by_macro!(made_by_a_macro, n: u8, n * 2);
made_by_macro!(made_with_a_block, n: u16, {
    let twice = n * 2;
    twice + 1
});

#[allow(deprecated, reason = "called to see that it works")]
#[expect(unsafe_code, reason = "one function is unsafe")]
pub(crate) fn run(report: &mut Report) {
    call!(report, unit_written());
    call!(report, unit_by_semicolon(&mut vec![]));
    call!(report, question_mark("7"));
    call!(report, question_mark("seven"));
    call!(report, converted("8"));
    call!(report, converted("").map_err(|error| error.to_string()));
    call!(report, converted("x").map_err(|error| error.to_string()));
    call!(report, anyhow_result("9").ok());
    call!(report, anyhow_result("x").map_err(|error| format!("{error:#}")));
    call!(report, aliased("-1"));
    call!(report, aliased("1000"));
    call!(report, io_result(true).map_err(|error| error.kind()));
    call!(report, io_result(false).is_ok());
    call!(report, opaque_error(true).map_err(|opaque| opaque.0).map(|opaque| opaque.0));
    call!(report, opaque_error(false).map_err(|opaque| opaque.0).map(|opaque| opaque.0));
    call!(report, nested_result(true, false));
    call!(report, nested_result(false, true));
    call!(report, option(&[5]));
    call!(report, option(&[]));
    call!(report, control_flow(4));
    call!(report, early(0));
    call!(report, early(9));
    call!(report, early_with_coercion(0).to_string());
    call!(report, early_with_coercion(1).to_string());
    call!(report, unsized_by_coercion(true));
    call!(report, function_by_coercion(false)(3));
    call!(report, result_by_coercion(0));
    call!(report, result_by_coercion(1));
    call!(report, inferred_by_the_arrow());
    call!(report, opened_by_the_arrow());
    call!(report, displayed(1).to_string());
    call!(report, adder(1)(2));
    call!(report, {
        let mut next = counter();
        (next(), next())
    });
    call!(report, boxed_adder(&3)(4));
    call!(report, iterator(&[1, 2, 3]).clone().rev().collect::<Vec<_>>());
    call!(report, boxed_iterator(&[1, 2]).collect::<Vec<_>>());
    call!(report, named_iterator(&[1, 2]).as_slice());
    call!(report, result_of_opaque(false).map(Iterator::sum::<u8>));
    call!(report, result_of_opaque(true).map(Iterator::sum::<u8>));
    call!(report, tuple_of_opaques().0.to_string());
    call!(report, captured_precisely("kept", &String::from("not kept")).to_string());
    call!(report, format!("{:?}", list_of_opaque()));
    call!(report, large(3).len());
    call!(report, option_of_reference(&HashMap::new(), "key").is_none());
    call!(report, labelled(&[&[1, 2], &[3, 0]]));
    call!(report, by_loop(2));
    call!(report, recursion(9));
    call!(report, with_items(1));
    call!(report, with_shadowing_items(0));
    call!(report, with_shadowing_items(1));
    call!(report, named_by_a_literal());
    let byte = 5;
    // SAFETY: it points at a byte.
    call!(report, unsafe { of_pointer(&raw const byte) });
    call!(report, abi(1, 2));
    call!(report, decorated(1));
    call!(report, made_by_a_macro(2));
    call!(report, made_with_a_block(2));
}
