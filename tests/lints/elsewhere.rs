//! Once they are observed, functions are shown from their `fn` on, and types of several words by the first.

use std::future::ready;
use std::rc::Rc;

use observe::observe;

#[observe]
async fn single_call_fn(n: u8) -> u8 {
    ready(n).await
}

#[observe]
async fn too_many_arguments(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    ready(a + b + c + d + e + f + g + h).await
}

#[observe]
pub async fn future_not_send(n: Rc<u8>) -> Option<Rc<u8>> {
    ready(()).await;
    Some(n)
}

fn main() {
    drop(single_call_fn(1));
    drop(too_many_arguments(1, 2, 3, 4, 5, 6, 7, 8));
}
