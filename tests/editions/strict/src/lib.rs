//! What is forbidden here cannot be allowed by an expansion, and no name of the prelude is known.

#![no_implicit_prelude]
#![forbid(
    unsafe_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    non_ascii_idents,
    unit_bindings,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    warnings
)]
#![forbid(
    clippy::all,
    clippy::pedantic,
    clippy::used_underscore_binding,
    clippy::used_underscore_items,
    clippy::no_effect_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::shadow_reuse,
    clippy::shadow_unrelated,
    clippy::let_underscore_untyped,
    clippy::let_underscore_must_use,
    clippy::redundant_closure_call,
    clippy::unused_async,
    clippy::manual_async_fn,
    clippy::min_ident_chars,
    clippy::single_call_fn,
    clippy::question_mark_used,
    clippy::semicolon_outside_block,
    clippy::semicolon_inside_block,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::default_numeric_fallback,
    clippy::missing_docs_in_private_items,
    clippy::infinite_loop,
    clippy::match_single_binding,
    clippy::diverging_sub_expression,
    clippy::needless_return,
    clippy::option_if_let_else,
    clippy::pattern_type_mismatch,
    clippy::shadow_same,
    clippy::future_not_send
)]

use ::futures::stream::{BoxStream, Stream, StreamExt as _};
use ::observe::observe;
use ::std::boxed::Box;
use ::std::marker::Send;
use ::std::ops::Fn;
use ::std::option::Option;
use ::std::result::Result;
use ::std::string::{String, ToString as _};

/// A type that can nothing.
#[derive(Debug)]
pub struct Agent {
    /// Its name.
    name: String,
}

#[observe(qualified, as_type = "agent")]
impl Agent {
    /// Makes one.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_string() }
    }

    /// Answers.
    ///
    /// # Errors
    /// Nothing was asked.
    pub async fn answer(&self, question: &str, _unused: Option<u8>) -> Result<String, String> {
        if question.is_empty() {
            return Result::Err("no question".to_string());
        }
        ::futures::future::ready(()).await;
        Result::Ok(::std::clone::Clone::clone(&self.name))
    }

    /// Renames it.
    pub fn rename(&mut self, mut name: String, (first, _second): (char, char)) -> &mut Self {
        name.push(first);
        self.name = name;
        self
    }
}

/// Streams.
#[observe]
pub fn stream(count: u8) -> impl Stream<Item = u8> + Send {
    ::futures::stream::iter(0..count)
}

/// Streams from a box.
#[observe]
#[must_use]
pub fn boxed(count: u8) -> BoxStream<'static, u8> {
    ::futures::stream::iter(0..count).boxed()
}

/// Adds.
#[observe(name = ::std::format!("adding {by}"), enabled = by > 0, level = "debug", metadata(by = by))]
pub fn adder(by: u8) -> impl Fn(u8) -> u8 {
    move |number| by.saturating_add(number)
}

/// Shows anything.
#[observe]
pub async fn show<Shown: ::std::fmt::Debug + Send>(shown: Shown) -> Box<dyn ::std::fmt::Debug + Send> {
    Box::new(::std::format!("{shown:?}"))
}

/// Gives a future to whoever awaits it.
#[observe]
#[must_use = "it is what was asked for"]
pub async fn ready(count: u8) -> ::std::future::Ready<u8> {
    ::futures::future::ready(()).await;
    ::std::future::ready(count)
}

/// Adds.
#[observe]
#[must_use]
pub fn sum((first, second): (u8, u8), Point { x, .. }: Point) -> u8 {
    first.saturating_add(second).saturating_add(x)
}

/// A point.
#[derive(Debug)]
pub struct Point {
    /// To the right.
    pub x: u8,
    /// Downwards.
    pub y: u8,
}

/// Makes many things.
pub trait Tool {
    /// What it makes.
    type Made;

    /// Makes them.
    ///
    /// # Errors
    /// There are none.
    fn made(&self) -> Self::Made;
}

impl Tool for Point {
    type Made =
        Option<Result<Box<dyn Fn(u8) -> Option<Result<Box<dyn Fn(u8) -> Option<u8> + Send>, String>> + Send>, String>>;

    #[observe]
    fn made(
        &self,
    ) -> Option<Result<Box<dyn Fn(u8) -> Option<Result<Box<dyn Fn(u8) -> Option<u8> + Send>, String>> + Send>, String>>
    {
        Option::None
    }
}
