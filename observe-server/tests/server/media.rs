//! Media, from announcement to the bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::program::Scratch;

#[test]
fn bytes_are_announced_uploaded_confirmed_and_shown() {
    let scratch = Scratch::new("media");
    let server = scratch.serve(&["--watch", "none"]);
    let bytes = b"<svg onload=alert(1)>";
    let hash = STANDARD.encode(hmac_sha256::Hash::hash(bytes));
    let announced = json!({"contentType": "image/svg+xml", "contentLength": bytes.len(), "sha256Hash": hash, "field": "input", "traceId": "t"});
    let answer = server.post("/api/public/media", &announced);
    assert_eq!(answer.status, 201);
    let (id, url) = (answer.json()["mediaId"].clone(), answer.json()["uploadUrl"].clone());
    let id = id.as_str().unwrap();
    assert_eq!(id.len(), 22);
    assert_eq!(server.send("GET", &format!("/api/public/media/{id}"), &[], b"").status, 404, "nothing is there yet");
    let path = url.as_str().unwrap().strip_prefix(&server.address).unwrap().to_owned();
    let headers = [("content-type", "application/json"), ("x-forwarded-proto", "https")];
    let proxied = server.send("POST", "/api/public/media", &headers, announced.to_string().as_bytes()).json();
    assert!(proxied["uploadUrl"].as_str().unwrap().starts_with("https://"), "{proxied}");
    assert_eq!(server.send("PUT", &path, &[], b"other bytes").status, 400);
    assert_eq!(server.send("PUT", &path, &[("content-type", "image/svg+xml")], bytes).status, 200);
    let patch = json!({"uploadedAt": "2026-11-25T10:00:00.000Z", "uploadHttpStatus": 200});
    let patched = server.send(
        "PATCH",
        &format!("/api/public/media/{id}"),
        &[("content-type", "application/json")],
        patch.to_string().as_bytes(),
    );
    assert_eq!(patched.status, 200);
    let about = server.get(&format!("/api/public/media/{id}"));
    assert_eq!((&about["contentType"], &about["contentLength"]), (&json!("image/svg+xml"), &json!(bytes.len())));
    let content = server.send("GET", &format!("/api/public/media/{id}/content"), &[], b"");
    assert_eq!(content.body, bytes);
    assert_eq!(content.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(server.post("/api/public/media", &announced).json()["uploadUrl"], json!(null), "it is there already");
    let wrong = json!({"contentType": "text/html\r\nx: y", "contentLength": 1, "sha256Hash": hash, "field": "input"});
    assert_eq!(server.post("/api/public/media", &wrong).status, 400);
}

#[test]
fn its_addresses_are_good_without_keys_and_for_nothing_else() {
    let scratch = Scratch::new("media-keys");
    let mut command = scratch.command(&["serve", "--port", "0", "--watch", "none"]);
    let server = super::program::Server::start(command.env("OBSERVE_PUBLIC_KEY", "pk").env("OBSERVE_SECRET_KEY", "sk"));
    let key = ("authorization", "Basic cGs6c2s=");
    let bytes = b"a picture";
    let hash = STANDARD.encode(hmac_sha256::Hash::hash(bytes));
    let body = json!({"contentType": "image/png", "contentLength": bytes.len(), "sha256Hash": hash, "field": "input", "traceId": "t"});
    let answer = server.send("POST", "/api/public/media", &[key], body.to_string().as_bytes());
    assert_eq!(answer.status, 201);
    let (id, url) = (answer.json()["mediaId"].clone(), answer.json()["uploadUrl"].clone());
    let path = url.as_str().unwrap().strip_prefix(&server.address).unwrap().to_owned();
    assert_eq!(server.send("PUT", path.split('?').next().unwrap(), &[], bytes).status, 401);
    assert_eq!(server.send("PUT", &path.replace("token=", "token=x"), &[], bytes).status, 401);
    assert_eq!(server.send("PUT", &path, &[], bytes).status, 200);
    let about = server.send("GET", &format!("/api/public/media/{}", id.as_str().unwrap()), &[key], b"").json();
    let path = about["url"].as_str().unwrap().strip_prefix(&server.address).unwrap();
    assert_eq!(server.send("GET", path, &[], b"").body, bytes);
    let query = path.split_once('?').unwrap().1;
    assert_eq!(server.send("GET", &format!("/api/public/projects?{query}"), &[], b"").status, 401);
}
