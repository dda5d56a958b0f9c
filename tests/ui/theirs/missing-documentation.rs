//! A crate.

#![deny(missing_docs, unreachable_pub)]

use observe::observe;

/// Documented.
#[derive(Debug)]
pub struct Agent;

#[observe]
impl Agent {
    pub fn answer(&self, question: &str) -> usize {
        question.len()
    }
}

mod inner {
    #[super::observe]
    pub fn reachable_by_nobody(question: &str) -> usize {
        question.len()
    }
}

fn main() {
    Agent.answer("why?");
    inner::reachable_by_nobody("why?");
}
