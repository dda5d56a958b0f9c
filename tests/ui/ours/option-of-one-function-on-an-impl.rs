use observe::observe;

struct Agent;

#[observe(name = "answer", skip(question))]
impl Agent {
    fn answer(&self, question: &str) -> usize {
        question.len()
    }
}

fn main() {
    Agent.answer("why?");
}
