//! What an observation can say: a tool call with all it has, usage that is not tokens, and a large document by its link.

#![expect(clippy::print_stdout, reason = "what the program says")]

mod support;

use std::time::Duration;

use observe::{Level, Usage, observe};
use serde_json::{Value, json};
use support::{CHAT, Failure, Model};

#[observe(as_type = "tool")]
fn get_weather(city: &str) -> f64 {
    observe::update_current_observation(|o| {
        o.input(json!({"city": city, "unit": "celsius"}))
            .output(json!({"temperature": 21.5, "source": "station 10384"}))
            .metadata("provider", "open-meteo")
            .metadata("stations", 3)
            .level(Level::Warning)
            .status_message("the nearest station did not answer: the second nearest was asked")
            .version("2.0.1")
    });
    21.5
}

/// Speech is paid for by the character.
#[observe(as_type = "generation")]
fn synthesize_speech(text: &str) -> usize {
    observe::update_current_observation(|o| {
        o.model("tts-1")
            .model_parameter("voice", "alloy")
            .usage(Usage::new().with("input", text.chars().count() as u64).unit("CHARACTERS"))
            .cost("input", text.chars().count() as f64 * 15e-6)
    });
    text.len() * 640
}

/// The handbook has 2 MB: the trace gets what it is about and where it lies.
#[observe(as_type = "retriever", capture_output = false)]
fn load_handbook(edition: u32) -> String {
    let handbook = "Weather: outdoor work stops above 35 °C.\n".repeat(50_000);
    observe::update_current_observation(|o| {
        o.output(json!({
            "summary": "Rules for work outdoors, by temperature",
            "bytes": handbook.len(),
            "link": format!("https://docs.example.com/handbook/{edition}"),
        }))
    });
    handbook
}

#[observe(as_type = "agent", skip(model))]
async fn advise(model: &Model, city: &str) -> Result<Value, Failure> {
    observe::update_current_trace(|t| t.tags(["weather", "tools"]).metadata("tenant", "acme"));
    let temperature = get_weather(city);
    let handbook = load_handbook(7);
    let rule = handbook.lines().next().unwrap_or_default();
    let (advice, usage) = model.chat(rule, &format!("{city} has {temperature} °C. Work outdoors?")).await?;
    observe::update_current_observation(|o| o.model(CHAT).usage_details(usage));
    Ok(json!({"advice": advice, "speech": synthesize_speech(&advice)}))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _observe = observe::init()?;
    let model = Model::connect().await?;
    println!("{}", advise(&model, "Berlin").await?);
    eprintln!("{}", observe::flush_async(Duration::from_secs(5)).await);
    Ok(())
}
