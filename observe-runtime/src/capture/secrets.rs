//! Arguments that are named like a secret.

/// Names whose values are never captured, unless told otherwise.
pub(crate) const DEFAULT_SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secrets",
    "secret_key",
    "client_secret",
    "token",
    "auth_token",
    "access_token",
    "refresh_token",
    "id_token",
    "api_key",
    "api_keys",
    "access_key",
    "private_key",
    "credential",
    "credentials",
    "authorization",
    "bearer",
    "cookie",
];

/// After a secret's name these make it a number or a kind: `token_count`, `password_length`.
const MEASURES: &[&str] = &[
    "budget", "cost", "count", "counts", "index", "len", "length", "limit", "price", "rate", "size", "total", "type",
    "usage",
];

/// Whether an argument of this name is one of the secrets that `words` name.
///
/// Whole words count, in any case and however they are joined: `api_key` is found in `openai_api_key`, `apiKey` and
/// `APIKEY`; `token` is found in `authToken`, and not in `max_tokens` or `tokenizer`. What only measures a secret is
/// none: `token_count`.
pub(crate) fn redacts(name: &str, words: &[String]) -> bool {
    let parts = split(name);
    if parts.last().is_some_and(|last| parts.len() > 1 && MEASURES.contains(&last.as_str())) {
        return false;
    }
    words
        .iter()
        .map(|word| split(word).concat())
        .any(|word| !word.is_empty() && (0..parts.len()).any(|from| starts_with(&parts[from..], &word)))
}

/// Whether the first parts, joined, are this word.
fn starts_with(parts: &[String], word: &str) -> bool {
    let mut rest = word;
    for part in parts {
        let Some(after) = rest.strip_prefix(part.as_str()) else { return false };
        if after.is_empty() {
            return true;
        }
        rest = after;
    }
    false
}

/// The words of a name in lower case: parted by what is neither letter nor digit, between letters and digits, and by
/// the humps of `camelCase` and `HTTPServer`.
fn split(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut chars = name.chars().peekable();
    let mut last = ' ';
    while let Some(char) = chars.next() {
        let is_hump = char.is_uppercase()
            && (last.is_lowercase() || last.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase()));
        if is_hump || char.is_numeric() != last.is_numeric() || !char.is_alphanumeric() {
            parts.push(std::mem::take(&mut part));
        }
        if char.is_alphanumeric() {
            part.extend(char.to_lowercase());
        }
        last = char;
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}
