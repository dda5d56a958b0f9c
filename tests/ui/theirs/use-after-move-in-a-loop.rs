use observe::observe;

#[observe]
fn f(a: Vec<String>) {
    for _ in 0..2 {
        drop(a);
    }
}

fn main() {}
