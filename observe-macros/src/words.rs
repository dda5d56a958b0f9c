//! Words that options take, and the variants they stand for.

use proc_macro2::Span;
use syn::{Ident, LitStr};

pub(crate) struct Words {
    what: &'static str,
    known: &'static [(&'static str, &'static str)],
}

pub(crate) const TYPES: Words = Words {
    what: "observation type",
    known: &[
        ("span", "Span"),
        ("generation", "Generation"),
        ("event", "Event"),
        ("embedding", "Embedding"),
        ("agent", "Agent"),
        ("tool", "Tool"),
        ("chain", "Chain"),
        ("retriever", "Retriever"),
        ("evaluator", "Evaluator"),
        ("guardrail", "Guardrail"),
    ],
};

pub(crate) const LEVELS: Words = Words {
    what: "level",
    known: &[("debug", "Debug"), ("default", "Default"), ("warning", "Warning"), ("error", "Error")],
};

impl Words {
    /// The variant that a word names.
    pub(crate) fn variant(&self, word: &LitStr) -> syn::Result<Ident> {
        match self.known.iter().find(|(known, _)| *known == word.value()) {
            Some((_, variant)) => Ok(Ident::new(variant, Span::mixed_site())),
            None => {
                let known: Vec<&str> = self.known.iter().map(|(known, _)| *known).collect();
                let message = format!("`{}` is no {}: expected one of {}", word.value(), self.what, known.join(", "));
                Err(syn::Error::new(word.span(), message))
            }
        }
    }
}
