//! What stands in a body: looked through once, without parsing it.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::Ident;
use syn::ext::IdentExt;

/// The words of a body, and which of them it changes.
#[derive(Default)]
pub(crate) struct Words {
    names: HashSet<String>,
    /// Literals, such as that of `format!`: they may have names within.
    texts: Vec<String>,
    changed: HashSet<String>,
}

impl Words {
    pub(crate) fn of(tokens: TokenStream) -> Self {
        let mut words = Self::default();
        words.read(tokens);
        words
    }

    fn read(&mut self, tokens: TokenStream) {
        let (mut last, mut operator, mut borrowed) = (None::<String>, String::new(), false);
        for token in tokens {
            if let TokenTree::Punct(punct) = &token {
                operator.push(punct.as_char());
                continue;
            }
            let is_assignment = operator.ends_with('=') && !matches!(operator.as_str(), "==" | "!=" | "<=" | ">=");
            self.changed.extend(last.take().filter(|_| is_assignment));
            operator.clear();
            match token {
                TokenTree::Ident(ident) => {
                    let word = plain(&ident.to_string());
                    if borrowed {
                        self.changed.insert(word.clone());
                    }
                    borrowed = word == "mut";
                    self.names.insert(word.clone());
                    last = Some(word);
                    continue;
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Literal(literal) => self.texts.push(literal.to_string()),
                TokenTree::Punct(_) => {}
            }
            borrowed = false;
        }
    }

    /// Whether this name stands there, be it within a literal.
    pub(crate) fn mention(&self, name: &Ident) -> bool {
        let name = name.unraw().to_string();
        self.names.contains(&name) || self.texts.iter().any(|text| text.contains(&name))
    }

    /// Whether this name is assigned to, or mutably borrowed.
    pub(crate) fn change(&self, name: &Ident) -> bool {
        self.changed.contains(&name.unraw().to_string())
    }
}

fn plain(word: &str) -> String {
    word.strip_prefix("r#").unwrap_or(word).to_owned()
}
