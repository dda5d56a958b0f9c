use observe::observe;

#[observe]
fn answer<T>(question: &T) -> String {
    question.to_string()
}

fn main() {
    answer(&1);
}
