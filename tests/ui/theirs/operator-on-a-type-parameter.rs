use observe::observe;

#[observe]
fn f<T>(a: T) -> T {
    a + 1
}

fn main() {}
