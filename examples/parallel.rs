//! Work at the same time: joined futures, spawned tasks and a thread are siblings under one parent.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::{Context, observe};
use support::{EMBEDDING, Failure, Model};

#[observe(as_type = "retriever", skip(model))]
async fn vector_search(model: &Model, query: &str) -> Result<Vec<String>, Failure> {
    let (vector, usage) = model.embed(query).await?;
    observe::update_current_observation(|o| o.model(EMBEDDING).usage_details(usage));
    tokio::time::sleep(Duration::from_millis(60)).await;
    Ok(vec![format!("the text nearest to {query:?} of {} dimensions", vector.len())])
}

#[observe(as_type = "retriever")]
async fn keyword_search(query: &str) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(40)).await;
    vec![format!("a text with {query:?} in it")]
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

#[observe(skip(model))]
async fn search(model: &Model, query: &str) -> Result<usize, Failure> {
    // An observed `async fn` takes its parent where it is called: spawning needs nothing else.
    let tasks: Vec<_> = (0..3).map(|shard| tokio::spawn(warm_cache(shard))).collect();
    let (near, mut hits) = tokio::join!(vector_search(model, query), keyword_search(query));
    hits.extend(near?);
    for task in tasks {
        task.await?;
    }
    // Threads take the context along.
    let context = Context::current();
    Ok(tokio::task::spawn_blocking(move || context.run(|| rank(&hits))).await?)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{} hits", search(&model, "refund").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
