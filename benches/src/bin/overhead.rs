//! What an observed call costs its caller, in nanoseconds above the bare call, beside the peers.
//!
//! `cargo run --release -p observe-benches --bin overhead [rounds]`

#![expect(clippy::print_stdout, reason = "the tables are the output")]

use std::time::Duration;

use observe::Config;
use observe_benches::harness::{self, Table, Variant};
use observe_benches::peers::{bare, by_hand, fastrace, langfuse_sdk, ours, tracing};
use observe_benches::sink::{self, Sink};

/// The workloads of a peer.
type Runs = [fn(u64); 5];

/// Calls in a round. A round of b is 13 MB, well below what ours may keep in memory.
const CALLS: [u64; 5] = [12_000, 3_000, 3_000, 12_000, 12_000];

/// The workloads of a module.
macro_rules! runs {
    ($($module:ident)::+) => {
        [$($module)::+::run_a, $($module)::+::run_b, $($module)::+::run_t, $($module)::+::run_c, $($module)::+::run_d]
    };
}

const BARE: Runs = runs!(bare);
const OURS: Runs = runs!(ours);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("sink") {
        return Ok(sink::serve()?);
    }
    let rounds = argument.map_or(Ok(15), |rounds| rounds.parse())?;
    let config = || Config::new().without_environment().discard();

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
    by_hand::start();
    tracing::start();
    // It has no exporter to be exchanged.
    let sink = Sink::start()?;
    langfuse_sdk::start(&sink.url());

    println!("\n## Recorded, and discarded where it would leave the process, ns above bare\n");
    recorded_table(rounds);

    println!("\n## Ours, the rest\n");
    ours_table(rounds);
    println!("\n## Streams\n");
    stream_table(rounds);

    let stats = guard.shutdown(Duration::from_secs(30));
    println!("\nours in the end: {stats}");

    println!("\n## Delivered by OTLP to another process, ns above bare\n");
    let guard = Config::new().without_environment().collector(sink.url()).init()?;
    delivered_table(rounds);
    guard.shutdown(Duration::from_secs(30));

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
    let (a, d) = (variants(0), variants(4));
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
        ("fastrace, nothing captured", runs!(fastrace::plain), fastrace::settle),
        ("fastrace, JSON properties", runs!(fastrace::json), fastrace::settle),
        ("OpenTelemetry by hand, JSON", runs!(by_hand), by_hand::settle),
        ("tracing + OpenTelemetry, JSON", runs!(tracing), tracing::settle),
        ("langfuse-sdk", runs!(langfuse_sdk), langfuse_sdk::settle),
    ];
    let sonic = [None, Some(bare::run_sonic_b as fn(u64)), Some(bare::run_sonic_t), None, None];
    let mut serialized = [f64::NAN; 5];
    let mut columns = Vec::new();
    for at in 0..CALLS.len() {
        let mut variants: Vec<_> = peers.iter().map(|(name, runs, settle)| variant(name, runs[at], *settle)).collect();
        variants.extend(sonic[at].map(|run| variant("sonic-rs `to_vec`", run, bare::settle)));
        let mut medians = harness::compare(&variants, rounds, CALLS[at]);
        if sonic[at].is_some() {
            serialized[at] = medians.pop().unwrap_or(f64::NAN);
        }
        columns.push(medians);
    }
    let bare: Vec<_> = columns.iter().map(|column| column[0]).collect();
    let columns: Vec<_> = columns.iter().map(|column| above(column)).collect();
    let mut table =
        Table::new(&["", "a", "b", "t", "c", "d", "a ÷ ours", "b ÷ ours", "t ÷ ours", "c ÷ ours", "d ÷ ours"]);
    table.row("bare itself", &bare.iter().map(|value| number(*value)).collect::<Vec<_>>());
    for (at, (name, ..)) in peers.iter().enumerate().skip(1) {
        let times = columns.iter().map(|column| number(column[at]));
        let ratios = columns.iter().map(|column| format!("{:.2}", column[at] / column[1]));
        table.row(name, &times.chain(ratios).collect::<Vec<_>>());
    }
    table.row("sonic-rs `to_vec` of the same two values", &serialized.map(number));
    println!("{}", table.text());

    let [a, b, t, c, d] = [0, 1, 2, 3, 4].map(|at| columns[at][1]);
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
    bar("b ÷ sonic-rs `to_vec`", b / serialized[1], 1.2);
    bar("t ÷ sonic-rs `to_vec`", t / serialized[2], 1.2);
    bar("b ÷ fastrace with JSON", b / columns[1][3], 1.0 / 3.0);
    bar("t ÷ fastrace with JSON", t / columns[2][3], 1.0 / 3.0);
    bar("c ÷ a", c / a, 1.1);
    bar("d ÷ a", d / a, 1.5);
    bar("d ÷ fastrace with nothing", d / columns[4][2], 1.0);
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

fn delivered_table(rounds: usize) {
    let mut table = Table::new(&["", "a", "b", "t", "c", "d"]);
    let columns = [0, 1, 2, 3, 4].map(|at| {
        let variants = [variant("bare", BARE[at], bare::settle), variant("ours", OURS[at], ours::settle)];
        number(above(&harness::compare(&variants, rounds, CALLS[at]))[1])
    });
    table.row("ours", &columns);
    println!("{}", table.text());
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
