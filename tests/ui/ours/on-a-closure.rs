use observe::observe;

fn main() {
    let answer = #[observe]
    |question: &str| question.len();
    answer("why?");
}
