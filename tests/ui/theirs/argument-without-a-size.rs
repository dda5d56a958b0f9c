use observe::observe;

#[observe]
fn f(a: str) -> usize {
    a.len()
}

fn main() {}
