use observe::observe;

#[observe]
async fn answer(question: String) -> usize {
    drop(question);
    question.len()
}

fn main() {
    let _ = answer("why?".to_owned());
}
