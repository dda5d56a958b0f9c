//! Sessions, users, scores, dashboard; light and dark.

use serde_json::json;

use super::Setting;
use super::data;

#[tokio::test]
async fn a_session_reads_as_a_conversation() {
    let traces = data::morning(8);
    let Some(setting) = Setting::with("session", &traces).await else { return };
    let page = &setting.page;
    page.press("gs").await;
    page.until("document.querySelectorAll('.rows .row').length === 2").await;
    page.until_says(".rows .row", "session_01").await;
    page.go("/sessions/session_00").await;
    page.until("document.querySelectorAll('.turn').length === 4").await;
    // In the order in which it was said: the oldest first.
    let questions = page.texts(".turn .role-user").await;
    assert!(questions[0].contains(data::QUESTIONS[3]) && questions[3].contains(data::QUESTIONS[0]), "{questions:?}");
    page.until_says(".turn .role-assistant .md", "Resetting a password").await;
    setting.end().await;
}

#[tokio::test]
async fn users_lead_to_their_traces() {
    let traces = data::morning(8);
    let Some(setting) = Setting::with("users", &traces).await else { return };
    let page = &setting.page;
    page.go("/users").await;
    page.until("document.querySelectorAll('.rows .row').length >= 5").await;
    page.click(".rows .row a").await;
    page.until("location.pathname === '/' && location.search.includes('user')").await;
    page.until("document.querySelectorAll('.rows .row').length >= 1").await;
    setting.end().await;
}

#[tokio::test]
async fn the_dashboard_adds_up() {
    let mut traces = data::morning(19);
    // Of a model without a price nobody knows the cost.
    let mut unpriced = data::Trace::new(99, std::time::Duration::from_secs(5));
    let model = [
        ("langfuse.observation.model.name", json!("house-model")),
        ("langfuse.observation.usage_details", json!({"input": 5})),
    ];
    unpriced.span(&data::Span {
        kind: "generation",
        name: "ours",
        to: 20.0,
        attributes: model.into(),
        ..data::Span::default()
    });
    traces.push(unpriced);
    let Some(setting) = Setting::with("dashboard", &traces).await else { return };
    let page = &setting.page;
    page.go("/dashboard").await;
    page.until_says(".tile", "Traces20").await;
    page.until("document.querySelectorAll('.chart rect.c1').length > 0 && document.querySelectorAll('.chart path.line').length === 3").await;
    page.until_says(".card", "gpt-4o-mini").await;
    page.until_says(".bars li", "house-model–").await;
    page.until_says(".tile", "$").await;
    assert_eq!(page.complaints().await, Vec::<String>::new());
    setting.end().await;
}

#[tokio::test]
async fn scores_show_how_they_are_distributed() {
    let traces = data::morning(6);
    let Some(setting) = Setting::with("scores", &traces).await else { return };
    let page = &setting.page;
    for (i, trace) in traces.iter().enumerate() {
        data::score(&setting.server.address, trace, "helpfulness", json!(0.25 + i as f64 / 8.0)).await;
        data::score(&setting.server.address, trace, "verdict", json!(if i % 3 == 0 { "bad" } else { "good" })).await;
    }
    page.go("/scores").await;
    page.until("document.querySelectorAll('.card').length === 2").await;
    page.until_says(".card", "6 scores").await;
    page.until("document.querySelectorAll('.distribution rect').length > 1").await;
    page.until_says(".bars", "good4").await;
    setting.end().await;
}

#[tokio::test]
async fn light_and_dark_follow_the_system_until_one_chooses() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("dark", &traces).await else { return };
    let page = &setting.page;
    let light = "(() => { const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/[0-9.]+/g).map(Number); return r + g + b > 380; })()";
    page.prefer("dark").await;
    page.until(&format!("!{light}")).await;
    page.prefer("light").await;
    page.until(light).await;
    page.press("T").await;
    page.until(&format!("!{light}")).await;
    page.reload().await;
    page.until(&format!("document.querySelector('.row') && !{light}")).await;
    setting.end().await;
}
