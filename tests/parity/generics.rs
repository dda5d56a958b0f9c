//! Type parameters, const parameters, lifetimes.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::marker::PhantomData;

use super::observe;
use crate::report::{Report, block_on, call, future, pause};

#[derive(Debug)]
struct Unknown;

struct Buffer<'a, T, const N: usize> {
    list: [&'a T; N],
}

trait Shape {
    type Unit: Debug + Default;
    const SIDES: u8;
}

#[derive(Default)]
struct Square;

impl Shape for Square {
    type Unit = u16;
    const SIDES: u8 = 4;
}

#[observe]
fn unbounded<T>(value: T) -> T {
    value
}

#[observe]
fn unbounded_reference<T: ?Sized>(value: &T) -> usize {
    size_of_val(value)
}

#[observe]
fn bounded<T: Debug + Clone>(value: T) -> Vec<T> {
    vec![value.clone(), value]
}

#[observe]
fn displayed<T>(value: T) -> String
where
    T: Display + 'static,
{
    value.to_string()
}

#[observe]
fn ordered<T: Ord + Copy, I>(values: I) -> Option<T>
where
    I: IntoIterator<Item = T>,
{
    values.into_iter().max()
}

#[observe]
fn defaulted<T: Default>() -> T {
    T::default()
}

#[observe]
fn constant<const N: usize>() -> [u8; N] {
    [1; N]
}

#[observe]
fn constant_and_type<T: Copy, const N: usize>(list: [T; N]) -> (T, usize) {
    (list[0], N)
}

#[observe]
fn associated<S: Shape>(_shape: &S) -> (S::Unit, u8) {
    (S::Unit::default(), S::SIDES)
}

#[observe]
fn phantom<T>(phantom: PhantomData<T>) -> PhantomData<T> {
    phantom
}

#[observe]
fn elided(text: &str) -> &str {
    text.trim()
}

#[observe]
fn named<'a>(first: &'a str, _second: &str) -> &'a str {
    first
}

#[observe]
fn outlives<'a: 'b, 'b>(long: &'a str, short: &'b str, pick: bool) -> &'b str {
    if pick { long } else { short }
}

#[observe]
fn of_static(key: &'static str, map: &mut BTreeMap<&'static str, u8>) -> Option<u8> {
    map.insert(key, 1)
}

#[observe]
fn mutable_part(list: &mut [u8]) -> &mut u8 {
    &mut list[0]
}

#[observe]
fn split(list: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    list.split_at_mut(1)
}

#[observe]
fn inside<'a, T, const N: usize>(buffer: &Buffer<'a, T, N>) -> Option<&'a T> {
    buffer.list.first().copied()
}

#[observe]
fn higher_ranked(pick: impl for<'a> Fn(&'a str) -> &'a str, text: &str) -> usize {
    pick(text).len()
}

#[observe]
fn higher_ranked_where<F>(pick: F) -> usize
where
    for<'a> F: Fn(&'a [u8]) -> &'a u8,
{
    usize::from(*pick(&[3, 4]))
}

#[observe]
fn collected<K, V, I>(pairs: I) -> BTreeMap<K, V>
where
    K: Ord + Hash,
    I: IntoIterator<Item = (K, V)>,
{
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        map.insert(key, value);
    }
    map
}

#[observe]
fn generic_recursion<T: Clone>(value: &T, times: u8) -> Vec<T> {
    if times == 0 {
        return Vec::new();
    }
    let mut list = generic_recursion(value, times - 1);
    list.push(value.clone());
    list
}

#[observe]
async fn generic_future<T: Clone + Send>(value: T) -> (T, T) {
    pause().await;
    (value.clone(), value)
}

#[observe]
async fn generic_future_of_references<'a, T: ?Sized + Sync>(value: &'a T, _other: &str) -> &'a T {
    pause().await;
    value
}

#[observe]
async fn constant_future<const N: usize>(list: [u8; N]) -> usize {
    pause().await;
    list.len()
}

#[observe]
async fn future_of_callback<F, O>(callback: F) -> O
where
    F: AsyncFnOnce(u8) -> O,
{
    callback(2).await
}

fn generic<T>(value: T) -> T {
    #[observe]
    fn inner<U>(value: U) -> (U,) {
        (value,)
    }
    inner(value).0
}

pub(crate) fn run(report: &mut Report) {
    call!(report, unbounded(1));
    call!(report, unbounded(Unknown));
    call!(report, unbounded_reference("abc"));
    call!(report, unbounded_reference::<[u16]>(&[1, 2]));
    call!(report, bounded("a"));
    call!(report, displayed(0.5));
    call!(report, ordered([3, 9, 2]));
    call!(report, defaulted::<Vec<u8>>());
    call!(report, constant::<3>());
    call!(report, constant_and_type(['a', 'b']));
    call!(report, associated(&Square));
    call!(report, phantom(PhantomData::<Unknown>));
    call!(report, elided(" a "));
    call!(report, named("a", "b"));
    call!(report, outlives("long", "short", true));
    call!(report, of_static("k", &mut BTreeMap::new()));
    let mut list = [1, 2, 3];
    call!(report, {
        *mutable_part(&mut list) = 9;
        list
    });
    call!(report, split(&mut list).1.len());
    call!(report, inside(&Buffer { list: [&1, &2] }));
    call!(report, higher_ranked(|text| &text[1..], "abc"));
    call!(report, higher_ranked_where(|list| &list[1]));
    call!(report, collected([("a", 1), ("b", 2)]));
    call!(report, generic_recursion(&"x", 3));
    future!(report, generic_future(String::from("t")));
    future!(report, generic_future_of_references("long", "short"));
    future!(report, constant_future([1; 70]));
    call!(report, block_on(future_of_callback(async |n| n + 1)));
    call!(report, generic(5));
}
