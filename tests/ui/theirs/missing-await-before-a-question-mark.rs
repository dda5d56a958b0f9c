use observe::observe;

async fn g() -> Result<u8, String> {
    Ok(1)
}

#[observe]
async fn f() -> Result<u8, String> {
    Ok(g()?)
}

fn main() {}
