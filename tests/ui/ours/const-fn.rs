use observe::observe;

#[observe]
const fn answer() -> u8 {
    42
}

fn main() {
    const _: u8 = answer();
}
