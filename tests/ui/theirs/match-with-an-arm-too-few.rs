use observe::observe;

#[observe]
fn f(a: Option<u8>) -> u8 {
    match a {
        Some(x) => x,
    }
}

fn main() {}
