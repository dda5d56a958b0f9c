use futures::stream::{self, Stream};
use observe::observe;

fn join(text: &mut String, part: &String) {
    text.push_str(part);
}

#[observe(collect = join)]
fn answer() -> impl Stream<Item = u8> {
    stream::iter(0..3)
}

fn main() {
    let _ = answer();
}
