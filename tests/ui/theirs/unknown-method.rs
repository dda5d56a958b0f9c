use observe::observe;

struct Agent;

impl Agent {
    #[observe]
    async fn answer(&self, question: &str) -> usize {
        self.length(question)
    }
}

fn main() {
    let _ = Agent.answer("why?");
}
