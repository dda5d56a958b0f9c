use observe::observe;

trait Model {
    #[observe]
    fn answer(&self, question: &str) -> String;
}

fn main() {}
