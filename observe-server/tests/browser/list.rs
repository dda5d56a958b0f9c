//! The list: what it shows, how it is searched, filtered, sorted, walked through.

use std::time::Duration;

use serde_json::json;

use super::Setting;
use super::data::{self, simple};
use super::page::keys;

#[tokio::test]
async fn shows_what_was_sent_newest_first() {
    let traces = [
        simple(1, Duration::from_secs(60), "older", &json!({"question": "What is new?"}), &json!("Nothing.")),
        data::pipeline(2, Duration::from_secs(5), "How do I reset my password?", "user_1", "session_1"),
    ];
    let Some(setting) = Setting::with("list", &traces).await else { return };
    let page = &setting.page;
    assert_eq!(page.texts(".rows .row .c-name").await, ["rag_pipeline", "older"]);
    let newest = page.texts(".rows .row:first-child").await.remove(0);
    for part in ["How do I reset my password?", "Resetting a password", "support", "production", "2,018"] {
        assert!(newest.contains(part), "{part:?} is missing in {newest:?}");
    }
    assert!(newest.contains('$'), "no cost in {newest:?}");
    page.until_says(".summary", "2 traces").await;
    page.until("document.querySelectorAll('.hist-plot rect').length > 0").await;
    assert_eq!(page.complaints().await, Vec::<String>::new());
    setting.end().await;
}

#[tokio::test]
async fn says_what_to_do_while_there_is_nothing() {
    let Some(setting) = Setting::new("empty").await else { return };
    let page = &setting.page;
    page.go("/").await;
    page.until_says(".welcome h2", "No traces yet").await;
    page.until_says(".welcome pre", "observe::init()").await;
    page.click(".welcome [role=tab]:nth-child(2)").await;
    page.until_says(".welcome pre", "LANGFUSE_").await;
    assert!(page.texts(".welcome pre").await[0].contains(&setting.server.address));
    setting.end().await;
}

#[tokio::test]
async fn a_search_lives_in_the_address() {
    let traces = data::morning(12);
    let Some(setting) = Setting::with("search", &traces).await else { return };
    let page = &setting.page;
    page.press("/").await;
    page.press("user:user_1").await;
    page.until("document.querySelectorAll('.completion').length > 0").await;
    page.press(keys::ESCAPE).await;
    page.click(".search .clear").await;
    page.press("CSV").await;
    page.press(keys::ENTER).await;
    page.until("document.querySelectorAll('.rows .row').length === 2").await;
    assert_eq!(page.path().await, "/?q=CSV");
    page.reload().await;
    page.until("document.querySelectorAll('.rows .row').length === 2").await;
    assert_eq!(page.value("document.querySelector('.search input').value").await, json!("CSV"));
    setting.end().await;
}

#[tokio::test]
async fn a_facet_narrows_the_list_and_widens_it_again() {
    let traces = [
        simple(1, Duration::from_secs(60), "first kind", &json!(1), &json!(2)),
        simple(2, Duration::from_secs(50), "second kind", &json!(1), &json!(2)),
        simple(3, Duration::from_secs(40), "second kind", &json!(1), &json!(2)),
    ];
    let Some(setting) = Setting::with("facets", &traces).await else { return };
    let page = &setting.page;
    page.until("document.querySelector('[data-facet=\"name:second kind\"]')").await;
    assert_eq!(page.texts("[data-facet='name:second kind'] .count").await, ["2"]);
    page.click("[data-facet='name:second kind']").await;
    page.until("document.querySelectorAll('.rows .row').length === 2").await;
    assert_eq!(page.value("document.querySelector('.search input').value").await, json!("name:=\"second kind\""));
    page.until("document.querySelector('[data-facet=\"name:second kind\"][aria-pressed=true]')").await;
    // The other name is still offered, with its count.
    page.click("[data-facet='name:first kind']").await;
    page.until("document.querySelectorAll('.rows .row').length === 3").await;
    page.until("document.querySelector('[data-facet=\"name:first kind\"][aria-pressed=true]')").await;
    page.click("[data-facet='name:second kind']").await;
    page.until("document.querySelectorAll('.rows .row').length === 1").await;
    setting.end().await;
}

#[tokio::test]
async fn a_mistake_in_a_query_is_pointed_at() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("mistake", &traces).await else { return };
    let page = &setting.page;
    page.go("/?q=naem%3Ax").await;
    page.until("document.querySelector('.search-problem').innerText.includes('naem')").await;
    assert!(page.texts(".search-problem").await[0].contains("name"), "no suggestion");
    page.until("document.querySelector('.search-caret mark')").await;
    setting.end().await;
}

