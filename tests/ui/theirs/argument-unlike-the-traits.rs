use observe::observe;

trait T {
    fn f(&self, x: u8) -> u8;
}
struct S;
impl T for S {
    #[observe]
    fn f(&self, x: u16) -> u8 {
        x.leading_zeros() as u8
    }
}

fn main() {}
