use observe::observe;

#[observe]
fn f(a: u8) -> u8 {
    if a > 1 {
        2
    }
}

fn main() {}
