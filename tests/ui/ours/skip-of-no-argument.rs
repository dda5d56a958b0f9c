use observe::observe;

#[observe(skip(client, questoin))]
fn answer(client: u8, question: &str) -> usize {
    question.len() + usize::from(client)
}

fn main() {
    answer(1, "why?");
}
