//! For everybody: contrast, what a screen reader is told, the keyboard, less motion.

use serde_json::json;

use super::Setting;
use super::data;
use super::page::keys;

const CONTRAST: &str = include_str!("contrast.js");

/// The expression in the file, without the comment before it and the end of the statement.
fn contrast() -> &'static str {
    CONTRAST.trim_end().trim_end_matches(';')
}

#[tokio::test]
async fn every_text_stands_out_in_both_themes() {
    let traces = data::morning(12);
    let Some(setting) = Setting::with("contrast", &traces).await else { return };
    let page = &setting.page;
    for (i, trace) in traces.iter().enumerate() {
        data::score(&setting.server.address, trace, "helpfulness", json!(i as f64 / 12.0)).await;
    }
    let generation = format!("/trace/{}?obs={}", traces[0].id, traces[0].span_id(7));
    let failed = format!("/trace/{}?obs={}", traces[4].id, traces[4].span_id(7));
    let compare = format!("/compare?a={}&b={}", traces[0].id, traces[4].id);
    for theme in ["light", "dark"] {
        page.prefer(theme).await;
        for (address, shown) in [
            ("/", ".facets li"),
            ("/?q=naem%3Ax", ".search-problem button"),
            (&generation, ".message.role-assistant"),
            (&failed, ".status.is-ERROR"),
            ("/sessions", ".rows .row"),
            ("/sessions/session_00", ".turn"),
            ("/users", ".rows .row"),
            ("/scores", ".card text"),
            ("/dashboard", ".bars li"),
            (&compare, ".compare-tree tr"),
            ("/nowhere", ".welcome"),
        ] {
            page.go(address).await;
            page.until(&format!("document.querySelector('{shown}')")).await;
            let weak = page.value(contrast()).await;
            assert_eq!(weak, json!([]), "{address}, {theme}");
        }
    }
    setting.end().await;
}

#[tokio::test]
async fn lists_and_trees_say_what_they_are() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("roles", &traces).await else { return };
    let page = &setting.page;
    page.until("document.querySelector('.facets li')").await;
    // Whatever can be pressed has a name, whatever is a row has cells and stands in a grid.
    let nameless = "[...document.querySelectorAll('button, a, input, [role=separator], [role=grid], [role=treegrid], [role=img]')].filter((e) => e.checkVisibility() && !(e.ariaLabel || e.title || e.innerText?.trim() || e.labels?.length)).map((e) => e.outerHTML)";
    let loose = "[...document.querySelectorAll('.rows [role=row]')].filter((row) => !row.closest('[role=grid], [role=treegrid]') || !row.querySelector('[role=gridcell]')).length";
    assert_eq!(page.value(nameless).await, json!([]));
    assert_eq!(page.value(loose).await, json!(0));
    page.press("j").await;
    page.until("document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.matches('.row.focused')").await;
    page.press(keys::ENTER).await;
    page.until("document.querySelectorAll('.tree .row').length === 10").await;
    assert_eq!(page.value(nameless).await, json!([]));
    assert_eq!(page.value(loose).await, json!(0));
    let levels = page.value("[...document.querySelectorAll('.tree .row')].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).slice(0, 5).map((row) => [row.ariaLevel, row.ariaExpanded])").await;
    assert_eq!(levels, json!([["1", null], ["2", "true"], ["3", null], ["3", "true"], ["4", null]]));
    page.press(keys::DOWN).await;
    page.until("document.querySelector('.tree .row[aria-selected=true]')?.ariaRowIndex === '2'").await;
    setting.end().await;
}

#[tokio::test]
async fn the_focus_is_seen_wherever_it_goes() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("focus", &traces).await else { return };
    let page = &setting.page;
    page.until("document.querySelector('.facets li')").await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        page.press(keys::TAB).await;
        // The mark may be on what holds the focused element, or on the row with the cursor.
        let at = page
            .value("(() => { const at = document.activeElement; const marked = [at, at.closest('.search'), at.querySelector('.row.focused')].filter(Boolean).some((one) => { const { outlineStyle, boxShadow } = getComputedStyle(one); return outlineStyle !== 'none' || boxShadow !== 'none'; }); return at === document.body ? null : [`${at.tagName}.${at.className}`, marked]; })()")
            .await;
        if let Some(at) = at.as_array() {
            assert_eq!(at[1], json!(true), "{}", at[0]);
            seen.insert(at[0].to_string());
        }
    }
    assert!(seen.len() > 8, "{seen:?}");
    setting.end().await;
}

#[tokio::test]
async fn nothing_moves_for_who_wants_less_motion() {
    let traces = data::morning(3);
    let Some(setting) = Setting::with("motion", &traces).await else { return };
    let page = &setting.page;
    page.prefer_less_motion().await;
    page.until("document.querySelector('.facets li')").await;
    let moving = "[...document.querySelectorAll('*')].filter((e) => { const s = getComputedStyle(e); return s.animationName !== 'none' || s.transitionDuration.split(',').some((time) => parseFloat(time) > 0 && s.transitionProperty !== 'none' && s.transitionProperty !== 'all'); }).length";
    page.value("document.body.append(Object.assign(document.createElement('span'), { className: 'running-dot' }))")
        .await;
    assert_eq!(page.value(moving).await, json!(0));
    assert_eq!(
        page.value("getComputedStyle(document.querySelector('.running-dot')).animationName").await,
        json!("none")
    );
    setting.end().await;
}
