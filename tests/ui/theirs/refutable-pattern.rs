use observe::observe;

enum Shape {
    Round(u8),
    Flat,
}

#[observe]
fn round(Shape::Round(radius): Shape, (a, b): (u8, u8)) -> u8 {
    radius + a + b
}

#[observe]
fn some(Some(n): Option<u8>) -> u8 {
    n
}

#[observe]
fn one((1, n): (u8, u8)) -> u8 {
    n
}

fn main() {}
