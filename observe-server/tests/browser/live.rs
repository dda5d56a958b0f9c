//! The page follows what happens.

use std::time::Duration;

use serde_json::json;

use super::Setting;
use super::data::{self, simple};

#[tokio::test]
async fn a_trace_appears_by_itself() {
    let first = simple(1, Duration::from_secs(30), "first", &json!(1), &json!(2));
    let Some(setting) = Setting::with("live", &[first]).await else { return };
    let page = &setting.page;
    page.until("document.querySelector('.live.on')").await;
    data::send(&setting.server.address, &[simple(2, Duration::from_secs(1), "second", &json!(1), &json!(2))]).await;
    page.until("document.querySelector('.rows .row[aria-rowindex=\"1\"]').innerText.includes('second')").await;
    assert_eq!(page.texts(".rows .row .c-name").await.len(), 2);
    setting.end().await;
}

#[tokio::test]
async fn nothing_moves_while_one_reads_further_down() {
    let traces: Vec<_> =
        (0..80).map(|i| simple(i, Duration::from_secs(60 + i), &format!("trace {i}"), &json!(i), &json!(i))).collect();
    let Some(setting) = Setting::with("pill", &traces).await else { return };
    let page = &setting.page;
    page.until("document.querySelector('.live.on')").await;
    page.value("document.querySelector('.rows').scrollTop = 900").await;
    page.until("document.querySelector('.rows').scrollTop === 900").await;
    data::send(&setting.server.address, &[simple(100, Duration::from_secs(1), "newest", &json!(1), &json!(2))]).await;
    page.until_says(".pill:not([hidden])", "1 new trace").await;
    assert_eq!(page.value("document.querySelector('.rows').scrollTop").await, json!(900));
    page.click(".pill").await;
    page.until("document.querySelector('.rows .row[aria-rowindex=\"1\"]')?.innerText.includes('newest')").await;
    setting.end().await;
}

/// A real program, this one, observed by the library into the files that the server watches.
#[tokio::test]
async fn work_is_seen_while_it_runs() {
    let Some(setting) = Setting::new("running").await else { return };
    let page = &setting.page;
    let guard = observe::Config::new()
        .without_environment()
        .files(setting.scratch.path().join("traces"))
        .init()
        .expect("the library starts");
    page.go("/").await;
    page.until("document.querySelector('.live.on')").await;
    let trace = observe::trace("long_work");
    let step = trace.generation("thinking").input(json!({"question": "How long?"}));
    page.until_says(".rows .row .c-name", "long_work").await;
    page.until("document.querySelector('.rows .row .running-dot') && document.querySelector('.rows .row .running')")
        .await;
    page.click(".rows .row .c-io").await;
    page.until("document.querySelector('.obs-bar.is-running')").await;
    page.until_says(".tree .bar-label", "…").await;
    // The bar of what runs grows.
    let label = "[...document.querySelectorAll('.tree .row')].find((row) => row.innerText.includes('thinking'))?.querySelector('.bar-label').innerText";
    let before = page.until(label).await;
    page.until(&format!("{label} !== {before}")).await;
    step.output("Not long.").end();
    trace.end();
    observe::flush(Duration::from_secs(10));
    page.until("!document.querySelector('.obs-bar.is-running') && document.querySelectorAll('.tree .row').length >= 3")
        .await;
    page.go("/").await;
    page.until("document.querySelector('.rows .row') && !document.querySelector('.running-dot')").await;
    drop(guard);
    setting.end().await;
}
