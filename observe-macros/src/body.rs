//! What a body does with some names: looked through once, without parsing it.

use proc_macro2::{TokenStream, TokenTree};
use syn::Ident;
use syn::ext::IdentExt;

/// Names that are looked for, and what was found of them.
pub(crate) struct Words(Vec<Word>);

struct Word {
    name: String,
    is_mentioned: bool,
    is_changed: bool,
}

impl Words {
    pub(crate) fn of(names: &[Ident], tokens: TokenStream) -> Self {
        let word = |name: &Ident| Word { name: name.unraw().to_string(), is_mentioned: false, is_changed: false };
        let mut words = Self(names.iter().map(word).collect());
        if !words.0.is_empty() && !tokens.is_empty() {
            words.read(tokens);
        }
        words
    }

    fn read(&mut self, tokens: TokenStream) {
        let (mut last, mut operator, mut borrowed) = (None::<usize>, String::new(), false);
        for token in tokens {
            if let TokenTree::Punct(punct) = &token {
                operator.push(punct.as_char());
                continue;
            }
            let is_assignment = operator.ends_with('=') && !matches!(operator.as_str(), "==" | "!=" | "<=" | ">=");
            if let Some(at) = last.take().filter(|_| is_assignment) {
                self.0[at].is_changed = true;
            }
            operator.clear();
            let was_borrowed = std::mem::take(&mut borrowed);
            match token {
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    let word = word.strip_prefix("r#").unwrap_or(&word);
                    borrowed = word == "mut";
                    last = self.0.iter().position(|looked| looked.name == word);
                    if let Some(at) = last {
                        self.0[at].is_mentioned = true;
                        self.0[at].is_changed |= was_borrowed;
                    }
                }
                TokenTree::Group(group) => self.read(group.stream()),
                // Such as that of `format!`: it may have names within.
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    for word in &mut self.0 {
                        word.is_mentioned |= text.contains(&word.name);
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn find(&self, name: &Ident) -> Option<&Word> {
        let name = name.unraw().to_string();
        self.0.iter().find(|word| word.name == name)
    }

    /// Whether this name stands there, be it within a literal.
    pub(crate) fn mention(&self, name: &Ident) -> bool {
        self.find(name).is_some_and(|word| word.is_mentioned)
    }

    /// Whether this name is assigned to, or mutably borrowed.
    pub(crate) fn change(&self, name: &Ident) -> bool {
        self.find(name).is_some_and(|word| word.is_changed)
    }
}
