use observe::observe;

#[observe]
async fn answer(parts: Vec<u8>) -> Vec<u8> {
    parts.push(1);
    parts
}

fn main() {
    let _ = answer(vec![]);
}
