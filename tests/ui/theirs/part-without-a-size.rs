use observe::observe;

trait Tool {}

#[observe]
fn text() -> Option<str> {
    None
}

#[observe]
async fn tools(tools: Vec<dyn Tool>) -> Result<u8, [u8]> {
    Ok(1)
}

fn main() {}
