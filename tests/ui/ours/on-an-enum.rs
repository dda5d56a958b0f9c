use observe::observe;

#[observe(name = "agent")]
enum Agent {
    Idle,
}

fn main() {
    let _ = Agent::Idle;
}
