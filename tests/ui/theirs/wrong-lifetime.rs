use observe::observe;

#[observe]
fn f<'a, 'b>(a: &'a str, b: &'b str) -> &'a str {
    if a.len() > 1 { a } else { b }
}

fn main() {}
