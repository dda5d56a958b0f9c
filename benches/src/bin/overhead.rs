//! What an observed call costs its caller, in nanoseconds above the bare call, beside the peers.
//!
//! `cargo run --release -p observe-benches --bin overhead [rounds]`

#![expect(clippy::print_stdout, reason = "the tables are the output")]

use std::time::Duration;

use observe::Config;
use observe_benches::harness::{self, Table, Variant};
use observe_benches::peers::{bare, by_hand, fastrace, langfuse_sdk, ours, tracing};
use observe_benches::sink::{self, Sink};

/// The four workloads of a peer.
type Runs = [fn(u64); 4];

const WORKLOADS: [&str; 4] = ["a", "b", "c", "d"];
/// Calls in a round. A round of b is 13 MB, well below what ours may keep in memory.
const CALLS: [u64; 4] = [12_000, 3_000, 12_000, 12_000];
const BARE: Runs = [bare::run_a, bare::run_b, bare::run_c, bare::run_d];
const OURS: Runs = [ours::run_a, ours::run_b, ours::run_c, ours::run_d];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("sink") {
        return Ok(sink::serve()?);
    }
    let rounds = argument.map_or(Ok(15), |rounds| rounds.parse())?;
    let sink = Sink::start()?;
    let url = sink.url();
    let config = || Config::new().without_environment().collector(&url);

    println!("\n## Off, ns above bare\n");
    let off = Config::new().without_environment().disabled().init()?;
    off_table(rounds);
    drop(off);

    println!("\n## Sampled out, ns above bare\n");
    let out = config().sample_rate(0.0).init()?;
    let below = [variant("bare", bare::run_a, bare::settle), variant("below", ours::run_a, ours::settle)];
    let roots = [below[0], variant("roots", ours::run_roots, ours::settle)];
    let mut table = Table::new(&["", "a"]);
    table.row("at the root", &[number(above(&harness::compare(&roots, rounds, 50_000))[1])]);
    table.row("below a root", &[number(above(&harness::compare(&below, rounds, 50_000))[1])]);
    println!("{}", table.text());
    drop(out);

    let guard = config().init()?;
    fastrace::start();
    by_hand::start(&url, false, true);
    tracing::start(&url);
    langfuse_sdk::start(&url);

    println!("\n## Recorded and delivered, ns above bare\n");
    recorded_table(rounds);

    println!("\n## Ours, the rest\n");
    ours_table(rounds);
    println!("\n## Streams\n");
    stream_table(rounds);

    let stats = guard.shutdown(Duration::from_secs(30));
    println!("\nours in the end: {stats}");

    println!("\n## The flight recorder, ns above bare\n");
    let dir = std::env::temp_dir().join(format!("observe-benches-{}", std::process::id()));
    let heap = recorder_row(config(), rounds)?;
    let files = recorder_row(config().journal_dir(&dir), rounds)?;
    let _ = std::fs::remove_dir_all(&dir);
    let mut table = Table::new(&["a", "CPU", "÷ heap", "p99.9 of single calls, wall"]);
    for (name, [a, late]) in [("on the heap", heap), ("in files that are mapped", files)] {
        table.row(name, &[number(a), format!("{:.2}", a / heap[0]), number(late)]);
    }
    println!("{}", table.text());
    Ok(())
}

fn variant(name: &'static str, run: fn(u64), settle: fn()) -> Variant {
    Variant { name, run, settle }
}

/// What lies above the first one.
fn above(medians: &[f64]) -> Vec<f64> {
    medians.iter().map(|median| median - medians[0]).collect()
}

fn number(value: f64) -> String {
    format!("{value:.0}")
}

fn off_table(rounds: usize) {
    let mut table = Table::new(&["", "a", "d"]);
    let variants = |at: usize| {
        [
            variant("bare", BARE[at], bare::settle),
            variant("ours, `LANGFUSE_TRACING_ENABLED=false`", OURS[at], bare::settle),
            variant(
                "fastrace, no reporter",
                if at == 0 { fastrace::plain::run_a } else { fastrace::plain::run_d },
                bare::settle,
            ),
            variant("tracing, no subscriber", if at == 0 { tracing::run_a } else { tracing::run_d }, bare::settle),
        ]
    };
    let (a, d) = (variants(0), variants(3));
    let of_a = above(&harness::compare(&a, rounds, 100_000));
    let of_d = above(&harness::compare(&d, rounds, 100_000));
    for (at, variant) in a.iter().enumerate().skip(1) {
        table.row(variant.name, &[format!("{:.1}", of_a[at]), format!("{:.1}", of_d[at])]);
    }
    println!("{}", table.text());
}

