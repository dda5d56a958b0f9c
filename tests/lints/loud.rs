//! Most functions are named after the lint that says something of them only once they are observed.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use observe::observe;

#[observe]
pub fn default_numeric_fallback() -> i32 {
    1
}

#[observe]
pub fn many_single_char_names(a: u8, b: u8, c: u8, d: u8, e: u8) -> u8 {
    let f = a + b + c;
    let g = d + e;
    f + g
}

#[derive(PartialEq, Eq)]
pub struct Key(Cell<u8>);

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.get().hash(hasher);
    }
}

pub trait Tool {
    fn mutable_key_type(&self, map: HashMap<Key, u8>) -> HashMap<Key, u8>;
    fn result_large_err(&self) -> Result<u8, [u8; 500]>;
}

pub struct Agent;

impl Tool for Agent {
    #[observe]
    fn mutable_key_type(&self, map: HashMap<Key, u8>) -> HashMap<Key, u8> {
        map
    }

    #[observe]
    fn result_large_err(&self) -> Result<u8, [u8; 500]> {
        Err([0; 500])
    }
}

#[derive(Copy)]
pub struct Copied(u8);

impl Clone for Copied {
    #[observe(name = "non_canonical_clone_impl")]
    fn clone(&self) -> Self {
        *self
    }
}

pub struct Adding(u8);

impl std::ops::AddAssign<u8> for Adding {
    #[observe(name = "renamed_function_params")]
    fn add_assign(&mut self, _: u8) {
        self.0 += 1;
    }
}

pub struct Letter(u8);

impl std::fmt::Display for Letter {
    #[observe]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[observe(name = format!("of {number}"))]
pub fn shadow_same(number: String) -> String {
    number
}

/// A future whose name does not say that it is one.
pub struct Later;

impl Future for Later {
    type Output = u8;

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<u8> {
        std::task::Poll::Ready(1)
    }
}

#[observe]
pub async fn async_yields_async() -> Later {
    std::future::ready(()).await;
    Later
}

fn main() {}
