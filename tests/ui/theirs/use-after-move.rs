use observe::observe;

#[observe]
fn answer(question: String) -> usize {
    drop(question);
    question.len()
}

fn main() {
    answer("why?".to_owned());
}
