//! The pictures that README.md shows, taken of the real thing.

use std::path::Path;

use serde_json::json;

use super::Setting;
use super::data;

#[tokio::test]
async fn pictures_of_the_main_views() {
    let traces = data::morning(120);
    let Some(setting) = Setting::with("pictures", &traces).await else { return };
    let page = &setting.page;
    for (i, trace) in traces.iter().enumerate().take(60) {
        data::score(&setting.server.address, trace, "helpfulness", json!((50 + i * 37 % 50) as f64 / 100.0)).await;
    }
    page.go("/").await;
    page.until(
        "document.querySelectorAll('.facets li').length > 8 && document.querySelectorAll('.hist-plot rect').length > 5",
    )
    .await;
    page.until("document.querySelectorAll('.row .chip').length > 10").await;
    take(&page.picture().await, "traces.png");
    page.prefer("dark").await;
    page.go(&format!("/trace/{}?obs={}", traces[0].id, traces[0].span_id(7))).await;
    page.until(
        "document.querySelectorAll('.tree .obs-bar').length === 9 && document.querySelector('.message.role-assistant')",
    )
    .await;
    take(&page.picture().await, "trace.png");
    page.prefer("light").await;
    page.go("/dashboard").await;
    page.until("document.querySelectorAll('.chart').length === 4 && document.querySelectorAll('.chart path.line').length === 3").await;
    take(&page.picture().await, "dashboard.png");
    setting.end().await;
}

/// Keeps a picture in `docs/`, if that is asked for.
fn take(picture: &[u8], name: &str) {
    assert!(picture.len() > 20_000, "{name} shows nothing: {} bytes", picture.len());
    if std::env::var_os("OBSERVE_SCREENSHOTS").is_none() {
        return;
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::create_dir_all(&docs).expect("docs/");
    std::fs::write(docs.join(name), picture).expect("a picture is written");
}
