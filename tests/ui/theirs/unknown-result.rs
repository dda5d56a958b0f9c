use observe::observe;

#[observe]
fn answer() -> Resutl<u8, String> {
    Ok(1)
}

#[observe]
async fn answer_later() -> Resutl<u8, String> {
    Ok(1)
}

struct Agent;

#[observe]
impl Agent {
    fn answer(&self) -> Result<Self::Answer, T> {
        Ok(1)
    }

    async fn answer_later(&self) -> Option<nowhere::Answer> {
        None
    }
}

fn main() {}
