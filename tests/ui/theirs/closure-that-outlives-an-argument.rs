use observe::observe;

#[observe]
fn f(a: Vec<u8>) -> std::thread::JoinHandle<usize> {
    std::thread::spawn(|| a.len())
}

fn main() {}
