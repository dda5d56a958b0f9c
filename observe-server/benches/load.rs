//! What the server takes and how soon it answers: `cargo bench -p observe-server --bench load`, with `OBSERVE_LOAD=1000000` for
//! a million observations (100,000 without). It starts the real program, and sends it protobuf over HTTP. With `OBSERVE_LOAD_DB`,
//! a file, the database stays there, and only what is asked is measured when it is there already.
//!
//! The generator shares the machine with the program, so it is cheap: texts are taken from a store of them that is made
//! before. Ids are spread over their range, as random ones are.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on has failed, and says what it measured"
)]
#![expect(dead_code, reason = "the tests use all of these helpers")]

#[path = "../tests/server/http.rs"]
mod http;
#[path = "../tests/program/mod.rs"]
mod program;
#[path = "../tests/server/spans.rs"]
mod spans;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use program::{Scratch, Server};
use serde_json::json;
use spans::{encoded_with, request, span_id, trace_id};

/// Traces in a request, observations in a trace.
const TRACES: u64 = 100;
const EACH: u64 = 5;
const RUNS: usize = 40;
/// Requests under way at once.
const SENDERS: usize = 4;
/// Different texts.
const TEXTS: usize = 8192;

fn main() {
    let wanted: u64 = std::env::var("OBSERVE_LOAD").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let scratch = Scratch::new("load");
    let kept = std::env::var("OBSERVE_LOAD_DB").ok();
    let is_filled = kept.as_ref().is_some_and(|path| Path::new(path).exists());
    let db = kept.unwrap_or_else(|| "load.db".to_owned());
    let serve = || scratch.serve(&["--watch", "none", "--db", &db]);
    let server = serve();
    println!("{wanted} observations in traces of {EACH}, about 1 KB of input and output each");
    if !is_filled {
        fill(&server, wanted);
    }
    println!("memory at most       {:8} MiB", peak(&server) >> 10);
    let bytes = server.get("/api/local/info")["db"]["bytes"].as_f64().unwrap();
    println!("on disk              {:8.0} bytes an observation", bytes / wanted as f64);
    queries(&server, wanted);
    drop(server);
    let start = Instant::now();
    let server = serve();
    server.get("/api/local/traces?limit=1");
    println!("start to first answer{:8.0} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("memory after start   {:8} MiB", peak(&server) >> 10);
}

fn fill(server: &Server, wanted: u64) {
    ingest(server, wanted);
    let start = Instant::now();
    while server.get("/api/local/info")["backlog"] != 0 {
        assert!(start.elapsed() < Duration::from_secs(600), "the index does not catch up");
        thread::sleep(Duration::from_millis(500));
    }
    println!("index caught up      {:8.1} s after the last request", start.elapsed().as_secs_f64());
}

fn ingest(server: &Server, wanted: u64) {
    let mut random = fastrand::Rng::with_seed(1);
    let texts: Vec<String> = (0..TEXTS).map(|_| words(&mut random)).collect();
    let trace = |number| trace(number, &texts);
    let next = AtomicU64::new(0);
    let busy = AtomicU64::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(TRACES, Ordering::Relaxed);
                    if first * EACH >= wanted {
                        return;
                    }
                    let made = Instant::now();
                    let spans: Vec<Vec<u8>> = (first..first + TRACES).flat_map(trace).collect();
                    let body = request(&spans);
                    busy.fetch_add(u64::try_from(made.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
                    let kind = [("content-type", "application/x-protobuf")];
                    let answer = http::try_send(&server.address, "POST", "/v1/traces", &kind, &body).unwrap();
                    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                }
            });
        }
    });
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "ingest, acknowledged {:8.0} observations/s ({seconds:.1} s; the generator itself took {:.1} CPU s)",
        wanted as f64 / seconds,
        busy.load(Ordering::Relaxed) as f64 / 1e6
    );
    let scores: Vec<_> = (0..wanted / EACH)
        .step_by(10)
        .map(|number| json!({"traceId": trace_id(spread(number + 1)), "name": "quality", "value": (number % 1000) as f64 / 1000.0}))
        .collect();
    for part in scores.chunks(2000) {
        assert_eq!(server.post("/api/public/scores", &json!(part)).status, 202);
    }
    let seen = Instant::now();
    let last = trace(wanted / EACH + 1_000_000);
    let kind = [("content-type", "application/x-protobuf")];
    assert_eq!(http::try_send(&server.address, "POST", "/v1/traces", &kind, &request(&last)).unwrap().status, 200);
    while server.found("sort:-startTime").len() < 50 {}
    println!("visible after        {:8.0} ms", seen.elapsed().as_secs_f64() * 1e3);
}

