use observe::observe;

#[observe]
async fn f(a: u8) -> u8 {
    let _ = a;
    256
}

fn main() {}
