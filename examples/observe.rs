//! By attribute alone: three functions, and the trace has their inputs, outputs, durations and nesting.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::observe;
use support::{Failure, Model};

#[observe]
async fn retrieve_documents(query: &str) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    vec![format!("About {query:?}: press Reset password under Settings, Security.")]
}

#[observe(as_type = "generation", skip(model))]
async fn generate_answer(model: &Model, question: &str, documents: &[String]) -> Result<String, Failure> {
    let (answer, _) = model.chat(&documents.join("\n"), question).await?;
    Ok(answer)
}

#[observe(skip(model))]
async fn answer_support_question(model: &Model, question: &str) -> Result<String, Failure> {
    let documents = retrieve_documents(question).await;
    generate_answer(model, question, &documents).await
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{}", answer_support_question(&model, "How do I reset my password?").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
