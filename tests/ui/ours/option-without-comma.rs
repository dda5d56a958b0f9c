use observe::observe;

#[observe(name = "a" root)]
fn answer() {}

fn main() {
    answer();
}
