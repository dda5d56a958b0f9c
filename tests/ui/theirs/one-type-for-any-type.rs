use observe::observe;

#[observe]
fn f<T: Default>(a: u8) -> T {
    let _ = a;
    String::new()
}

fn main() {}