fn recorded_table(rounds: usize) {
    let peers: [(&'static str, Runs, fn()); 7] = [
        ("bare", BARE, bare::settle),
        ("ours", OURS, ours::settle),
        (
            "fastrace, nothing captured",
            [fastrace::plain::run_a, fastrace::plain::run_b, fastrace::plain::run_c, fastrace::plain::run_d],
            fastrace::settle,
        ),
        (
            "fastrace, JSON properties",
            [fastrace::json::run_a, fastrace::json::run_b, fastrace::json::run_c, fastrace::json::run_d],
            fastrace::settle,
        ),
        (
            "OpenTelemetry by hand, JSON",
            [by_hand::run_a, by_hand::run_b, by_hand::run_c, by_hand::run_d],
            by_hand::settle,
        ),
        (
            "tracing + OpenTelemetry, JSON",
            [tracing::run_a, tracing::run_b, tracing::run_c, tracing::run_d],
            tracing::settle,
        ),
        (
            "langfuse-sdk",
            [langfuse_sdk::run_a, langfuse_sdk::run_b, langfuse_sdk::run_c, langfuse_sdk::run_d],
            langfuse_sdk::settle,
        ),
    ];
    let mut columns = Vec::new();
    for at in 0..WORKLOADS.len() {
        let mut variants: Vec<_> = peers.iter().map(|(name, runs, settle)| variant(name, runs[at], *settle)).collect();
        if at == 1 {
            variants.push(variant("sonic-rs `to_vec`", bare::run_sonic, bare::settle));
        }
        columns.push(harness::compare(&variants, rounds, CALLS[at]));
    }
    let sonic = columns[1].pop().unwrap_or(f64::NAN);
    let bare: Vec<_> = columns.iter().map(|column| column[0]).collect();
    let columns: Vec<_> = columns.iter().map(|column| above(column)).collect();
    let mut table = Table::new(&["", "a", "b", "c", "d", "a ÷ ours", "b ÷ ours", "c ÷ ours", "d ÷ ours"]);
    table.row("bare itself", &bare.iter().map(|value| number(*value)).collect::<Vec<_>>());
    for (at, (name, ..)) in peers.iter().enumerate().skip(1) {
        let times = columns.iter().map(|column| number(column[at]));
        let ratios = columns.iter().map(|column| format!("{:.2}", column[at] / column[1]));
        table.row(name, &times.chain(ratios).collect::<Vec<_>>());
    }
    println!("{}", table.text());

    let [a, b, c, d] = [0, 1, 2, 3].map(|at| columns[at][1]);
    let mut bars = Table::new(&["bar", "measured", "at most"]);
    let mut bar = |name: &str, measured: f64, most: f64| {
        bars.row(
            name,
            &[format!("{measured:.2}"), format!("{most:.2}{}", if measured <= most { "" } else { " **missed**" })],
        );
    };
    bar("a ÷ fastrace with JSON", a / columns[0][3], 1.0);
    bar("a ÷ fastrace with nothing", a / columns[0][2], 2.5);
    bar("a ÷ tracing with JSON", a / columns[0][5], 0.1);
    bar("a ÷ langfuse-sdk", a / columns[0][6], 0.125);
    bar("b ÷ sonic-rs `to_vec`", b / sonic, 1.2);
    bar("b ÷ fastrace with JSON", b / columns[1][3], 1.0 / 3.0);
    bar("c ÷ a", c / a, 1.1);
    bar("d ÷ a", d / a, 1.5);
    bar("d ÷ fastrace with nothing", d / columns[3][2], 1.0);
    println!("{}", bars.text());
}

/// Workload a above bare, and what one call in a thousand takes at least.
fn recorder_row(config: Config, rounds: usize) -> Result<[f64; 2], Box<dyn std::error::Error>> {
    let guard = config.init()?;
    let variants = [variant("bare", bare::run_a, bare::settle), variant("a", ours::run_a, ours::settle)];
    let a = above(&harness::compare(&variants, rounds, 12_000))[1];
    let late = harness::share(&harness::each(ours::one, 50_000), 0.999);
    guard.shutdown(Duration::from_secs(30));
    Ok([a, late])
}

fn stream_table(rounds: usize) {
    let variants = [
        variant("bare", bare::run_stream, bare::settle),
        variant("an item of an observed stream", ours::run_stream, ours::settle),
        variant("`serde_json` of the item into a buffer", bare::run_items, bare::settle),
    ];
    let medians = harness::compare(&variants, rounds, 12_000);
    let (item, json) = (medians[1] - medians[0], medians[2]);
    let mut table = Table::new(&["30 bytes, ns above bare", "ns", "÷ `serde_json`"]);
    table.row(variants[1].name, &[number(item), format!("{:.2}", item / json)]);
    table.row(variants[2].name, &[number(json), "1.00".to_owned()]);
    println!("{}", table.text());
}

fn ours_table(rounds: usize) {
    let mut table = Table::new(&["", "ns", "÷ a"]);
    let variants = [
        variant("bare", bare::run_a, bare::settle),
        variant("a", ours::run_a, ours::settle),
        variant("a, each a trace of its own", ours::run_roots, ours::settle),
        variant("`update_current_observation`, three fields", ours::run_update, ours::settle),
        variant("`score_current_trace`", ours::run_score, ours::settle),
    ];
    let medians = harness::compare(&variants, rounds, 12_000);
    let a = medians[1] - medians[0];
    for (at, (variant, median)) in variants.iter().zip(&medians).enumerate().skip(1) {
        let above = if at < 3 { median - medians[0] } else { *median };
        table.row(variant.name, &[number(above), format!("{:.2}", above / a)]);
    }
    for count in [1, 2, 8] {
        let bare = harness::threads(variants[0], count, rounds, 12_000);
        let ours = harness::threads(variants[1], count, rounds, 12_000) - bare;
        table
            .row(&format!("a, {count} threads at once, CPU time of each"), &[number(ours), format!("{:.2}", ours / a)]);
    }
    let pause = Duration::from_micros(100);
    let bare = harness::paced(bare::run_a, pause, 5_000);
    let ours = harness::paced(ours::run_roots, pause, 5_000);
    for (name, share) in [("median", 0.5), ("p99", 0.99)] {
        let above = harness::share(&ours, share) - harness::share(&bare, share);
        table.row(
            &format!("a, one call per 100 µs, caches trashed, wall time, {name}"),
            &[number(above), format!("{:.2}", above / a)],
        );
    }
    println!("{}", table.text());
}
