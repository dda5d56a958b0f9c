//! Which names are those of secrets.

use crate::capture::{DEFAULT_SECRETS, redacts};

fn is_secret(name: &str) -> bool {
    let words: Vec<String> = DEFAULT_SECRETS.iter().map(|word| (*word).to_owned()).collect();
    redacts(name, &words)
}

#[test]
fn secrets() {
    for name in [
        "password",
        "Password",
        "user_password",
        "passwordHash",
        "db.password",
        "new-password",
        "password2",
        "passwd",
        "secret",
        "SECRET",
        "client_secret",
        "clientSecret",
        "token",
        "authToken",
        "access_token",
        "token_id",
        "API_KEY",
        "api_key",
        "apiKey",
        "apikey",
        "APIKey",
        "openai_api_key",
        "OpenAIApiKey",
        "OPENAI_APIKEY",
        "x-api-key",
        "private_key",
        "credentials",
        "credential",
        "authorization",
        "Authorization",
        "authorization_header",
        "bearer",
        "bearerToken",
    ] {
        assert!(is_secret(name), "{name}");
    }
}

#[test]
fn no_secrets() {
    for name in [
        "",
        "_",
        "tokens",
        "tokenizer",
        "max_tokens",
        "maxTokens",
        "token_count",
        "tokenLimit",
        "key",
        "keys",
        "keyword",
        "api",
        "monkey",
        "secretary",
        "question",
        "author",
        "authorized",
        "passwords_seen_count",
        "private",
        "keyboard_api",
        "bearers",
    ] {
        assert!(!is_secret(name), "{name}");
    }
}

#[test]
fn words_of_ones_own() {
    let words = ["x509".to_owned(), "Größe".to_owned(), String::new(), "--".to_owned()];
    assert!(redacts("my_x509_cert", &words));
    assert!(redacts("GRÖSSE", &["grösse".to_owned()]));
    assert!(redacts("größe", &words));
    assert!(!redacts("x", &words));
    assert!(!redacts("x50", &words));
    assert!(!redacts("anything", &words));
    assert!(!redacts("password", &[]));
}
