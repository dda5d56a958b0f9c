use observe::observe;

#[observe]
use std::cmp::max;

fn main() {
    max(1, 2);
}
