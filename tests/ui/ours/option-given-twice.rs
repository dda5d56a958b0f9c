use observe::observe;

#[observe(name = "a", name = "b")]
fn answer() {}

fn main() {
    answer();
}
