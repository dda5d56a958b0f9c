use observe::observe;

#[observe]
fn f(a: &mut Vec<u8>) {
    let x = &mut *a;
    let y = &mut *a;
    x.push(1);
    y.push(2);
}

fn main() {}
