use observe::observe;

#[observe]
fn f(abc: (u8, u8)) -> u8 {
    abc.7
}

fn main() {}
