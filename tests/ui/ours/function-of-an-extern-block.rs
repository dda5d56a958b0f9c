use observe::observe;

unsafe extern "C" {
    #[observe]
    fn abs(n: i32) -> i32;
}

fn main() {
    let _ = unsafe { abs(1) };
}
