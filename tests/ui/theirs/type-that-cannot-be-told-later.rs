use observe::observe;

#[observe]
async fn f(a: &[u8]) -> usize {
    let v = a.iter().collect();
    v.len()
}

fn main() {}
