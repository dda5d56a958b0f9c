//! Opens the call: its site, the captured arguments, and what the options say.

use proc_macro2::{Punct, Spacing, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Signature};

use crate::options::{Options, is_same, local, ours};
use crate::params::{self, Param};

/// One captured value.
struct Entry<'a> {
    cfg: &'a [Attribute],
    name: String,
    /// What is looked at to see whether it is a secret.
    words: String,
    /// Where the value is.
    place: Ident,
    /// Its type need not be asked what it can do.
    is_spelt: bool,
}

/// `Call::open(&Site { .. }, &mut [..])`, and what else there is to say.
pub(super) fn open(signature: &Signature, options: &Options, params: &[Param], private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let function = signature.ident.unraw().to_string();
    let (shown, dynamic) = match &options.name {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => (text.value(), None),
        Some(expression) => (function.clone(), Some(expression)),
        None => (function.clone(), None),
    };
    let kind = options.kind.clone().unwrap_or_else(|| ours("Span"));
    let (apart, entries) = entries(signature, options, params);
    let probed = entries.iter().map(|Entry { cfg, name, place, is_spelt, .. }| {
        let sign = Punct::new(if *is_spelt { '=' } else { '?' }, Spacing::Alone);
        quote_spanned!(span=> #(#cfg)* #name #sign #place)
    });
    let lazy = options.capture.iter().map(|(name, expression)| {
        let (slot, key) = (local("slot"), name.unraw().to_string());
        let capture = quote_spanned!(span=> #private::probe(&(#expression)).__observe_capture(#slot));
        quote_spanned!(span=> #key (|#slot: #private::Slot<'_>| #capture))
    });
    // A secret stays one under another name.
    let words = (!options.rename.is_empty()).then(|| {
        let words = entries.iter().map(|Entry { cfg, words, .. }| quote_spanned!(span=> #(#cfg)* #words));
        let lazy = options.capture.iter().map(|(name, _)| name.unraw().to_string());
        quote_spanned!(span=> #(#words,)* #(#lazy,)*)
    });
    let call = |open: &str, more: TokenStream| {
        let open = ours(open);
        quote_spanned! {span=>
            #private::call!(#open #shown #function #kind [#(#probed)*] [#(#lazy)*] [#words] #more)
        }
    };
    let details = details(options, dynamic, private);
    let has_expressions = !options.expressions().is_empty();
    let look = params.iter().filter(|_| has_expressions).map(Param::look).collect::<TokenStream>();
    if details.is_empty() && !options.root && options.enabled.is_none() {
        let call = call("open", TokenStream::new());
        let is_plain = look.is_empty() && apart.is_empty();
        return if is_plain { call } else { quote_spanned!(span=> { #look #apart #call }) };
    }
    let (root, given) = (options.root, local("details"));
    let enabled = match &options.enabled {
        Some(expression) => quote!(#expression),
        None => quote_spanned!(span=> true),
    };
    let more = quote_spanned! {span=>
        #root,
        &mut || -> ::core::primitive::bool { #enabled },
        &mut |#given: &mut #private::Details<'_>| { let _ = &#given; #details },
    };
    let call = call("open_with", more);
    quote_spanned!(span=> { #look #apart #call })
}

/// What takes arguments apart, and the captured values.
fn entries<'a>(signature: &Signature, options: &'a Options, params: &'a [Param]) -> (TokenStream, Vec<Entry<'a>>) {
    let (mut apart, mut entries) = (TokenStream::new(), Vec::new());
    if options.only.iter().flatten().any(|name| name == "self")
        && let Some(receiver) = signature.receiver()
    {
        let token = receiver.self_token;
        let word = Ident::new("self", token.span);
        entries.push(entry(options, &[], &word, word.clone(), false));
    }
    for param in params {
        let before = entries.len();
        for name in param.names.iter().filter(|name| is_captured(options, name)) {
            let place = if param.is_plain { param.place.clone() } else { params::hidden(name) };
            entries.push(entry(options, &param.cfg, name, place, param.is_spelt));
        }
        if !param.is_plain && entries.len() > before {
            apart.extend(param.take_apart());
        }
    }
    (apart, entries)
}

fn entry<'a>(options: &Options, cfg: &'a [Attribute], name: &Ident, place: Ident, is_spelt: bool) -> Entry<'a> {
    let own = name.unraw().to_string();
    let renamed = options.rename.iter().find(|(renamed, _)| is_same(renamed, name)).map(|(_, shown)| shown.value());
    let (name, words) = match renamed {
        Some(shown) => (shown.clone(), format!("{shown} {own}")),
        None => (own.clone(), own),
    };
    Entry { cfg, name, words, place, is_spelt }
}

pub(super) fn is_captured(options: &Options, name: &Ident) -> bool {
    let is_replaced = options.capture.iter().any(|(replaced, _)| is_same(replaced, name));
    let is_named = |names: &[Ident]| names.iter().any(|named| is_same(named, name));
    match &options.only {
        Some(only) => is_named(only) && !is_replaced,
        None => options.capture_input && !options.skip_all && !is_named(&options.skip) && !is_replaced,
    }
}

/// What is said when the call opens.
fn details(options: &Options, name: Option<&Expr>, private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let (details, slot) = (local("details"), local("slot"));
    let name = name.map(|name| quote_spanned!(span=> #private::Details::name(#details, &(#name));));
    let level = options.level.as_ref();
    let level = level.map(|level| quote_spanned!(span=> #private::Details::level(#details, #private::Level::#level);));
    let version = options.version.as_ref();
    let version = version.map(|version| quote_spanned!(span=> #private::Details::version(#details, &(#version));));
    let metadata = options.metadata.iter().map(|(key, value)| {
        quote_spanned! {span=>
            #private::Details::metadata(
                #details,
                #key,
                &mut |#slot| #private::probe(&(#value)).__observe_capture(#slot),
            );
        }
    });
    quote!(#name #level #version #(#metadata)*)
}
