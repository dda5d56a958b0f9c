use observe::observe;

#[observe]
trait Agent {
    fn answer(&self) {}
}

impl Agent for u8 {}

fn main() {
    1_u8.answer();
}
