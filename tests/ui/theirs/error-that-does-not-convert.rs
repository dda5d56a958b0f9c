use observe::observe;

struct Lost;

#[observe]
fn answer(question: &str) -> Result<u8, Lost> {
    Ok(question.parse::<u8>()?)
}

fn main() {
    let _ = answer("why?");
}
