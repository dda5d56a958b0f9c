use observe::observe;

#[observe]
mod agent {
    pub fn answer() {}
}

fn main() {
    agent::answer();
}