#[tokio::test]
async fn sorts_by_a_column_and_chooses_columns() {
    let traces = data::morning(12);
    let Some(setting) = Setting::with("sort", &traces).await else { return };
    let page = &setting.page;
    let latencies = "[...document.querySelectorAll('.rows .row')].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((row) => { const text = row.querySelector('.c-latency').innerText; return text.endsWith('ms') ? parseFloat(text) / 1000 : parseFloat(text); })";
    page.click("[title='Sort by latency']").await;
    page.until(&format!("{latencies}.every((one, i, all) => !i || all[i - 1] >= one)")).await;
    assert_eq!(page.path().await, "/?sort=-latency");
    page.click("[title='Sort by latency']").await;
    page.until(&format!("{latencies}.every((one, i, all) => !i || all[i - 1] <= one)")).await;
    page.click("[title='Columns and row height']").await;
    page.click(".menu label:nth-of-type(6) input").await;
    page.until_says(".list-head", "Session").await;
    page.until_says(".rows .row .c-session", "session_00").await;
    assert!(page.path().await.contains("cols="));
    setting.end().await;
}

#[tokio::test]
async fn a_drag_on_the_histogram_chooses_a_time() {
    let traces = data::morning(40);
    let Some(setting) = Setting::with("drag", &traces).await else { return };
    let page = &setting.page;
    page.until("document.querySelectorAll('.hist-plot rect').length > 5").await;
    page.drag(".hist", 0.2, 0.5).await;
    page.until("location.search.includes('startTime')").await;
    page.until("(() => { const n = document.querySelectorAll('.rows .row').length; return n > 0 && parseInt(document.querySelector('.summary b').innerText) < 40; })()").await;
    setting.end().await;
}

#[tokio::test]
async fn the_keyboard_opens_selects_and_compares() {
    let traces = data::morning(6);
    let Some(setting) = Setting::with("keys", &traces).await else { return };
    let page = &setting.page;
    page.press("jj").await;
    page.until("document.querySelector('.rows .row.focused[aria-rowindex=\"2\"]')").await;
    page.press(keys::ENTER).await;
    page.until(&format!("location.pathname === '/trace/{}'", traces[1].id)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.press(keys::ESCAPE).await;
    page.until("location.pathname === '/' && document.querySelector('.rows .row.focused')").await;
    page.press("xjx").await;
    page.until("document.querySelectorAll('.row.selected').length === 2").await;
    page.press("c").await;
    page.until("location.pathname === '/compare'").await;
    page.until_says(".figures", "Latency").await;
    page.until("document.querySelectorAll('.compare-tree tbody tr').length >= 9").await;
    page.press("?").await;
    page.until_says("dialog", "Back to the list").await;
    assert!(page.texts("dialog kbd").await.iter().all(|key| !key.trim().is_empty()));
    setting.end().await;
}

#[tokio::test]
async fn long_lists_are_windowed_and_load_as_one_scrolls() {
    let traces: Vec<_> =
        (0..260).map(|i| simple(i, Duration::from_secs(10 + i), &format!("trace {i}"), &json!(i), &json!(i))).collect();
    let Some(setting) = Setting::with("windowed", &traces).await else { return };
    let page = &setting.page;
    page.until_says(".summary", "260").await;
    // Down as far as it goes, until there is no more.
    page.until("(() => { const list = document.querySelector('.rows'); list.scrollTop = list.scrollHeight; return [...document.querySelectorAll('.rows .row')].some((row) => row.innerText.includes('trace 259')); })()").await;
    let shown = page.value("document.querySelectorAll('.rows .row').length").await;
    assert!(shown.as_u64().expect("a number") < 60, "{shown} rows are elements");
    setting.end().await;
}

#[tokio::test]
async fn what_is_listed_can_be_taken_away() {
    let traces = data::morning(12);
    let Some(setting) = Setting::with("export", &traces).await else { return };
    let page = &setting.page;
    page.go("/?q=CSV").await;
    page.until("document.querySelectorAll('.rows .row').length === 2").await;
    page.click("[title='Export what is listed']").await;
    page.until_says(".menu", "OTLP JSON").await;
    for format in ["jsonl", "csv", "otlp"] {
        let address = format!("{}/api/local/export?q=CSV&format={format}", setting.server.address);
        let answer = reqwest::get(address).await.expect("the server answers");
        let name = answer.headers()["content-disposition"].to_str().expect("text").to_owned();
        assert!(name.starts_with("attachment; filename=\"traces."), "{name}");
        let text = answer.text().await.expect("text");
        let named = traces.iter().filter(|trace| text.contains(&trace.id)).count();
        assert_eq!(named, 2, "{format}: {text}");
    }
    setting.end().await;
}

#[tokio::test]
async fn a_column_is_as_wide_as_one_drags_it() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("widths", &traces).await else { return };
    let page = &setting.page;
    let width = "Math.round(document.querySelector('.rows .row .c-latency').getBoundingClientRect().width)";
    let head =
        "Math.round(document.querySelector('[title=\"Sort by latency\"]').parentElement.getBoundingClientRect().width)";
    assert_eq!(page.value(width).await, json!(78));
    // The handle is nine pixels wide.
    page.drag("[aria-label='Width of Latency']", 0.5, 0.5 + 90.0 / 9.0).await;
    page.until(&format!("{width} === 168 && {head} === 168")).await;
    assert_eq!(page.path().await, "/", "nothing was sorted");
    page.reload().await;
    page.until(&format!("document.querySelector('.rows .row') && {width} === 168")).await;
    page.value("document.querySelector('[aria-label=\"Width of Latency\"]').focus()").await;
    page.press(keys::LEFT).await;
    page.until(&format!("{width} === 152")).await;
    page.double_click("[aria-label='Width of Latency']").await;
    page.until(&format!("{width} === 78")).await;
    // Columns that have no room any more scroll sideways, their heads with them.
    page.drag("[aria-label='Width of Name']", 0.5, 0.5 + 700.0 / 9.0).await;
    page.until("document.querySelector('.rows').scrollWidth > document.querySelector('.rows').clientWidth").await;
    page.value("document.querySelector('.rows').scrollLeft = 200").await;
    page.until("document.querySelector('.list-head').scrollLeft === 200").await;
    setting.end().await;
}

