//! Async retrieval and generation: each observation lasts as long as its future, pauses included.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::observe;
use support::{CHAT, Failure, Model};

#[observe(as_type = "retriever")]
async fn fetch_documents(query: &str) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(50)).await;
    vec![format!("{query} Two-factor authentication is switched on under Security.")]
}

#[observe(as_type = "generation", skip(model))]
async fn call_llm(model: &Model, prompt: &str, documents: &[String]) -> Result<String, Failure> {
    let (answer, usage) = model.chat(&documents.join("\n"), prompt).await?;
    observe::update_current_observation(|o| o.model(CHAT).usage_details(usage));
    Ok(answer)
}

#[observe(skip(model))]
async fn async_rag_pipeline(model: &Model, query: &str) -> Result<String, Failure> {
    let documents = fetch_documents(query).await;
    call_llm(model, query, &documents).await
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{}", async_rag_pipeline(&model, "How do I switch on two-factor authentication?").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
