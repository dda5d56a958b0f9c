use observe::observe;

#[observe]
struct Agent;

fn main() {
    let _ = Agent;
}