/// A number of its own for each, anywhere in the range.
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The spans of a trace, much alike but for names, users and words.
fn trace(number: u64, texts: &[String]) -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(number);
    let name = format!("task-{}", number % 20);
    let user = format!("user-{}", random.u64(0..1000));
    let session = format!("session-{}", number / 4);
    let tags =
        format!("[\"team-{}\",\"{}\"]", number % 7, if number.is_multiple_of(3) { "production" } else { "staging" });
    let plan = if number.is_multiple_of(50) { "enterprise" } else { "free" };
    let order = format!("{number}");
    let kinds = ["agent", "retriever", "generation", "tool", "generation"];
    let root = number * EACH + 1;
    (0..EACH)
        .map(|place| {
            let mut input = texts[random.usize(..texts.len())].clone();
            if (number * EACH + place).is_multiple_of(10_000) {
                input.push_str(&format!(" zanzibar{}", number % 100));
            }
            let output = &texts[random.usize(..texts.len())];
            let mut attributes = vec![
                ("langfuse.observation.type", kinds[usize::try_from(place).unwrap()]),
                ("langfuse.observation.input", &input),
                ("langfuse.observation.output", output),
                ("langfuse.user.id", &user),
                ("langfuse.session.id", &session),
                ("langfuse.trace.tags", &tags),
                ("langfuse.trace.metadata.plan", plan),
                ("langfuse.trace.metadata.order", &order),
            ];
            if place == 2 || place == 4 {
                attributes.push((
                    "langfuse.observation.model.name",
                    if number.is_multiple_of(2) { "gpt-4o" } else { "claude-sonnet-4" },
                ));
                attributes.push(("langfuse.observation.usage_details", "{\"input\":800,\"output\":150}"));
            }
            if place == 3 && number % 50 == 7 {
                attributes.push(("langfuse.observation.level", "ERROR"));
            }
            let start = 1_790_000_000_000_000_000 + number * 20_000_000_000 + place * 100_000_000;
            let length = 50_000_000 + random.u64(0..2_000_000_000);
            let parent = (place > 0).then_some(spread(root));
            let attributes: Vec<(&str, &[u8])> =
                attributes.iter().map(|(key, value)| (*key, value.as_bytes())).collect();
            encoded_with(
                spread(number + 1),
                spread(root + place),
                parent,
                name.as_bytes(),
                (start, start + length),
                &attributes,
            )
        })
        .collect()
}

/// Half a kilobyte, the frequent words more often.
fn words(random: &mut fastrand::Rng) -> String {
    let mut text = String::with_capacity(540);
    while text.len() < 512 {
        let rank = (1.0 / (random.f64() + 0.0001)) as u64 * random.u64(1..8);
        text.push_str(&format!("w{rank}x "));
    }
    text
}

fn queries(server: &Server, wanted: u64) {
    let middle = wanted / EACH / 2;
    let order = format!("metadata.order:{middle}");
    let cases = [
        ("the newest", "/api/local/traces", String::new()),
        ("by name", "/api/local/traces", "name:=task-7".to_owned()),
        ("by part of a name", "/api/local/traces", "name:task-7".to_owned()),
        ("by user", "/api/local/traces", "user:user-77".to_owned()),
        ("by session", "/api/local/traces", format!("session:session-{}", middle / 4)),
        ("by two tags", "/api/local/traces", "tags:(team-3 AND production)".to_owned()),
        ("by common metadata", "/api/local/traces", "metadata.plan:enterprise".to_owned()),
        ("by rare metadata", "/api/local/traces", order),
        ("by score", "/api/local/traces", "scores.quality:>0.8 scores.quality:<0.81".to_owned()),
        ("by level", "/api/local/traces", "level:ERROR".to_owned()),
        ("by model", "/api/local/traces", "model:gpt-4o".to_owned()),
        ("a rare word", "/api/local/traces", "zanzibar10".to_owned()),
        ("a common word", "/api/local/traces", "w7x".to_owned()),
        ("a word between", "/api/local/traces", "w1200x".to_owned()),
        ("a phrase", "/api/local/traces", "\"w1x w2x\"".to_owned()),
        ("latency above all", "/api/local/traces", "latency:>1h".to_owned()),
        ("sorted by cost", "/api/local/traces", "sort:-cost".to_owned()),
        ("user and word", "/api/local/traces", "user:user-77 w7x".to_owned()),
        ("facets", "/api/local/facets", String::new()),
        ("dashboard", "/api/local/dashboard", String::new()),
        ("histogram", "/api/local/histogram", String::new()),
        ("sessions", "/api/local/sessions", String::new()),
        ("users", "/api/local/users", String::new()),
        ("scores", "/api/local/scores/summary", String::new()),
    ];
    println!("{:22}{:>10}{:>10}", "query", "median ms", "p95 ms");
    for (what, path, query) in cases {
        measure(what, || {
            let answer = server.ask(path, "q", &query);
            assert_eq!(answer.status, 200, "{what}: {}", String::from_utf8_lossy(&answer.body));
        });
    }
    let path = format!("/api/local/traces/{}", trace_id(spread(middle + 1)));
    measure("one trace", || drop(server.get(&path)));
    let path = format!("{path}/observations/{}/io", span_id(spread(middle * EACH + 1)));
    measure("one payload", || drop(server.get(&path)));
}

fn measure(what: &str, run: impl Fn()) {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{what:22}{:10.1}{:10.1}", times[RUNS / 2], times[RUNS * 95 / 100]);
}

/// The most memory the server had, in KiB.
fn peak(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    line.unwrap_or(0)
}
