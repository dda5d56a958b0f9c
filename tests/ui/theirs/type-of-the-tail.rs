use observe::observe;

#[observe]
fn answer(question: &str) -> usize {
    question
}

fn main() {
    answer("why?");
}
