//! `observe push`: stored traces on to Langfuse or a collector, each observation once.

use std::collections::HashSet;
use std::error::Error;

use clap::Args;
use serde_json::{Value, json};

use super::asked::{Asked, Looking};
use super::export::Traces;
use crate::cli::Place;
use crate::export::{self, Whole};
use crate::push::{Destination, Refusal};
use crate::store::Store;
use crate::terminal::tree::counted;
use crate::terminal::{Screen, escape};
use crate::view::Observation;

/// Bytes of a request before it is zipped: Langfuse takes 4.5 MB.
const LARGEST: usize = 3_500_000;

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Also what was sent there before. Langfuse shows an observation that is sent twice as two.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    asked: Asked,
}

pub(crate) async fn run(place: &Place, screen: &mut Screen, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let destination = Destination::from_environment()?;
    let looking = Looking::open(place, Some(&arguments.asked)).await?;
    let mut push =
        Push { destination, store: &looking.store, waiting: Waiting::default(), sent: 0, scores: 0, left_out: 0 };
    let mut traces = Traces::new(&looking.store, &arguments.asked, true).await?;
    let mut before = 0;
    let mut result = Ok(());
    'all: while let Some(page) = traces.next().await? {
        for whole in &page {
            let known = if arguments.again { HashSet::new() } else { push.known(whole).await? };
            before += i64::try_from(known.len()).unwrap_or(0);
            result = push.add(whole, &known).await;
            if result.is_err() {
                break 'all;
            }
        }
    }
    if result.is_ok() {
        result = push.send().await;
    }
    drop(traces);
    let before = if before > 0 { format!(", {before} sent before") } else { String::new() };
    screen.line(&format!(
        "{} and {} sent to {}{before}",
        counted(push.sent, "observation"),
        counted(push.scores, "score"),
        push.destination.name
    ))?;
    screen.flush()?;
    result?;
    if push.left_out > 0 {
        return Err(format!("{} refused, all others were sent", counted(push.left_out, "request")).into());
    }
    Ok(())
}

struct Push<'a> {
    destination: Destination,
    store: &'a Store,
    waiting: Waiting,
    sent: i64,
    scores: i64,
    left_out: i64,
}

/// What the next request holds.
#[derive(Default)]
struct Waiting {
    spans: Vec<Value>,
    scores: Vec<Value>,
    /// As the database remembers them.
    observation_keys: Vec<String>,
    score_keys: Vec<String>,
    bytes: usize,
}

impl Push<'_> {
    /// What of a trace was sent there before.
    async fn known(&self, whole: &Whole) -> Result<HashSet<String>, Box<dyn Error>> {
        let (name, first) = (self.destination.name.clone(), format!("{}/", whole.trace.trace.row.id));
        let found = self.store.read(move |db| {
            // What begins with the trace and a slash.
            let sql = "SELECT id FROM pushed WHERE destination = ?1 AND id >= ?2 AND id < substr(?2, 1, length(?2) - 1) || '0'";
            db.prepare_cached(sql)?.query_map([name, first], |row| row.get(0))?.collect()
        });
        Ok(found.await?)
    }

    async fn add(&mut self, whole: &Whole, known: &HashSet<String>) -> Result<(), Box<dyn Error>> {
        let trace = &whole.trace.trace.row.id;
        let is_new =
            |of: &Observation| of.end.is_some() && !of.running && !known.contains(&format!("{trace}/{}", of.id));
        let ids = self.destination.ids();
        if let Some(request) = export::request(whole, ids, is_new) {
            if request.to_string().len() <= LARGEST {
                let keys =
                    whole.trace.observations.iter().filter(|of| is_new(of)).map(|of| format!("{trace}/{}", of.id));
                self.put(request, keys.collect()).await?;
            } else {
                for of in whole.trace.observations.iter().filter(|of| is_new(of)) {
                    let one = export::request(whole, ids, |other| other.id == of.id);
                    self.put(one.unwrap_or_default(), vec![format!("{trace}/{}", of.id)]).await?;
                }
            }
        }
        if self.destination.takes_scores() {
            for score in &whole.trace.scores {
                let key = format!("{trace}/score/{}", score.id);
                if !known.contains(&key) {
                    let body = export::score(score, ids);
                    self.waiting.bytes += body.to_string().len();
                    self.waiting.scores.push(body);
                    self.waiting.score_keys.push(key);
                }
            }
        }
        Ok(())
    }

    /// Adds spans to the next request, sending the one before if they do not fit beside it.
    async fn put(&mut self, mut request: Value, keys: Vec<String>) -> Result<(), Box<dyn Error>> {
        let bytes = request.to_string().len();
        if self.waiting.bytes > 0 && self.waiting.bytes + bytes > LARGEST {
            self.send().await?;
        }
        if let Some(Value::Array(spans)) = request.get_mut("resourceSpans").map(Value::take) {
            self.waiting.spans.extend(spans);
        }
        self.waiting.observation_keys.extend(keys);
        self.waiting.bytes += bytes;
        Ok(())
    }

    /// Sends what waits, and remembers it.
    async fn send(&mut self) -> Result<(), Box<dyn Error>> {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.spans.is_empty() {
            let answer = self.destination.traces(&json!({"resourceSpans": waiting.spans})).await;
            if self.is_taken(answer)? {
                self.sent += i64::try_from(waiting.observation_keys.len()).unwrap_or(0);
                self.remember(waiting.observation_keys).await?;
            }
        }
        if !waiting.scores.is_empty() {
            let answer = self.destination.scores(&waiting.scores).await;
            if self.is_taken(answer)? {
                self.scores += i64::try_from(waiting.score_keys.len()).unwrap_or(0);
                self.remember(waiting.score_keys).await?;
            }
        }
        Ok(())
    }

    /// Whether a request was taken. What was refused of it is said.
    fn is_taken(&mut self, answer: Result<Option<String>, Refusal>) -> Result<bool, Box<dyn Error>> {
        let (is_taken, why) = match answer {
            Ok(None) => return Ok(true),
            Ok(Some(why)) => (true, why),
            Err(Refusal::This(why)) => (false, why),
            Err(Refusal::All(why)) => return Err(why.into()),
        };
        self.left_out += 1;
        eprintln!("observe: {}: {}", self.destination.name, escape::line(&why));
        Ok(is_taken)
    }

    async fn remember(&self, keys: Vec<String>) -> Result<(), Box<dyn Error>> {
        let name = self.destination.name.clone();
        let kept = self.store.run(move |db| {
            let mut insert = db.prepare_cached("INSERT OR IGNORE INTO pushed(destination, id) VALUES (?, ?)")?;
            keys.iter().try_for_each(|key| insert.execute([&name, key]).map(drop))
        });
        Ok(kept.await?)
    }
}
