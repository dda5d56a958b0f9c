//! Work at the same time: joined futures, spawned tasks and a thread are siblings under one parent.

use std::time::Duration;

use observe::{Context, observe};

#[observe(as_type = "retriever")]
async fn vector_search(query: &str) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(60)).await;
    vec![format!("a vector near {query}")]
}

#[observe(as_type = "retriever")]
async fn keyword_search(query: &str) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(40)).await;
    vec![format!("a text with {query}")]
}

#[observe]
async fn warm_cache(shard: u32) -> u32 {
    tokio::time::sleep(Duration::from_millis(10)).await;
    shard
}

#[observe]
fn rank(hits: &[String]) -> usize {
    hits.len()
}

#[observe]
async fn search(query: &str) -> Result<usize, tokio::task::JoinError> {
    // An observed `async fn` takes its parent where it is called: spawning needs nothing else.
    let tasks: Vec<_> = (0..3).map(|shard| tokio::spawn(warm_cache(shard))).collect();
    let (mut hits, more) = tokio::join!(vector_search(query), keyword_search(query));
    hits.extend(more);
    for task in tasks {
        task.await?;
    }
    // Threads take the context along.
    let context = Context::current();
    tokio::task::spawn_blocking(move || context.run(|| rank(&hits))).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _observe = observe::init()?;
    eprintln!("{} hits", search("refund").await?);
    Ok(())
}
