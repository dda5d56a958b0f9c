use observe::observe;

async fn g() -> u8 {
    1
}

#[observe]
async fn f() -> u8 {
    g()
}

fn main() {}
