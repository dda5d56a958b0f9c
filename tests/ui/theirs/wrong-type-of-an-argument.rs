use observe::observe;

#[observe]
async fn answer(question: &str) -> usize {
    question.len()
}

fn main() {
    let _ = answer(1);
}
