use observe::observe;

#[observe(rename(q = "query"))]
fn answer(query: &str) -> usize {
    query.len()
}

fn main() {
    answer("why?");
}
