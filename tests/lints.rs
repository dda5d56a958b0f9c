//! Lints see observed functions as they see plain ones.

#![deny(warnings)]

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
