use observe::observe;

#[observe(nmae = "answer")]
fn answer(question: &str) -> usize {
    question.len()
}

fn main() {
    answer("why?");
}
