use observe::observe;

#[observe]
const ANSWER: u8 = 42;

fn main() {
    let _ = ANSWER;
}
