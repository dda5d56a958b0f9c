use observe::observe;

#[observe]
fn f(a: Vec<String>) -> usize {
    let g = move || a.len();
    g() + a.len()
}

fn main() {}
