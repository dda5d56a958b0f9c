use observe::observe;

#[observe]
fn f(a: Option<u8>) -> Result<u8, String> {
    Ok(a?)
}

fn main() {}
