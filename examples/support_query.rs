//! By hand: a trace with a user, a span, a generation with its usage, a score, and a flush.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::Score;
use support::{CHAT, Failure, Model};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    let question = "How do I reset my password?";
    let trace = observe::trace("support-query")
        .user_id("user_123")
        .session_id("session_abc")
        .metadata("channel", "web")
        .tags(["support", "production"])
        .input(question);

    let retrieval = trace.span("retrieval").input(question);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let documents = ["Press Reset password under Settings, Security."];
    retrieval.output(documents).end();

    let generation = trace.generation("llm-answer").model(CHAT).input(question);
    let (answer, usage) = model.chat(documents[0], question).await?;
    generation.usage_details(usage).output(&answer).end();

    trace.score(Score::new("helpfulness", 0.92).comment("answered at once")).output(&answer).end();
    println!("{answer}");
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
