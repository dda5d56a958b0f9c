use observe::observe;

#[observe(nmae = "a", as_type = "llm", skip(client), level = "info", root)]
fn answer(query: &str) -> usize {
    query.len()
}

fn main() {
    answer("why?");
}
