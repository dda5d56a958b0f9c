use observe::observe;

#[observe]
fn answer(count: u8) -> u8 {
    count += 1;
    count
}

fn main() {
    answer(1);
}
