use observe::observe;

#[observe]
fn answer() -> Answer {
    "yes"
}

#[observe]
async fn answer_later() -> Answer {
    "yes"
}

#[observe]
fn answers() -> Result<Vec<Answer>, Refusal> {
    Ok(Vec::new())
}

#[observe]
async fn answers_later() -> Result<Vec<Answer>, Refusal> {
    Ok(Vec::new())
}

#[observe]
fn future() -> impl Future<Output = Answer> {
    async { "yes" }
}

#[observe]
fn iterator() -> impl Iterator<Item = Answer> {
    None.into_iter()
}

fn main() {}
