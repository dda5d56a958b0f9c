//! From inside: usage and metadata on the observation, a score on the trace, and who asked, said at the top.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::{Score, observe};
use support::{CHAT, Failure, Model};

#[observe(as_type = "retriever")]
async fn retrieve(question: &str) -> Vec<&'static str> {
    let documents = vec!["Refunds arrive within five working days."];
    observe::update_current_observation(|o| o.metadata("index", "handbook").metadata("documents", documents.len()));
    documents
}

#[observe(as_type = "generation", skip(model))]
async fn generate(model: &Model, question: &str, documents: &[&str]) -> Result<String, Failure> {
    let (answer, usage) = model.chat(&documents.join("\n"), question).await?;
    observe::update_current_observation(|o| {
        o.model(CHAT).model_parameter("temperature", 0.2).usage_details(usage).metadata("cache", "miss")
    });
    // From any depth: the score is the trace's.
    observe::score_current_trace(Score::new("completeness", 0.85));
    Ok(answer)
}

#[observe(skip(model))]
async fn answer(model: &Model, question: &str, user_id: &str) -> Result<String, Failure> {
    observe::update_current_trace(|t| t.user_id(user_id).session_id("session_abc").tags(["support", "production"]));
    let documents = retrieve(question).await;
    generate(model, question, &documents).await
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{}", answer(&model, "When do I get my refund?", "user_123").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
