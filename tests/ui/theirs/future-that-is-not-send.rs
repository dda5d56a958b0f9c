use std::rc::Rc;

use observe::observe;

#[observe]
async fn answer(question: &str) -> usize {
    let shared = Rc::new(question.len());
    std::future::ready(()).await;
    *shared
}

fn send<T: Send>(_: T) {}

fn main() {
    send(answer("why?"));
}
