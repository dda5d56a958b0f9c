//! Pictures, sounds and files in values.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Setting;
use super::data::{self, simple};

/// Uploads as SDKs do, and returns the reference that they put in its place.
async fn upload(address: &str, kind: &str, bytes: &'static [u8]) -> String {
    let client = reqwest::Client::new();
    let hash = STANDARD.encode(hmac_sha256::Hash::hash(bytes));
    let announced = json!({"contentType": kind, "contentLength": bytes.len(), "sha256Hash": hash, "field": "input", "traceId": "t"});
    let answer = client.post(format!("{address}/api/public/media")).body(announced.to_string());
    let answer = answer.header("content-type", "application/json").send().await.expect("an answer");
    let answer: serde_json::Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
    let url = answer["uploadUrl"].as_str().expect("an address").to_owned();
    let put = client.put(url).header("content-type", kind).body(bytes).send().await.expect("an answer");
    assert!(put.status().is_success());
    let id = answer["mediaId"].as_str().expect("an id").to_owned();
    format!("@@@langfuseMedia:type={kind}|id={id}|source=bytes@@@")
}

#[tokio::test]
async fn media_that_were_uploaded_are_shown_and_heard() {
    let Some(setting) = Setting::new("media").await else { return };
    let address = &setting.server.address;
    let drawn = upload(
        address,
        "image/svg+xml",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='7' height='5'><script>top.hacked = 1</script></svg>",
    )
    .await;
    // A WAV file of eight samples of silence.
    let sound = upload(address, "audio/wav", b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0\0\x80\x80\x80\x80\x80\x80\x80\x80").await;
    let input = json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": drawn}}]}]);
    let trace = simple(1, Duration::from_secs(3), "look and listen", &input, &json!({"speech": sound}));
    data::send(address, std::slice::from_ref(&trace)).await;
    let page = &setting.page;
    page.go(&format!("/trace/{}", trace.id)).await;
    page.until("document.querySelector('.message.role-user img')?.naturalWidth === 7").await;
    page.until("document.querySelector('audio')").await;
    page.value("document.querySelector('audio').load()").await;
    page.until(
        "document.querySelector('audio').readyState > 0 || (document.querySelector('audio').preload = 'auto', false)",
    )
    .await;
    assert_eq!(page.value("window.hacked ?? null").await, json!(null));
    assert_eq!(page.complaints().await, Vec::<String>::new());
    setting.end().await;
}

#[tokio::test]
async fn media_within_texts_stand_where_they_are_named() {
    let Some(setting) = Setting::new("media-within").await else { return };
    let address = &setting.server.address;
    let drawn =
        upload(address, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='4'/>").await;
    let text = format!("Look at {drawn} and at {drawn}.");
    let markdown = format!(
        "# Report\n\nThe chart: {drawn} **as drawn**\n\n- {drawn}\n\n![the same]({drawn}) [kept]({drawn})\n\n`{drawn}`"
    );
    // Cut where a long text is cut, it is whole all the same.
    let long = format!("{}{drawn} and so on{}", "x".repeat(590), "y".repeat(1000));
    let trace = simple(1, Duration::from_secs(3), "within", &json!(text), &json!(markdown));
    let tree = simple(
        2,
        Duration::from_secs(2),
        "tree",
        &json!({"seen": text, "long": long}),
        &json!([{"role": "user", "content": text}]),
    );
    let longer = format!("{}{drawn} and so on{}", "x".repeat(5990), "y\n".repeat(9000));
    let lines = simple(3, Duration::from_secs(1), "lines", &json!(longer), &json!("ok"));
    data::send(address, &[trace.clone(), tree.clone(), lines.clone()]).await;
    let page = &setting.page;
    let drawn_in = |place: &str, count: usize| {
        format!(
            "[...document.querySelectorAll('{place} img')].filter((image) => image.naturalWidth === 9).length === {count}"
        )
    };
    page.go("/").await;
    page.until_says(".row .io-in", "Look at [image/svg+xml] and at [image/svg+xml].").await;
    page.go(&format!("/trace/{}", trace.id)).await;
    page.until(&drawn_in("pre.text .media", 2)).await;
    page.until_says("pre.text", "Look at").await;
    assert_eq!(page.texts("pre.text .media-note").await, ["image/svg+xml", "image/svg+xml"]);
    page.until(&drawn_in(".md .media", 3)).await;
    page.until("document.querySelector('.md .media img[alt=\"the same\"]')").await;
    page.until("document.querySelector('.md a[download]').href.endsWith('/content')").await;
    page.until_says(".md strong", "as drawn").await;
    page.until_says(".md code", "@@@langfuseMedia").await;
    page.go(&format!("/trace/{}", tree.id)).await;
    page.until(&drawn_in(".json-string .media", 3)).await;
    page.until_says(".json-string", "more characters").await;
    page.until(&drawn_in(".message.role-user .media", 2)).await;
    page.go(&format!("/trace/{}", lines.id)).await;
    page.until(&drawn_in("pre.text .media", 1)).await;
    page.click(".more").await;
    page.until_says(".chunks", "and so on").await;
    page.until(&drawn_in(".chunks .media", 1)).await;
    assert_eq!(page.complaints().await, Vec::<String>::new());
    setting.end().await;
}

#[tokio::test]
async fn what_only_looks_like_a_reference_stays_text() {
    let reference = |kind: &str, id: &str| format!("@@@langfuseMedia:type={kind}|id={id}|source=bytes@@@");
    let hostile = [
        reference("image/png", "../../local/info"),
        reference("image/png", "https://evil.example/x.png"),
        reference("image/png", "a?token=b#c"),
        reference("image/png\"onerror=\"window.hacked=1", "x\"onload=\"window.hacked=2"),
        reference("image/png", ".."),
        reference("image/png", ""),
        "@@@langfuseMedia:@@@ @@@langfuseMedia:type=image/png @@@langfuseMedia:".to_owned(),
        format!("@@@langfuseMedia:{}", "id=".repeat(2000)),
    ]
    .join(" then ");
    let page_of_script = format!("<b>{}</b> [x]({})", reference("text/html", "page"), reference("text/html", "page"));
    let input = json!({"a": hostile, "b": page_of_script});
    let trace = simple(
        1,
        Duration::from_secs(3),
        "hostile",
        &input,
        &json!(format!("# Title\n\n{hostile}\n\n{page_of_script}")),
    );
    let Some(setting) = Setting::with("media-hostile", std::slice::from_ref(&trace)).await else { return };
    let page = &setting.page;
    page.go(&format!("/trace/{}", trace.id)).await;
    page.until_says(".md h3", "Title").await;
    page.until_says(".json-string", "id=../../local/info").await;
    for place in [".md", ".json"] {
        page.until_says(place, "https://evil.example/x.png").await;
    }
    let shown = page.value("[...document.querySelectorAll('main .value :is(img, audio, video, iframe, a)')].map((one) => [one.tagName, one.getAttribute('href') ?? one.src, one.hasAttribute('download')].join(' '))").await;
    let download = "A /api/public/media/page/content true";
    let shown: Vec<&str> = shown.as_array().expect("a list").iter().filter_map(serde_json::Value::as_str).collect();
    assert!(shown.iter().all(|one| *one == download || one.starts_with("A https://evil.example/")), "{shown:?}");
    assert!(shown.contains(&download), "{shown:?}");
    assert_eq!(page.value("window.hacked ?? null").await, json!(null));
    setting.end().await;
}
