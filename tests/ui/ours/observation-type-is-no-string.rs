use observe::observe;

#[observe(as_type = generation)]
fn answer() {}

fn main() {
    answer();
}
