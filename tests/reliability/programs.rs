//! The programs that the other tests run, in processes of their own.

use std::time::{Duration, Instant};

use observe::{Config, Masked, Overflow, Stats, observe};

#[observe]
fn call(number: usize) -> usize {
    number + 1
}

#[test]
fn child() {
    let Ok(name) = std::env::var("PROGRAM") else { return };
    match &*name {
        "calls" => calls(),
        "burst" => burst(),
        "fields" => fields(),
        "exit" => exit(&std::env::var("HOW").unwrap()),
        "scores" => scores(),
        "signalled" => signalled(),
        "killed" => killed(),
        "recover" => recover(),
        "carried" => carried(),
        other => panic!("there is no program `{other}`"),
    }
}

fn number(variable: &str) -> usize {
    std::env::var(variable).unwrap().parse().unwrap()
}

/// A time from a variable in milliseconds.
fn time(variable: &str) -> Duration {
    Duration::from_millis(number(variable) as u64)
}

/// The pause between calls at this rate is kept by the clock, not by the length of sleeps.
fn paced(calls: usize, lasting: Duration, mut work: impl FnMut(usize)) {
    let start = Instant::now();
    for n in 0..calls {
        work(n);
        let due = lasting.mul_f64((n + 1) as f64 / calls as f64);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
}

fn report(stats: &Stats) {
    println!("recorded {}", stats.recorded);
    println!("delivered {}", stats.delivered);
    println!("pending {}", stats.pending);
    println!("retried {}", stats.retried);
    let lost: u64 = stats.lost.iter().map(|(_, count)| count).sum();
    println!("lost {lost}");
    println!("stats {stats}");
}

/// `CALLS` calls within `LASTING` milliseconds, then the end.
fn calls() {
    let guard = observe::init().unwrap();
    println!("ready");
    paced(number("CALLS"), time("LASTING"), |n| {
        call(n);
    });
    println!("done");
    let start = Instant::now();
    report(&guard.shutdown(time("EXIT")));
    println!("exit {}", start.elapsed().as_millis());
}

/// Calls until a signal ends it.
fn signalled() {
    let _guard = observe::init().unwrap();
    observe::flush_on_signals(time("EXIT")).unwrap();
    for n in 0.. {
        call(n);
        println!("called {n}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// `CALLS` calls by two threads as fast as they go, then the end. They wait for room if `WAIT` says how long.
fn burst() {
    let overflow = if std::env::var("WAIT").is_ok() { Overflow::Block(time("WAIT")) } else { Overflow::Refuse };
    let guard = Config::new().overflow(overflow).init().unwrap();
    // What it takes to send anything at all is there.
    call(usize::MAX - 1);
    observe::flush(time("EXIT"));
    println!("base {}", peak());
    let each = number("CALLS") / 2;
    std::thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || {
                for n in 0..each {
                    call(thread * each + n);
                }
            });
        }
    });
    report(&guard.shutdown(time("EXIT")));
    println!("peak {}", peak());
}

/// KiB that were resident at once.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[observe]
fn field(number: usize, text: &str) -> usize {
    number + text.len()
}

/// `CALLS` calls with an argument of `BYTES`, one of them of `LARGEST`.
fn fields() {
    let guard = Config::new().capture_limit(number("LARGEST") + 1000).init().unwrap();
    let (text, largest) = ("x".repeat(number("BYTES")), "y".repeat(number("LARGEST")));
    for n in 0..number("CALLS") {
        field(n, if n == 100 { &largest } else { &text });
    }
    report(&guard.shutdown(time("EXIT")));
}

/// Three scores and an observation.
fn scores() {
    let guard = observe::init().unwrap();
    let trace = observe::trace("scored");
    for name in ["good", "bad", "busy"] {
        trace.score(observe::Score::new(name, 1.0).id(name));
    }
    trace.end();
    report(&guard.shutdown(time("EXIT")));
}

/// The ways in which a program ends.
fn exit(how: &str) {
    let timeout = time("EXIT");
    let start = Instant::now();
    match how {
        "drop" => {
            let guard = Config::new().exit_timeout(timeout).init().unwrap();
            call(1);
            drop(guard);
        }
        "shutdown twice" => {
            let _guard = observe::init().unwrap();
            call(1);
            report(&observe::shutdown(timeout));
            report(&observe::shutdown(timeout));
        }
        "current thread" => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let guard = observe::init().unwrap();
                call(1);
                report(&guard.shutdown(timeout));
            });
        }
        "panic" => {
            let result = std::panic::catch_unwind(|| {
                let _guard = Config::new().exit_timeout(timeout).init().unwrap();
                call(1);
                panic!("on purpose");
            });
            assert!(result.is_err());
        }
        "fork" => {
            let guard = observe::init().unwrap();
            call(1);
            match fork::fork().unwrap() {
                fork::Fork::Parent(child) => {
                    fork::waitpid(child).unwrap();
                    call(3);
                    report(&guard.shutdown(timeout));
                }
                fork::Fork::Child => {
                    call(2);
                    let flushed = observe::flush(timeout);
                    println!("child flushed {}", flushed.delivered);
                    drop(guard);
                    let guard = observe::init().unwrap();
                    call(4);
                    report(&guard.shutdown(timeout));
                    std::process::exit(0);
                }
            }
        }
        other => panic!("{other}"),
    }
    println!("exit {}", start.elapsed().as_millis());
}

/// Something that is open when the program is killed.
#[observe]
fn session(name: &str, work: impl FnOnce()) {
    observe::update_current_observation(|o| o.metadata("progress", "begun"));
    observe::update_current_trace(|t| t.user_id("somebody"));
    work();
}

/// A thousand calls a second by two threads, from the number `FROM` on, until somebody kills it.
fn killed() {
    let _guard = observe::init().unwrap();
    let next = std::sync::atomic::AtomicUsize::new(number("FROM"));
    let work = || {
        paced(1_000_000, Duration::from_secs(2000), |_| {
            let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            call(n);
            println!("called {n}");
        });
    };
    session(&std::env::var("FROM").unwrap(), || {
        std::thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
    });
}

/// Something that is open for long, of which something is said in every segment.
fn carried() {
    let _guard = observe::init().unwrap();
    session("long", || {
        for n in 0..number("CALLS") {
            call(n);
            if n % 300 == 0 {
                observe::update_current_observation(|o| o.metadata("progress", n));
            }
        }
        observe::flush(Duration::from_secs(100));
        println!("flushed");
        std::thread::sleep(Duration::from_secs(1000));
    });
}

/// Takes over what others left, and delivers it.
fn recover() {
    let is_masked = std::env::var("MASK").as_deref() == Ok("yes");
    let config = if is_masked { Config::new().mask(|_, _| Masked::Keep) } else { Config::new() };
    let guard = config.init().unwrap();
    let stats = guard.shutdown(time("EXIT"));
    println!("recovered {}", stats.recovered);
    report(&stats);
}
