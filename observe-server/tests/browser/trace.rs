//! One trace: tree, timeline, values, search, annotations.

use std::time::Duration;

use serde_json::json;

use super::Setting;
use super::data::{self, Trace, simple};
use super::page::keys;

async fn open(name: &str, trace: Trace) -> Option<(Setting, Trace)> {
    let setting = Setting::with(name, std::slice::from_ref(&trace)).await?;
    setting.page.go(&format!("/trace/{}", trace.id)).await;
    setting.page.until("document.querySelectorAll('.tree .row').length > 1").await;
    Some((setting, trace))
}

fn pipeline() -> Trace {
    data::pipeline(1, Duration::from_secs(9), "How do I reset my password?", "user_1", "session_1")
}

#[tokio::test]
async fn shows_the_tree_and_when_each_part_ran() {
    let Some((setting, _)) = open("tree", pipeline()).await else { return };
    let page = &setting.page;
    let names = page.texts(".tree .obs-name").await;
    assert_eq!(
        names,
        [
            "rag_pipeline",
            "embed_query",
            "retrieve",
            "vector_search",
            "keyword_search",
            "graph_search",
            "rerank",
            "generate_response",
            "check_answer"
        ]
    );
    // Parallel work lies side by side on the time axis, what follows lies behind it.
    let bars = "(() => { const bar = (name) => [...document.querySelectorAll('.tree .row')].find((row) => row.querySelector('.obs-name')?.innerText === name).querySelector('.obs-bar').getBoundingClientRect(); return";
    assert_eq!(page.value(&format!("{bars} bar('keyword_search').left < bar('vector_search').right && bar('vector_search').left < bar('keyword_search').right; }})()")).await, json!(true));
    assert_eq!(page.value(&format!("{bars} bar('rerank').left > bar('graph_search').right; }})()")).await, json!(true));
    // What the whole duration depends on is marked: the slowest of the searches, not the others.
    let critical = page.value("[...document.querySelectorAll('.tree .row')].filter((row) => row.querySelector('.critical')).map((row) => row.querySelector('.obs-name').innerText)").await;
    let critical = critical.as_array().expect("a list");
    assert!(
        critical.contains(&json!("graph_search")) && critical.contains(&json!("generate_response")),
        "{critical:?}"
    );
    assert!(!critical.contains(&json!("keyword_search")), "{critical:?}");
    assert_eq!(page.complaints().await, Vec::<String>::new());
    setting.end().await;
}

#[tokio::test]
async fn the_keyboard_walks_and_folds_the_tree() {
    let Some((setting, trace)) = open("walk", pipeline()).await else { return };
    let page = &setting.page;
    for _ in 0..3 {
        page.press(keys::DOWN).await;
    }
    page.until_says(".detail-title h2", "retrieve").await;
    assert_eq!(page.path().await, format!("/trace/{}?obs={}", trace.id, trace.span_id(2)));
    page.press(keys::LEFT).await;
    page.until("document.querySelectorAll('.tree .obs-name').length === 6").await;
    page.press(keys::RIGHT).await;
    page.until("document.querySelectorAll('.tree .obs-name').length === 9").await;
    page.press(keys::RIGHT).await;
    page.until_says(".detail-title h2", "vector_search").await;
    page.press(keys::LEFT).await;
    page.until_says(".detail-title h2", "retrieve").await;
    page.press(keys::END).await;
    page.until_says(".detail-title h2", "check_answer").await;
    page.reload().await;
    page.until_says(".detail-title h2", "check_answer").await;
    setting.end().await;
}

#[tokio::test]
async fn shows_everything_about_a_generation() {
    let Some((setting, trace)) = open("generation", pipeline()).await else { return };
    let page = &setting.page;
    page.go(&format!("/trace/{}?obs={}", trace.id, trace.span_id(7))).await;
    page.until_says(".message.role-user", "How do I reset my password?").await;
    page.until_says(".message.role-assistant .tool-call", "open_page").await;
    page.until_says(".message.role-assistant .md h4", "Resetting a password").await;
    page.until_says(".md table td", "Team").await;
    page.until_says(".metrics", "First token").await;
    page.until_says(".usage", "input cached tokens").await;
    page.until_says(".detail", "price table: gpt-4o-mini").await;
    page.until_says(".detail", "support-answer").await;
    page.until_says(".detail", "max_tokens").await;
    // The same as JSON, folded and unfolded.
    page.click(".switch button:nth-child(2)").await;
    page.until_says(".json-key", "messages").await;
    page.click(".json-fold").await;
    page.until("document.querySelector('.json-fold').ariaExpanded === 'false' && document.querySelector('.json-children').hidden").await;
    page.press("d").await;
    page.until("document.querySelector('.diff .new')").await;
    setting.end().await;
}

