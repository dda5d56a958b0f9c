use observe::observe;

#[observe(as_type = "llm")]
fn answer() {}

fn main() {
    answer();
}
