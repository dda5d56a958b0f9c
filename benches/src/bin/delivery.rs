//! What delivery costs: CPU from call to wire, losses in a burst, memory. Every measurement is a process of its own.
//!
//! `cargo run --release -p observe-benches --bin delivery [rounds]`

#![expect(clippy::print_stdout, reason = "the tables are the output")]

use std::process::Command;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use fastrace_opentelemetry::OpenTelemetryReporter;
use observe_benches::harness::{self, Table};
use observe_benches::peers::{by_hand, fastrace, ours};
use observe_benches::sink::{self, Sink};
use opentelemetry::InstrumentationScope;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;

type Failure = Box<dyn std::error::Error>;

/// Calls whose spans fit in the default queue of OpenTelemetry's batch processor, roots included.
const FITS: u64 = 1_500;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["sink"] => Ok(sink::serve()?),
        ["run", peer, url, calls, most, is_compressed] => {
            run(peer, url, calls.parse()?, most.parse()?, is_compressed == "true")
        }
        [] => tables(5),
        [rounds] => tables(rounds.parse()?),
        _ => Err("usage: delivery [rounds]".into()),
    }
}

fn tables(rounds: usize) -> Result<(), Failure> {
    let sink = Sink::start()?;
    let headings = ["", "arrived", "missing", "CPU µs a span", "spans/s", "bytes a span", "peak RSS MiB"];

    println!("\n## A burst of 100,000 at full speed, defaults\n");
    let mut table = Table::new(&headings);
    for (peer, is_compressed) in [("ours", true), ("ours", false), ("otlp", false), ("fastrace", false)] {
        row(&mut table, &sink, rounds, peer, 100_000, u64::MAX, is_compressed)?;
    }
    println!("{}", table.text());

    println!("\n## 1,000,000, fed as fast as nothing is lost\n");
    let mut table = Table::new(&headings);
    for (peer, most, is_compressed) in [
        ("ours", 20_000, true),
        ("ours", 20_000, false),
        ("otlp", FITS, true),
        ("otlp", FITS, false),
        ("otlp, input and output alone", FITS, false),
    ] {
        row(&mut table, &sink, rounds.min(3), peer, 1_000_000, most, is_compressed)?;
    }
    println!("{}", table.text());

    println!("\n## Time of single calls while 200,000 go out at full speed, ns\n");
    let guard = observe::Config::new().without_environment().collector(sink.url()).init()?;
    let mut table = Table::new(&["", "p50", "p99", "p99.9", "p99.99", "longest"]);
    let times = harness::each(ours::one, 200_000);
    let cells = [0.5, 0.99, 0.999, 0.9999, 1.0].map(|share| format!("{:.0}", harness::share(&times, share)));
    table.row("ours", &cells);
    println!("{}\n{}", table.text(), guard.shutdown(Duration::from_secs(30)));
    Ok(())
}

fn row(
    table: &mut Table,
    sink: &Sink,
    rounds: usize,
    peer: &str,
    calls: u64,
    most: u64,
    is_compressed: bool,
) -> Result<(), Failure> {
    let mut columns = [const { Vec::new() }; 6];
    for _ in 0..rounds {
        sink.taken()?;
        let (calls, most) = (calls.to_string(), most.to_string());
        let arguments = ["run", peer, &sink.url(), &calls, &most, if is_compressed { "true" } else { "false" }];
        let output = Command::new(std::env::current_exe()?).args(arguments).output()?;
        if !output.status.success() {
            return Err(format!("{peer}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let numbers = String::from_utf8(output.stdout)?;
        let numbers: Vec<f64> = numbers.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [made, cpu, wall, peak] = numbers[..] else { return Err("four numbers".into()) };
        let (spans, bytes) = sink.taken()?;
        let (spans, bytes) = (approximate(spans), approximate(bytes));
        let values = [spans, made - spans, cpu / spans, spans / wall * 1e6, bytes / spans, peak / 1024.0];
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    let medians = columns.map(|mut values| {
        values.sort_by(f64::total_cmp);
        harness::share(&values, 0.5)
    });
    let digits = [0, 0, 2, 0, 0, 1];
    let cells: Vec<_> = medians.iter().zip(digits).map(|(value, digits)| format!("{value:.digits$}")).collect();
    let name = format!("{peer}{}", if is_compressed { ", gzip" } else { "" });
    table.row(&name, &cells);
    Ok(())
}

/// Makes spans and delivers them, `most` at a time. Prints how many it made, CPU and wall time in µs, and peak memory in KiB.
fn run(peer: &str, url: &str, calls: u64, most: u64, is_compressed: bool) -> Result<(), Failure> {
    let mut guard = None;
    let (work, settle): (fn(u64), fn()) = match peer {
        "ours" => {
            let config = observe::Config::new().without_environment().collector(url).compression(is_compressed);
            guard = Some(config.init()?);
            (ours::run_a, ours::settle)
        }
        "otlp" | "otlp, input and output alone" => {
            by_hand::deliver(url, is_compressed, peer == "otlp");
            (by_hand::run_a, by_hand::settle)
        }
        "fastrace" => {
            let exporter = SpanExporter::builder().with_http().with_endpoint(format!("{url}/v1/traces")).build()?;
            let scope = InstrumentationScope::builder("bench").build();
            let resource = Resource::builder().build();
            let reporter = OpenTelemetryReporter::new(exporter, std::borrow::Cow::Owned(resource), scope);
            ::fastrace::set_reporter(reporter, ::fastrace::collector::Config::default());
            (fastrace::json::run_a, fastrace::settle)
        }
        other => return Err(format!("no such peer: {other}").into()),
    };
    // Connections and buffers are there before it counts.
    work(1);
    settle();
    let (cpu, start) = (ProcessTime::now(), Instant::now());
    let mut left = calls;
    while left > 0 {
        let now = left.min(most);
        work(now);
        left -= now;
        if left > 0 {
            settle();
        }
    }
    settle();
    let (cpu, wall) = (cpu.elapsed(), start.elapsed());
    // Every 500 calls have a root; the first call had one too.
    let roots: u64 = if most > calls {
        calls.div_ceil(500)
    } else {
        calls / most * most.div_ceil(500) + (calls % most).div_ceil(500)
    };
    if let Some(guard) = guard.take() {
        eprintln!("{}", guard.shutdown(Duration::from_secs(30)));
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next());
    println!("{} {} {} {}", calls + roots + 2, cpu.as_micros(), wall.as_micros(), peak.unwrap_or("0"));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
fn approximate(count: u64) -> f64 {
    count as f64
}
