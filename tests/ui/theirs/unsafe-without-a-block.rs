use observe::observe;

unsafe fn length(question: &str) -> usize {
    question.len()
}

#[observe]
fn answer(question: &str) -> usize {
    length(question)
}

fn main() {
    answer("why?");
}
