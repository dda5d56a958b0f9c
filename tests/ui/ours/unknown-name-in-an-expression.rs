use observe::observe;

#[observe(capture(length = questoin.len()))]
fn answer(question: &str) -> usize {
    question.len()
}

fn main() {
    answer("why?");
}
