//! Events: moments with data and a level, without a duration.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::{Level, observe};
use serde_json::json;
use support::{CHAT, Failure, Model};

#[observe(as_type = "retriever")]
fn retrieve(question: &str) -> Vec<&'static str> {
    observe::event("cache-hit").level(Level::Debug).input(json!({"key": question.len()})).metadata("age_seconds", 40);
    let documents = vec!["Orders can be cancelled within one hour of payment.", "Support answers on weekdays."];
    observe::event("rerank").input(json!({"from": documents.len(), "to": 1})).metadata("by", "shared words");
    documents.into_iter().take(1).collect()
}

#[observe(as_type = "generation", skip(model))]
async fn generate(model: &Model, question: &str, documents: &[&str]) -> Result<String, Failure> {
    observe::event("rate-limit-warning")
        .level(Level::Warning)
        .status_message("3 of 60 requests left in this minute")
        .metadata("remaining", 3)
        .metadata("limit", 60);
    let (answer, usage) = model.chat(&documents.join("\n"), question).await?;
    observe::update_current_observation(|o| o.model(CHAT).usage_details(usage));
    Ok(answer)
}

#[observe(skip(model))]
async fn answer(model: &Model, question: &str) -> Result<String, Failure> {
    let documents = retrieve(question);
    generate(model, question, &documents).await
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{}", answer(&model, "Can I cancel my order?").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
