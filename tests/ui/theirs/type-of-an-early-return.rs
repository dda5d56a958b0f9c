use observe::observe;

#[observe]
fn answer(question: &str) -> Option<usize> {
    if question.is_empty() {
        return "none";
    }
    Some(question.len())
}

fn main() {
    answer("why?");
}
