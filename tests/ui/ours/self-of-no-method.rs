use observe::observe;

#[observe(only(self))]
fn answer(query: &str) -> usize {
    query.len()
}

fn main() {
    answer("why?");
}
