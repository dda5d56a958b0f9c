use observe::observe;

#[observe(name)]
fn answer() {}

fn main() {
    answer();
}
