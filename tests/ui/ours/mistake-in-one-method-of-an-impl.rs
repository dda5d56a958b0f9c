use observe::observe;

struct Agent;

#[observe]
impl Agent {
    fn answer(&self, question: &str) -> usize {
        question.len()
    }

    #[observe(skip(questoin))]
    fn ask(&self, question: &str) -> usize {
        self.answer(question)
    }
}

fn main() {
    Agent.ask("why?");
}
