use observe::observe;

#[observe(name = 1 + n)]
fn answer(n: u8) -> u8 {
    n
}

fn main() {
    answer(1);
}
