//! Mistakes in options, each in a function that is called.

use observe::observe;

#[observe(nmae = "answer")]
fn unknown_option() {}

#[observe(skip(questoin))]
fn unknown_argument(question: &str) -> usize {
    question.len()
}

#[observe(as_type = "llm")]
async fn unknown_value() {}

#[observe(capture_input = 1)]
fn wrong_value() {}

struct Agent;

#[observe(levle = "debug")]
impl Agent {
    fn answer(&self) {}
}

fn main() {
    unknown_option();
    unknown_argument("why?");
    drop(unknown_value());
    wrong_value();
    Agent.answer();
}
