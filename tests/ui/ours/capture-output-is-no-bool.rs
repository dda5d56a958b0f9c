use observe::observe;

#[observe(capture_output = "no")]
fn answer() {}

fn main() {
    answer();
}
