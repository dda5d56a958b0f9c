use observe::observe;

#[observe]
fn answer(question: &str) -> usize {
    questoin.len()
}

fn main() {
    answer("why?");
}
