#![deny(warnings)]

use observe::observe;

#[observe]
async fn answer(question: &str) -> usize {
    question.len()
}

#[observe]
#[must_use]
fn length(question: &str) -> usize {
    question.len()
}

fn main() {
    answer("why?");
    length("why?");
}
