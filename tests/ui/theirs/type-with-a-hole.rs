use observe::observe;

#[observe]
fn one() -> _ {
    1
}

#[observe]
async fn many() -> Vec<_> {
    vec![1]
}

#[observe]
fn given(texts: &[_]) -> usize {
    texts.len()
}

fn main() {}
