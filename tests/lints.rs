//! Lints see observed functions as they see plain ones.

#![deny(warnings, clippy::all, clippy::double_must_use)]

use std::future::{Future, ready};

use observe::observe;

#[observe]
#[expect(dead_code)]
fn never_called() {}

#[expect(dead_code)]
#[observe]
async fn never_called_later(n: u8) -> u8 {
    n
}

struct Agent;

#[observe]
impl Agent {
    #[expect(dead_code)]
    fn never_called(&self) -> u8 {
        1
    }
}

#[test]
fn captured_arguments_are_used() {
    #[observe]
    fn sync(question: &str) {}
    #[observe]
    async fn later(question: &str, (a, mut b): (u8, u8)) -> u8 {
        b += a;
        b
    }
    let _ = Agent;
    sync("why?");
    assert_eq!(futures::executor::block_on(later("why?", (1, 2))), 3);
}

#[test]
fn nothing_is_said_of_what_a_function_becomes() {
    #[observe]
    async fn gives_an_opaque_future(n: u8) -> impl Future<Output = u8> {
        ready(n)
    }
    #[must_use]
    #[observe]
    async fn must_be_used(n: u8) -> u8 {
        ready(n).await
    }
    let n = futures::executor::block_on(async { gives_an_opaque_future(2).await.await + must_be_used(3).await });
    assert_eq!(n, 5);
}

#[test]
#[rustfmt::skip]
fn a_body_on_one_line_has_its_braces() {
    #[observe]
    async fn later(text: &str) -> usize { text.len() }
    #[observe]
    fn now(text: &str) -> usize { text.len() }
    assert_eq!(futures::executor::block_on(later("why?")), now("why!"));
}
