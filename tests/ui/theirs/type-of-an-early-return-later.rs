use observe::observe;

#[observe]
async fn answer(question: &str) -> Option<usize> {
    if question.is_empty() {
        return "none";
    }
    Some(question.len())
}

fn main() {
    let _ = answer("why?");
}
