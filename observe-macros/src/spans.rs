//! What a lint takes for the user's own work: what bears a span of the user's.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The same tokens at the same places, but written by the expansion, except for some words.
pub(crate) fn ours(written: &impl ToTokens, keeps: &dyn Fn(&Ident) -> bool) -> TokenStream {
    let each = |token: TokenTree| match token {
        TokenTree::Ident(word) if keeps(&word) => word.into(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), ours(&group.stream(), keeps));
            inner.set_span(group.span().resolved_at(Span::mixed_site()));
            inner.into()
        }
        mut other => {
            other.set_span(other.span().resolved_at(Span::mixed_site()));
            other
        }
    };
    written.to_token_stream().into_iter().map(each).collect()
}

/// The same tokens, written there.
pub(crate) fn moved(written: TokenStream, there: Span) -> TokenStream {
    let each = |mut token: TokenTree| {
        token.set_span(there);
        token
    };
    written.into_iter().map(each).collect()
}
