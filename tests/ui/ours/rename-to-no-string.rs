use observe::observe;

#[observe(rename(query = q))]
fn answer(query: &str) -> usize {
    query.len()
}

fn main() {
    answer("why?");
}
