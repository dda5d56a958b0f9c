//! Everything has its place: in a narrow window, with long names, and however deep a trace goes.

use std::time::Duration;

use serde_json::json;

use super::Setting;
use super::data::{self, Span, Trace, io};

/// What reaches over the right edge of the window without being cut or scrolled by what holds it.
const OUTSIDE: &str = "[...document.querySelectorAll('#app *')].filter((one) => {
    if (!one.checkVisibility() || one.getBoundingClientRect().right <= innerWidth + 1) return false;
    for (let box = one.parentElement; box; box = box.parentElement) {
        if (box.id === 'view') return true;
        if (getComputedStyle(box).overflowX !== 'visible' && box.getBoundingClientRect().right <= innerWidth + 1) return false;
    }
    return true;
}).map((one) => one.tagName + '.' + one.getAttribute('class'))";

#[tokio::test]
async fn nothing_sticks_out_of_a_window_of_any_width() {
    let mut traces = data::morning(12);
    let mut long = Trace::new(77, Duration::from_secs(5));
    let name = "a-name-that-nobody-would-choose-but-somebody-has".repeat(3);
    let mut attributes = io(&json!(name), &json!(name));
    attributes.extend([
        ("langfuse.user.id", json!(name)),
        ("langfuse.session.id", json!(name)),
        ("langfuse.observation.model.name", json!(name)),
        ("langfuse.observation.usage_details", json!(r#"{"input": 10}"#)),
        ("langfuse.observation.cost_details", json!(r#"{"input": 9.5}"#)),
        ("langfuse.trace.tags", json!([name, name])),
    ]);
    long.span(&Span { kind: "generation", name: &name, to: 900.0, attributes, ..Span::default() });
    traces.push(long.clone());
    let Some(setting) = Setting::with("layout", &traces).await else { return };
    data::score(&setting.server.address, &long, &name, json!(0.5)).await;
    let page = &setting.page;
    let chosen = format!("/trace/{}?obs={}", long.id, long.span_id(0));
    let session = format!("/sessions/{name}");
    let compare = format!("/compare?a={}&b={}", traces[0].id, long.id);
    for width in [1280, 700, 400] {
        page.screen(width, 800).await;
        for (address, shown) in [
            ("/", ".rows .row"),
            (&chosen, ".detail-title"),
            ("/sessions", ".rows .row"),
            (&session, ".turn"),
            ("/users", ".rows .row"),
            ("/scores", ".card text"),
            ("/dashboard", ".bars li"),
            (&compare, ".compare-tree tr"),
            ("/nowhere", ".welcome"),
        ] {
            page.go(address).await;
            page.until(&format!("document.querySelector('{shown}')")).await;
            assert_eq!(page.value(OUTSIDE).await, json!([]), "{address}, {width} wide");
            let wide = page.value("document.documentElement.scrollWidth").await;
            assert_eq!(wide, json!(width), "{address}, {width} wide");
        }
    }
    setting.end().await;
}

#[tokio::test]
async fn a_panel_is_as_wide_as_what_it_shows_and_within_the_window() {
    let Some(setting) = Setting::with("panel", &data::morning(3)).await else { return };
    let page = &setting.page;
    for width in [1280, 400] {
        page.screen(width, 800).await;
        page.go("/users").await;
        page.until("document.querySelector('.rows .row')").await;
        page.value(
            "[...document.querySelectorAll('.top button')].find((button) => button.innerText === 'Server').click()",
        )
        .await;
        page.until_says(".menu dd", "http://").await;
        page.until("document.querySelector('.menu').getBoundingClientRect().right <= innerWidth - 8").await;
        let lines = page.value("[...document.querySelectorAll('.menu dd')].find((one) => one.innerText.includes('http://')).clientHeight").await;
        assert!(lines.as_i64().is_some_and(|height| height < 30), "the address stands in one line: {lines}");
    }
    setting.end().await;
}

#[tokio::test]
async fn names_have_room_however_deep_they_stand() {
    let mut trace = Trace::new(1, Duration::from_secs(5));
    let mut parent = None;
    for level in 0..60 {
        let name = format!("step {level}");
        let span =
            Span { parent, name: &name, from: f64::from(level), to: 400.0 - f64::from(level), ..Span::default() };
        parent = Some(trace.span(&span));
    }
    let Some(setting) = Setting::with("deep", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.go(&format!("/trace/{}?obs={}", trace.id, trace.span_id(59))).await;
    page.until_says(".tree .row.selected .obs-name", "step 59").await;
    let whole = "[...document.querySelectorAll('.tree .row .obs-name')].every((name) => name.scrollWidth <= name.clientWidth && name.getBoundingClientRect().right < document.querySelector('.axis').getBoundingClientRect().left)";
    page.until(whole).await;
    // The deeper, the further right.
    let steps = "[...document.querySelectorAll('.tree .row .obs-name')].map((name) => name.getBoundingClientRect().left).every((left, i, all) => !i || left > all[i - 1])";
    assert_eq!(page.value(steps).await, json!(true));
    setting.end().await;
}

#[tokio::test]
async fn ticks_name_the_day_where_a_new_one_begins() {
    let day = Duration::from_secs(24 * 60 * 60);
    let traces: Vec<Trace> = (0..6)
        .map(|number| {
            data::simple(u64::from(number), day / 2 * number + Duration::from_secs(60), "x", &json!(1), &json!(2))
        })
        .collect();
    let Some(setting) = Setting::with("ticks", &traces).await else { return };
    let page = &setting.page;
    page.until("document.querySelectorAll('.hist-ticks span').length > 2").await;
    let days = "(ticks) => ticks.filter((tick) => /^[A-Z][a-z]{2} \\d+/.test(tick)).length";
    let named = page
        .value(&format!("({days})([...document.querySelectorAll('.hist-ticks span')].map((tick) => tick.textContent))"))
        .await;
    assert!((2..=4).contains(&named.as_i64().expect("a count")), "{named}: {:?}", page.texts(".hist-ticks span").await);
    page.go("/dashboard").await;
    page.until("document.querySelectorAll('.chart').length === 4").await;
    page.until(&format!(
        "({days})([...document.querySelector('.chart').querySelectorAll('text')].map((tick) => tick.textContent)) >= 2"
    ))
    .await;
    setting.end().await;
}
