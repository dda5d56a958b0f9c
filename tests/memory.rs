//! What is refused for want of memory is counted, each call of it.

use std::time::Duration;

use observe::{Config, Loss, observe};

#[observe]
fn top(n: u64) -> u64 {
    let span = observe::span("by hand");
    let sum = middle(n) + span.run(|| leaf(n));
    span.end();
    sum
}

#[observe]
fn middle(n: u64) -> u64 {
    leaf(n)
}

#[observe]
fn leaf(n: u64) -> u64 {
    n
}

#[test]
fn calls_below_a_refused_one_are_counted_too() {
    const CALLS: u64 = 20_000;
    let dir = std::env::temp_dir().join(format!("observe-memory-{}", std::process::id()));
    let guard = Config::new().without_environment().files(&dir).memory_limit(32 << 10).init().unwrap();
    for n in 0..CALLS {
        assert_eq!(top(n), 2 * n);
    }
    let stats = guard.shutdown(Duration::from_secs(60));
    let lost = stats.lost_to(Loss::MemoryFull);
    assert!(lost > 0, "{stats}");
    assert_eq!(stats.delivered + lost, 5 * CALLS, "{stats}");
    let _ = std::fs::remove_dir_all(dir);
}
