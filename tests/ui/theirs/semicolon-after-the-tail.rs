use observe::observe;

#[observe]
fn f(a: String) -> usize {
    a.len();
}

fn main() {}
