use observe::observe;

#[observe]
fn answer(question: &str) -> usize {
    std::future::ready(question.len()).await
}

fn main() {
    answer("why?");
}