#[tokio::test]
async fn searches_are_found_again_and_kept() {
    let traces = data::morning(6);
    let Some(setting) = Setting::with("searches", &traces).await else { return };
    let page = &setting.page;
    for query in ["CSV", "level:ERROR"] {
        page.press("/").await;
        page.press(format!("{query}{}", keys::ENTER)).await;
        page.until(&format!("new URLSearchParams(location.search).get('q') === '{query}'")).await;
    }
    page.press(keys::ESCAPE).await;
    page.press("r").await;
    page.until_says(".menu .item", "CSV").await;
    assert_eq!(page.texts(".menu .search-row code").await, ["level:ERROR", "CSV"]);
    page.click(".menu [title='Keep CSV']").await;
    page.go("/users").await;
    page.until_says(".rows .row", "user_").await;
    page.press("r").await;
    page.until_says(".menu-head", "Kept").await;
    assert_eq!(page.texts(".menu .search-row code").await, ["CSV", "level:ERROR"]);
    page.click(".menu [title='Forget level:ERROR']").await;
    page.press("r").await;
    page.until("document.querySelectorAll('.menu .search-row').length === 1").await;
    page.click(".menu .item[title='CSV']").await;
    page.until("location.pathname === '/users' && location.search === '?q=CSV'").await;
    setting.end().await;
}

#[tokio::test]
async fn names_and_observed_values_are_completed() {
    let traces = data::morning(6);
    let Some(setting) = Setting::with("complete", &traces).await else { return };
    let page = &setting.page;
    page.press("/").await;
    page.press("sess").await;
    page.until_says(".completion", "session").await;
    page.press(keys::TAB).await;
    page.until("document.querySelector('.search input').value === 'session:'").await;
    page.until_says(".completion", "session_01").await;
    page.press("session_").await;
    page.until(
        "document.querySelector('.completion.on') === null && document.querySelectorAll('.completion').length === 2",
    )
    .await;
    page.until("document.querySelector('.completions').innerText.includes('session_00')").await;
    let first = page.texts(".completion").await[0].clone();
    page.press(if first.starts_with("session_01") { keys::DOWN.to_owned() } else { keys::DOWN.repeat(2) }).await;
    page.until("document.querySelector('.completion.on')?.innerText.startsWith('session_01')").await;
    page.press(keys::TAB).await;
    page.until("document.querySelector('.search input').value === 'session:session_01 '").await;
    page.press(keys::ENTER).await;
    page.until("document.querySelector('.summary b')?.innerText === '2'").await;
    setting.end().await;
}

#[tokio::test]
async fn a_suggestion_mends_the_query() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("mend", &traces).await else { return };
    let page = &setting.page;
    page.go("/?q=CSV%20levl%3AERROR").await;
    page.until_says(".welcome h2", "mistake").await;
    page.click(".search-problem button").await;
    page.until("new URLSearchParams(location.search).get('q') === 'CSV level:ERROR'").await;
    page.until("!document.querySelector('.search.failed')").await;
    setting.end().await;
}

#[tokio::test]
async fn a_narrow_window_keeps_filters_and_columns() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("narrow", &traces).await else { return };
    let page = &setting.page;
    page.screen(640, 700).await;
    page.until("getComputedStyle(document.querySelector('.facets')).display === 'none'").await;
    assert_eq!(page.value("document.documentElement.scrollWidth").await, json!(640));
    page.click("[title='Filters']").await;
    page.until("document.querySelector('.facets').checkVisibility() && document.querySelector('.facets li')").await;
    page.click(".facets li .facet-value").await;
    page.until("location.search.includes('q=')").await;
    page.click("[title='Filters']").await;
    page.until("!document.querySelector('.facets').checkVisibility()").await;
    setting.end().await;
}
