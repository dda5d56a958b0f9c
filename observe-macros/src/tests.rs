//! Two expansions in full, as they would be written by hand.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::try_observe;

/// Compares tokens: the goldens are formatted to be read.
fn check(arguments: &str, item: &str, golden: &str) {
    let expanded = try_observe(arguments.parse().unwrap(), &item.parse().unwrap()).unwrap();
    let golden: TokenStream = golden.parse().unwrap();
    assert_eq!(words(expanded), words(golden), "the expansion has changed");
}

/// Without braces and commas, which formatting adds and removes.
fn words(tokens: TokenStream) -> String {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => words(group.stream()),
            TokenTree::Group(group) => format!("({})", words(group.stream())),
            TokenTree::Punct(comma) if comma.as_char() == ',' => String::new(),
            other => format!("{other} "),
        })
        .collect()
}

#[test]
fn a_function() {
    check("as_type = \"tool\"", "fn double(number: u8) -> u32 { number.into() }", include_str!("goldens/function.rs"));
}

#[test]
fn an_async_method() {
    let item = "pub async fn ask(&self, mut text: String) -> Result<Answer, Error> { self.get(&mut text).await }";
    check("skip(text)", item, include_str!("goldens/async_method.rs"));
}
