use observe::observe;

#[observe]
fn f(a: u8) -> impl Iterator<Item = u8> {
    a
}

fn main() {}
