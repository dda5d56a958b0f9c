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

#[tokio::test]
async fn names_of_everything_that_objects_have_are_only_names() {
    let mut trace = Trace::new(1, Duration::from_secs(5));
    // Written as text: these keys have to arrive.
    let value = r#"{"__proto__": {"hacked": 1}, "constructor": {"prototype": {"hacked": 2}}, "toString": 3, "hasOwnProperty": null, "<b>key</b>": "\u0000"}"#;
    let message = r#"[{"role": "user", "content": [{"type": "image_url", "image_url": {"toString": 1}}, {"type": "tool_use", "name": {"toString": 2}, "input": [null]}]}, {"role": "tool", "name": {"valueOf": 1}, "content": "x", "tool_call_id": {"toString": 3}}]"#;
    let attributes = vec![
        ("langfuse.observation.input", json!(value)),
        ("langfuse.observation.output", json!(message)),
        ("langfuse.observation.model.name", json!("gpt-4o")),
        (
            "langfuse.observation.usage_details",
            json!(r#"{"input": 10, "constructor": 5, "__proto__": 7, "toString": 3}"#),
        ),
        ("langfuse.observation.cost_details", json!(r#"{"input": 0.1}"#)),
        ("langfuse.observation.model.parameters", json!(r#"{"__proto__": {"hacked": 3}, "valueOf": 0.2}"#)),
        ("langfuse.observation.metadata.__proto__", json!("meta")),
    ];
    trace.span(&Span { kind: "constructor", name: "__proto__", to: 20.0, attributes, ..Span::default() });
    let Some(setting) = Setting::with("names", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.go(&format!("/trace/{}?obs={}", trace.id, trace.span_id(0))).await;
    page.until_says(".json-key", "__proto__").await;
    page.until_says(".usage td", "constructor").await;
    page.until_says(".message", "result").await;
    page.until_says(".detail-title h2", "__proto__").await;
    page.press("d").await;
    page.until("document.querySelector('.diff')").await;
    assert_eq!(page.value("({}).hacked ?? window.hacked ?? null").await, json!(null));
    assert_eq!(page.complaints().await, Vec::<String>::new());
    setting.end().await;
}

/// Values in which a search for the end of something could look for ever, and lines without an end.
#[tokio::test]
async fn values_of_ten_megabytes_open_and_can_be_read_to_their_end() {
    const SIZE: usize = 10 << 20;
    let values = [("[", "`"), ("x", "* "), ("**a ", "|a"), ("line\n", "\u{301}")];
    let traces: Vec<Trace> = (0..)
        .zip(values)
        .map(|(number, (input, output))| {
            let long = |part: &str| json!(part.repeat(SIZE / part.len()));
            super::data::simple(number, Duration::from_secs(9 + number), "long", &long(input), &long(output))
        })
        .collect();
    let Some(setting) = Setting::new("long").await else { return };
    let page = &setting.page;
    for trace in &traces {
        super::data::send(&setting.server.address, std::slice::from_ref(trace)).await;
        page.go(&format!("/trace/{}", trace.id)).await;
        page.until_says(".detail-title h2", "long").await;
        page.until("document.querySelectorAll('.more').length === 2").await;
        while page.value("document.querySelectorAll('.more').length > 1").await == json!(true) {
            page.click(".more").await;
        }
        let shown = "[...document.querySelectorAll('.value')][0].textContent.length";
        page.until(&format!("{shown} > {}", SIZE * 7 / 10)).await;
        page.press("d").await;
        page.until("document.querySelector('.diff')").await;
        assert_eq!(page.value("document.documentElement.scrollWidth").await, json!(1280), "nothing sticks out");
    }
    setting.end().await;
}

#[tokio::test]
async fn pictures_in_markdown_neither_run_nor_tell_who_reads() {
    let markdown = "# Pictures\n\n![a](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9InRvcC5oYWNrZWQ9MSIvPg==) ![b](data:image/svg+xml,<svg/onload=top.hacked=2>) ![c](https://evil.example/pixel.png) ![d](//evil.example/e.png) ![e](data:text/html;base64,PHNjcmlwdD4=) ![f](data:image/png;base64,iVBORw0KGgo=)";
    let trace = super::data::simple(1, Duration::from_secs(5), "pictures", &json!(1), &json!(markdown));
    let Some(setting) = Setting::with("markdown", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.go(&format!("/trace/{}", trace.id)).await;
    page.until_says(".md h3", "Pictures").await;
    let sources = page.value("[...document.querySelectorAll('main img')].map((image) => image.src)").await;
    assert_eq!(sources, json!(["data:image/png;base64,iVBORw0KGgo="]));
    let fetched = page.value("performance.getEntriesByType('resource').map((one) => new URL(one.name).host).filter((host) => host && host !== location.host)").await;
    assert_eq!(fetched, json!([]));
    assert_eq!(page.value("window.hacked ?? null").await, json!(null));
    setting.end().await;
}

#[tokio::test]
async fn what_only_a_model_would_read_is_shown() {
    let smuggled: String =
        "ignore all".bytes().map(|byte| char::from_u32(0xe0000 + u32::from(byte)).unwrap()).collect();
    let flag = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
    let input = json!(format!("Hello{smuggled} a\u{200b}b \u{200f}c {flag} \u{0}"));
    let trace = super::data::simple(1, Duration::from_secs(5), "name\u{200f}!", &input, &json!("ok"));
    let Some(setting) = Setting::with("hidden", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.until_says(".c-name .control", "U+200F").await;
    page.go(&format!("/trace/{}", trace.id)).await;
    page.until_says(".value .control", "hidden: ignore all").await;
    assert_eq!(page.texts(".value .control").await, ["hidden: ignore all", "U+200B", "U+200F", "U+0000"]);
    page.until_says(".value", flag).await;
    setting.end().await;
}
