use observe::observe;

#[observe]
fn answer(question: &str) {
    question.len()
}

fn main() {
    answer("why?");
}
