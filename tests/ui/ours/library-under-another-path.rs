#[observe::observe(crate = elsewhere)]
fn answer() {}

fn main() {
    answer();
}