#[tokio::test]
async fn shows_what_failed() {
    let trace = data::pipeline(4, Duration::from_secs(9), "Why?", "user_1", "session_1");
    let Some((setting, trace)) = open("failed", trace).await else { return };
    let page = &setting.page;
    page.go(&format!("/trace/{}?obs={}", trace.id, trace.span_id(7))).await;
    page.until_says(".status.is-ERROR", "429 Too Many Requests").await;
    page.until_says(".detail-title .level", "ERROR").await;
    setting.end().await;
}

#[tokio::test]
async fn finds_a_word_in_the_values_of_a_trace() {
    let Some((setting, _)) = open("find", pipeline()).await else { return };
    let page = &setting.page;
    page.press("/").await;
    // The text counts that stands there at the end, however quickly it was typed.
    page.press(format!("Accounts{}", keys::ENTER)).await;
    page.until_says(".detail-title h2", "retrieve").await;
    page.until("document.querySelectorAll('.row.match').length === 4").await;
    page.until("CSS.highlights.get('found')?.size > 0").await;
    setting.end().await;
}

#[tokio::test]
async fn scores_and_comments_are_given_by_hand() {
    let Some((setting, _)) = open("annotate", pipeline()).await else { return };
    let page = &setting.page;
    page.press("s").await;
    page.press(format!("helpfulness{}0.75{}", keys::TAB, keys::ENTER)).await;
    page.until_says(".scores", "0.75").await;
    page.click("[title='Change helpfulness']").await;
    page.press(format!("0.5{}", keys::ENTER)).await;
    page.until("document.querySelectorAll('.scores tr').length === 1 && document.querySelector('.scores').innerText.includes('0.5')").await;
    page.press("m").await;
    page.until("document.activeElement.tagName === 'TEXTAREA'").await;
    page.press("The *second* document is the wrong one.").await;
    page.click(".annotate button[type=submit]").await;
    page.until_says(".comment em", "second").await;
    page.reload().await;
    page.until_says(".comment em", "second").await;
    page.until_says(".trace-head .chip.score", "0.5").await;
    page.click(".comment [title='Remove this comment']").await;
    page.until("!document.querySelector('.comment')").await;
    page.click("[title='Remove helpfulness']").await;
    page.until("!document.querySelector('.scores')").await;
    setting.end().await;
}

#[tokio::test]
async fn a_trace_of_a_thousand_observations_opens() {
    let Some((setting, _)) = open("large", data::large(1, 1000)).await else { return };
    let page = &setting.page;
    page.until_says(".metrics", "1,001").await;
    page.press(keys::END).await;
    page.until_says(".detail-title h2", "step 999").await;
    let elements = page.value("document.querySelectorAll('.tree .row').length").await;
    assert!(elements.as_u64().expect("a number") < 80, "{elements} rows are elements");
    page.press("f").await;
    page.until("document.querySelectorAll('.tree .folded-count').length > 5").await;
    setting.end().await;
}

#[tokio::test]
async fn pictures_are_shown() {
    let pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let input = json!([{"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": pixel}}]}]);
    let Some((setting, trace)) =
        open("picture", simple(1, Duration::from_secs(3), "look", &input, &json!("A dot."))).await
    else {
        return;
    };
    let page = &setting.page;
    page.go(&format!("/trace/{}?obs={}", trace.id, trace.span_id(0))).await;
    page.until("document.querySelector('.message.role-user img')?.naturalWidth === 1").await;
    setting.end().await;
}

