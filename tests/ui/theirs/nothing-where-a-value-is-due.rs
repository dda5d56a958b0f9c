use observe::observe;

#[observe]
fn answer(question: &str) -> usize {
    question.len();
}

fn main() {
    answer("why?");
}
