//! Opens the call: its site, the captured arguments, and what the options say.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Signature};

use crate::options::{Options, is_same, ours};
use crate::params::{self, Param};

/// One captured value.
struct Entry<'a> {
    cfg: &'a [Attribute],
    /// What is looked at to see whether it is a secret.
    words: String,
    write: TokenStream,
}

/// `Call::open({ static SITE: .. ; &SITE }, &mut |input| ..)`
pub(super) fn open(signature: &Signature, options: &Options, params: &[Param], private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let function = signature.ident.unraw().to_string();
    let (shown, dynamic) = match &options.name {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => (text.value(), None),
        Some(expression) => (function.clone(), Some(expression)),
        None => (function.clone(), None),
    };
    let kind = options.kind.clone().unwrap_or_else(|| ours("Span"));
    let (entries, capture) = capture(signature, options, params, private);
    let words = entries.iter().map(|Entry { cfg, words, .. }| quote_spanned!(span=> #(#cfg)* #words));
    let site = quote_spanned! {span=> {
        static SITE: #private::Site = #private::Site::new(
            #shown,
            #private::ObservationType::#kind,
            ::core::concat!(::core::module_path!(), "::", #function),
            ::core::file!(),
            ::core::line!(),
            &[#(#words),*],
        );
        &SITE
    }};
    let details = details(options, dynamic, private);
    let has_expressions = !options.expressions().is_empty();
    if details.is_empty() && !options.root && options.enabled.is_none() {
        return quote_spanned!(span=> #private::Call::open(#site, &mut #capture));
    }
    let look = params.iter().filter(|_| has_expressions).map(Param::look).collect::<TokenStream>();
    let (root, given) = (options.root, ours("details"));
    let enabled = match &options.enabled {
        Some(expression) => quote!(#expression),
        None => quote_spanned!(span=> true),
    };
    quote_spanned! {span=> {
        #look
        #private::Call::open_with(
            #site,
            #root,
            &mut || -> ::core::primitive::bool { #enabled },
            &mut #capture,
            &mut |#given: &mut #private::Details<'_>| { let _ = &#given; #details },
        )
    }}
}

/// The captured values, and the closure that captures them.
fn capture<'a>(
    signature: &Signature,
    options: &'a Options,
    params: &'a [Param],
    private: &TokenStream,
) -> (Vec<Entry<'a>>, TokenStream) {
    let span = Span::mixed_site();
    let input = ours("input");
    let mut entries = Vec::new();
    let mut statements = TokenStream::new();
    if options.only.iter().flatten().any(|name| name == "self")
        && let Some(receiver) = signature.receiver()
    {
        let token = receiver.self_token;
        let entry = entry(options, &[], &Ident::new("self", token.span), &quote!(&#token), private);
        statements.extend([entry.write.clone()]);
        entries.push(entry);
    }
    for param in params {
        let taken: Vec<_> = param.names.iter().filter(|name| is_captured(options, name)).collect();
        let mut of_param = Vec::new();
        for name in taken {
            let place = if param.is_plain { param.place.clone() } else { params::hidden(name) };
            of_param.push(entry(options, &param.cfg, name, &quote_spanned!(span=> &#place), private));
        }
        let cfg = &param.cfg;
        let writes: TokenStream = of_param.iter().map(|entry| entry.write.clone()).collect();
        if of_param.is_empty() {
            continue;
        }
        if param.is_plain {
            statements.extend(quote_spanned!(span=> #(#cfg)* #writes));
        } else {
            let apart = param.take_apart();
            statements.extend(quote_spanned!(span=> #(#cfg)* { #apart #writes }));
        }
        entries.extend(of_param);
    }
    for (name, expression) in &options.capture {
        let input = &input;
        let (slot, key) = (ours("slot"), name.unraw().to_string());
        let write = quote_spanned! {span=>
            #private::Input::evaluate(#input, #key, &mut |#slot| #private::probe(&(#expression)).__observe_capture(#slot));
        };
        statements.extend([write.clone()]);
        entries.push(Entry { cfg: &[], words: key, write });
    }
    if entries.is_empty() {
        return (entries, quote_spanned!(span=> |_: &mut #private::Input<'_>| {}));
    }
    (entries, quote_spanned!(span=> |#input: &mut #private::Input<'_>| { #statements }))
}

fn entry<'a>(
    options: &Options,
    cfg: &'a [Attribute],
    name: &Ident,
    place: &TokenStream,
    private: &TokenStream,
) -> Entry<'a> {
    let input = ours("input");
    let own = name.unraw().to_string();
    let renamed = options.rename.iter().find(|(renamed, _)| is_same(renamed, name)).map(|(_, shown)| shown.value());
    let (name, words) = match renamed {
        // A secret stays one under another name.
        Some(shown) => (shown.clone(), format!("{shown} {own}")),
        None => (own.clone(), own),
    };
    let write = quote_spanned! {Span::mixed_site()=>
        #private::probe(#place).__observe_capture(#private::Input::slot(#input, #name));
    };
    Entry { cfg, words, write }
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
    let (details, slot) = (ours("details"), ours("slot"));
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