#[tokio::test]
async fn an_address_of_langfuse_opens_the_trace_and_an_unknown_one_says_so() {
    let Some((setting, trace)) = open("address", pipeline()).await else { return };
    let page = &setting.page;
    page.go(&format!("/project/local/traces/{}", trace.id)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.go("/trace/00000000000000000000000000000bad").await;
    page.until("document.querySelector('.welcome.failed')").await;
    page.go("/nowhere").await;
    page.until_says(".welcome h2", "no such page").await;
    setting.end().await;
}

#[tokio::test]
async fn one_goes_from_trace_to_trace_as_the_list_has_them() {
    let traces = data::morning(12);
    let Some(setting) = Setting::with("around", &traces).await else { return };
    let page = &setting.page;
    page.go("/?sort=startTime").await;
    page.until("document.querySelectorAll('.rows .row').length === 12").await;
    page.press("jj").await;
    page.press(keys::ENTER).await;
    let at = |number: usize| format!("location.pathname === '/trace/{}'", traces[number].id);
    // Oldest first.
    page.until(&at(10)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.press("]").await;
    page.until(&at(9)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.click("[title='Trace before ([)']").await;
    page.until(&at(10)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.press("[").await;
    page.until(&at(11)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.press("[").await;
    page.until_says(".toast", "first trace of the list").await;
    page.press(keys::ESCAPE).await;
    page.until(
        "location.search === '?sort=startTime' && document.querySelector('.rows .row.focused[aria-rowindex=\"1\"]')",
    )
    .await;
    // Opened by its address there is no list: then by time, newest first.
    page.go(&format!("/trace/{}", traces[5].id)).await;
    page.until_says(".trace-head h1", "rag_pipeline").await;
    page.press("]").await;
    page.until(&at(6)).await;
    setting.end().await;
}

#[tokio::test]
async fn what_telemetry_says_by_itself_is_folded_away() {
    let mut trace = Trace::new(1, Duration::from_secs(3));
    let attributes = vec![
        ("langfuse.observation.metadata.route", json!("/v1/answer")),
        ("code.file.path", json!("src/answer.rs")),
        ("code.line.number", json!(35)),
    ];
    trace.span(&data::Span { name: "answer", to: 20.0, attributes, ..data::Span::default() });
    let Some((setting, _)) = open("telemetry", trace).await else { return };
    let page = &setting.page;
    page.press(keys::DOWN).await;
    page.until_says(".facts", "src/answer.rs:35").await;
    page.until_says(".json-key", "route").await;
    assert!(!page.texts(".json-key").await.iter().any(|key| key.contains("code.")), "unfolded");
    page.click(".folded summary").await;
    page.until_says(".json-key", "code.file.path").await;
    setting.end().await;
}

#[tokio::test]
async fn circles_and_orphans_are_shown_as_in_the_terminal() {
    let mut trace = Trace::new(1, Duration::from_secs(3));
    // Of a parent that comes later a number is known before it is there.
    for (name, parent, from) in [
        ("leads into it", Some(1), 0.0),
        ("chicken", Some(2), 1.0),
        ("egg", Some(1), 2.0),
        ("its own parent", Some(3), 3.0),
        ("orphan", Some(90), 4.0),
        ("below the egg", Some(2), 5.0),
    ] {
        trace.span(&data::Span { name, parent, from, to: 20.0 + from, ..data::Span::default() });
    }
    let Some((setting, trace)) = open("circles", trace).await else { return };
    let page = &setting.page;
    page.until("document.querySelectorAll('.tree .obs-name').length === 6").await;
    let shown = page.value("[...document.querySelectorAll('.tree .row[aria-level]')].filter((row) => row.querySelector('.obs-name')).map((row) => '  '.repeat(row.ariaLevel - 2) + row.querySelector('.obs-name').innerText).join('\\n')").await;
    let printed = setting.scratch.run(&["show", &trace.id, "--plain", "--db", "observe.db", "--watch", "none"]);
    let (_, printed) = printed.split_once("\n\n").expect("a head and a tree");
    // The names, as far right as they stand, without what follows them.
    let name = |line: &str| line.trim_end().rsplit_once("  ").map_or("", |(name, _)| name.trim_end()).to_owned();
    let names: Vec<String> = printed.lines().map(name).collect();
    assert_eq!(shown, json!(names.join("\n")));
    assert_eq!(names, ["leads into it", "chicken", "  egg", "    below the egg", "its own parent", "orphan"]);
    setting.end().await;
}
