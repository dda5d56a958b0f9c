//! The complete pipeline: embed, search, rerank, answer; tagged, scored, and shown as a tree.
//!
//! `cargo run --example rag_pipeline` needs no key: see `support/mod.rs`.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::{Config, Score, observe};
use serde::Serialize;
use support::{CHAT, EMBEDDING, Failure, Model};

const CORPUS: &[&str] = &[
    "To reset your password, open Settings, choose Security and press Reset password.",
    "Passwords must be at least twelve characters long.",
    "Orders can be cancelled within one hour of payment.",
    "Refunds arrive within five working days.",
    "Two-factor authentication is switched on under Security.",
    "Invoices are sent to the address of the account's owner.",
    "Support answers on weekdays between nine and five.",
];

#[derive(Clone, Debug, Serialize)]
struct Hit {
    text: &'static str,
    score: f32,
}

#[observe(as_type = "embedding", skip(model))]
async fn embed_query(model: &Model, text: &str) -> Result<Vec<f32>, Failure> {
    let (vector, usage) = model.embed(text).await?;
    observe::update_current_observation(|o| {
        o.model(EMBEDDING).usage_details(usage).output(format!("{} dimensions", vector.len()))
    });
    Ok(vector)
}

#[observe(as_type = "retriever", skip(model, query))]
async fn vector_search(model: &Model, query: &[f32], top_k: usize) -> Result<Vec<Hit>, Failure> {
    let mut hits = Vec::new();
    for text in CORPUS {
        let (vector, _) = model.embed(text).await?;
        hits.push(Hit { text, score: cosine(query, &vector) });
    }
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    hits.truncate(top_k);
    Ok(hits)
}

#[observe]
fn rerank_documents(question: &str, mut hits: Vec<Hit>) -> Vec<Hit> {
    let question = question.to_lowercase();
    let shared =
        |hit: &Hit| hit.text.to_lowercase().split(' ').filter(|word| word.len() > 3 && question.contains(word)).count();
    hits.sort_by_key(|hit| std::cmp::Reverse(shared(hit)));
    hits.truncate(3);
    hits
}

#[observe(as_type = "generation", skip(model))]
async fn generate_response(model: &Model, question: &str, hits: &[Hit]) -> Result<String, Failure> {
    let best_last: Vec<&str> = hits.iter().rev().map(|hit| hit.text).collect();
    let system = format!("Answer from these documents, the last is the best:\n{}", best_last.join("\n"));
    let (answer, usage) = model.chat(&system, question).await?;
    observe::update_current_observation(|o| o.model(CHAT).usage_details(usage));
    Ok(answer)
}

#[observe(skip(model))]
async fn rag_pipeline(model: &Model, question: &str) -> Result<String, Failure> {
    observe::update_current_trace(|t| {
        t.user_id("user_123")
            .session_id("session_abc")
            .tags(["rag", "support", "production"])
            .metadata("pipeline_version", "2.1")
    });
    let query = embed_query(model, question).await?;
    let hits = vector_search(model, &query, 5).await?;
    let hits = rerank_documents(question, hits);
    let answer = generate_response(model, question, &hits).await?;
    observe::score_current_trace(Score::new("context_relevance", 0.91).comment("the first document answers it"));
    Ok(answer)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f32::EPSILON)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = Config::new().console(true).init()?;
    let model = Model::connect().await?;
    let answer = rag_pipeline(&model, "How do I reset my password?").await?;
    println!("{answer}");
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
