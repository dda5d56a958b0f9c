use observe::observe;

#[observe(level = "info")]
fn answer() {}

fn main() {
    answer();
}
