use observe::observe;

#[observe(only(query), skip(client))]
fn answer(client: u8, query: &str) -> usize {
    query.len() + usize::from(client)
}

fn main() {
    answer(1, "why?");
}
