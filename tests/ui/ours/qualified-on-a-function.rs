use observe::observe;

#[observe(qualified)]
fn answer() {}

fn main() {
    answer();
}
