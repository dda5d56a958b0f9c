use observe::observe;

#[observe(enabled = n)]
fn answer(n: u8) -> u8 {
    n
}

fn main() {
    answer(1);
}
