use observe::observe;

#[observe]
fn f(abc: u8) -> u8 {
    foo(abc)
}

fn main() {}
