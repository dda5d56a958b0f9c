use observe::observe;

enum Shape {
    Round(u8),
    Flat,
}

#[observe]
async fn round(Shape::Round(radius): Shape) -> u8 {
    radius
}

#[observe(metadata(radius = radius))]
async fn first((Shape::Round(radius), n): (Shape, u8)) -> u8 {
    radius + n
}

#[observe]
async fn some(&Some(n): &Option<u8>) -> u8 {
    n
}

fn main() {}
