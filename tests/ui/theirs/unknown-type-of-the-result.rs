use observe::observe;

#[observe]
async fn answer(question: &str) -> Answer {
    question
}

fn main() {}
