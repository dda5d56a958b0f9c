use observe::observe;

#[observe]
async fn answer(question: &str) -> usize {
    question
}

fn main() {
    let _ = answer("why?");
}
