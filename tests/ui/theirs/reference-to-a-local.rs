use observe::observe;

#[observe]
fn answer(question: &str) -> &str {
    let answer = question.to_owned();
    &answer
}

fn main() {
    answer("why?");
}
