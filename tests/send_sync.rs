//! Send, Sync and size of what users hold, checked by the compiler.

use observe::{InCurrentObservation, observe};

fn send<T: Send>(_: &T) {}
fn sync<T: Sync>(_: &T) {}

#[observe]
async fn observed(text: String) -> usize {
    tokio::task::yield_now().await;
    text.len()
}

async fn plain(text: String) -> usize {
    tokio::task::yield_now().await;
    text.len()
}

#[observe]
async fn borrows<'a>(text: &'a str, out: &mut Vec<&'a str>) {
    tokio::task::yield_now().await;
    out.push(text);
}

#[test]
fn observed_futures_are_send_and_sync_when_they_were() {
    let future = observed(String::new());
    send(&future);
    sync(&future);
    let mut out = Vec::new();
    let future = borrows("a", &mut out);
    send(&future);
    let flush = observe::flush_async(std::time::Duration::ZERO);
    send(&flush);
    sync(&flush);
    let captured = observe::testing::captured_async(|| plain(String::new()));
    send(&captured);
    sync(&captured);
    let carried = plain(String::new()).in_current_observation();
    send(&carried);
    sync(&carried);
    let scoped = observe::Context::current().scope(|| plain(String::new()));
    send(&scoped);
    sync(&scoped);
}

#[test]
fn an_observed_future_is_little_larger_than_a_plain_one() {
    let observed = size_of_val(&observed(String::new()));
    let plain = size_of_val(&plain(String::new()));
    assert!(observed <= plain + 48, "{observed} against {plain}");
}

#[test]
fn what_users_hold_is_send_and_sync() {
    fn check<T: Send + Sync + 'static>() {}
    check::<observe::Config>();
    check::<observe::Error>();
    check::<observe::Guard>();
    check::<observe::Score<'static>>();
    check::<observe::Stats>();
    check::<observe::Usage>();
    check::<observe::testing::Recorded>();
}
