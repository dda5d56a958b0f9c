use observe::observe;

#[observe]
fn f(a: &str) -> dyn Fn() {
    || ()
}

fn main() {}
