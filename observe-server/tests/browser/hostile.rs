//! What a trace says is shown, never done.

use std::time::Duration;

use serde_json::json;

use super::Setting;
use super::data::{Span, Trace, io};

const SCRIPTS: &str = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'><svg onload='window.hacked = 3'>\"'><iframe srcdoc='<script>parent.hacked = 4</script>'>";
const LINKS: &str = "# Links\n\n[click](javascript:window.hacked=5) [data](data:text/html,<script>window.hacked=6</script>) [ok](https://example.com/a) ![x](javascript:window.hacked=7)\n\n[tab](java\tscript:window.hacked=8) [entity](javascript&#58;alert(1)) <https://example.com/\"onmouseover=\"window.hacked=9>\n\n</div><script>window.hacked = 10</script>";

#[tokio::test]
async fn nothing_in_a_trace_runs() {
    let mut trace = Trace::new(1, Duration::from_secs(5));
    let mut attributes =
        io(&json!({SCRIPTS: SCRIPTS, "messages": [{"role": "user", "content": LINKS}]}), &json!(LINKS));
    attributes.extend([
        ("langfuse.user.id", json!(SCRIPTS)),
        ("langfuse.session.id", json!("<img src=x onerror='window.hacked = 11'>")),
        ("langfuse.trace.tags", json!([SCRIPTS])),
        ("langfuse.trace.name", json!(SCRIPTS)),
        ("langfuse.environment", json!("production")),
        ("langfuse.observation.model.name", json!(SCRIPTS)),
        ("langfuse.observation.metadata.key", json!(SCRIPTS)),
    ]);
    let root = trace.span(&Span {
        kind: "generation",
        name: SCRIPTS,
        to: 20.0,
        attributes,
        error: Some(SCRIPTS),
        ..Span::default()
    });
    trace.span(&Span {
        parent: Some(root),
        kind: "<b>tool</b>",
        name: LINKS,
        to: 10.0,
        attributes: io(&json!(LINKS), &json!([SCRIPTS])),
        ..Span::default()
    });
    let Some(setting) = Setting::with("hostile", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.until("document.querySelector('.facets li')").await;
    for address in [
        "/".to_owned(),
        format!("/trace/{}", trace.id),
        format!("/trace/{}?obs={}", trace.id, trace.span_id(0)),
        format!("/trace/{}?obs={}", trace.id, trace.span_id(1)),
        "/sessions".to_owned(),
        "/users".to_owned(),
        "/dashboard".to_owned(),
        format!("/compare?a={0}&b={0}", trace.id),
    ] {
        page.go(&address).await;
        page.until("document.querySelector('.row, .detail-title, .tile, .figures')").await;
        // It is there, as text, and whatever would have run has had its turn.
        page.until("document.body.innerText.includes('hacked') || location.pathname === '/dashboard'").await;
        page.until("new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true), 60)))").await;
        assert_eq!(page.value("window.hacked ?? null").await, json!(null), "at {address}");
        let strange = page.value("[...document.querySelectorAll('main script, main iframe, main [onerror], main [onload], main [onmouseover], main img[src=x]')].map((e) => e.outerHTML)").await;
        assert_eq!(strange, json!([]), "at {address}");
        let links = page
            .value(
                "[...document.querySelectorAll('a[href]')].map((a) => a.href).filter((href) => !/^https?:/.test(href))",
            )
            .await;
        assert_eq!(links, json!([]), "at {address}");
    }
    setting.end().await;
}

#[tokio::test]
async fn text_that_would_be_read_in_another_order_is_marked() {
    let mut trace = Trace::new(1, Duration::from_secs(5));
    trace.span(&Span {
        name: "approve \u{202e}live\u{202c} \u{1b}[2J",
        to: 20.0,
        attributes: io(&json!("pay \u{2066}100\u{2069}"), &json!("done")),
        ..Span::default()
    });
    let Some(setting) = Setting::with("bidi", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.until_says(".row .control", "U+202E").await;
    page.go(&format!("/trace/{}", trace.id)).await;
    page.until_says(".tree .control", "U+202E").await;
    assert!(!page.value("document.body.innerHTML").await.as_str().expect("text").contains('\u{202e}'));
    setting.end().await;
}

#[tokio::test]
async fn the_page_refuses_scripts_that_are_not_its_own() {
    let Some(setting) = Setting::new("policy").await else { return };
    let page = &setting.page;
    page.go("/").await;
    page.until_says(".welcome h2", "No traces yet").await;
    page.value("(() => { const script = document.createElement('script'); script.textContent = 'window.hacked = 1'; document.body.append(script); const style = document.createElement('div'); style.setAttribute('style', 'color: red'); document.body.append(style); })()").await;
    assert_eq!(page.value("window.hacked ?? null").await, json!(null));
    assert!(page.complaints().await.iter().any(|one| one.contains("Content Security Policy")));
    setting.end().await;
}
