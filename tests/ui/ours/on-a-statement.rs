use observe::observe;

fn main() {
    #[observe]
    let answer = |question: &str| question.len();
    answer("why?");
}
