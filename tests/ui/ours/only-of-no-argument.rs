use observe::observe;

#[observe(only(query))]
fn answer() {}

fn main() {
    answer();
}
