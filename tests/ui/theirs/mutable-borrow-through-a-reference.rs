use observe::observe;

#[observe]
fn f(a: &Vec<u8>) {
    a.push(1);
}

fn main() {}
