#![deny(warnings)]

use observe::observe;

#[observe(skip(skipped))]
fn answer(question: &str, skipped: u8, mut never_changed: u8) -> usize {
    let unused = 1;
    let mut never_mutated = 2;
    std::fs::remove_file("a");
    return question.len() + usize::from(never_changed) + never_mutated;
    never_mutated += 1;
}

#[observe]
async fn later(question: &str) -> usize {
    let unused = 1;
    std::fs::remove_file("a");
    (question.len())
}

#[observe]
fn never_called() {}

fn main() {
    answer("why?", 1, 2);
    let _ = later("why?");
}
