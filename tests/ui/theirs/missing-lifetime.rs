use observe::observe;

#[observe]
fn f(a: &str, b: &str) -> &str {
    if a.len() > 1 { a } else { b }
}

fn main() {}
