//! Failures: said by hand, returned as `Err`, and as a panic. What the program does with them stays as it was.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::fmt;
use std::time::Duration;

use observe::{Level, Score, observe};
use support::{Failure, Model};

#[derive(Debug)]
struct DatabaseError {
    source: std::io::Error,
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the orders database cannot be reached")
    }
}

impl std::error::Error for DatabaseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

fn connect() -> Result<u32, DatabaseError> {
    Err(DatabaseError { source: std::io::Error::other("connection refused on port 5432") })
}

/// The observation says itself what went wrong; the function goes on with what it has.
#[observe(as_type = "tool")]
fn orders_or_none(customer: &str) -> Vec<u32> {
    let orders = connect().map(|order| vec![order]);
    if let Err(error) = &orders {
        observe::update_current_observation(|o| {
            o.level(Level::Error).status_message(format!("no orders of {customer}: {error}"))
        });
        observe::score_current_observation(Score::new("error", 1));
    }
    orders.unwrap_or_default()
}

/// Nothing needs to be said: the error and its sources are recorded, and returned as they are.
#[observe(as_type = "tool")]
fn orders(customer: &str) -> Result<Vec<u32>, DatabaseError> {
    Ok(vec![connect()? + customer.len() as u32])
}

/// A panic is recorded and goes on.
#[observe(as_type = "tool")]
fn first_order(customer: &str) -> u32 {
    let orders: Vec<u32> = Vec::new();
    *orders.first().unwrap_or_else(|| panic!("{customer} has no order"))
}

#[observe(skip(model))]
async fn answer(model: &Model, question: &str) -> Result<String, Failure> {
    let known = orders_or_none("user_123").len();
    if let Err(error) = orders("user_123") {
        eprintln!("goes on without orders: {error}");
    }
    if std::panic::catch_unwind(|| first_order("user_123")).is_err() {
        observe::score_current_trace(Score::new("error", 1).comment("three ways to fail"));
    }
    let (answer, _) = model.chat(&format!("{known} orders are known."), question).await?;
    Ok(answer)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{}", answer(&model, "Where is my order?").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
