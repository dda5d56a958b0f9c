//! The expansion: the only place that writes code.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Lit, ReturnType, Type, parse_quote};

use crate::function::Function;
use crate::options::Options;
use crate::params::{self, Bound};

pub(crate) fn expand(mut function: Function, options: &Options) -> syn::Result<TokenStream> {
    let receiver = function.signature.receiver().map(|receiver| receiver.self_token);
    let bound = params::bind(&mut function.signature);
    check(options, &bound)?;
    let private = match &options.krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::observe::__private),
    };
    let open = open(&function, options, &bound, &private);
    let Function { attributes, visibility, mut signature, body } = function;
    // Located where the user's braces are, but ours: lints on braces do not see them.
    let mut inner = Group::new(Delimiter::Brace, body.stream());
    inner.set_span(body.span().resolved_at(Span::call_site()));
    let rebind = bound
        .iter()
        .filter(|bound| bound.is_mutable)
        .map(|Bound { cfg, ident, .. }| quote!(#(#cfg)* let mut #ident = #ident;));
    let rebind = quote!(#(#rebind)*);
    let returns = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, returned) => Some(returned.clone()),
    };
    let call = Ident::new("call", Span::mixed_site());
    let out = Ident::new("out", Span::mixed_site());
    let finish = finish(returns.as_deref(), options, &private);
    let lints = quote!(#[allow(clippy::used_underscore_binding, clippy::needless_pass_by_value)]);

    if signature.asyncness.is_none() {
        let inferred = returns.as_deref().map(inferred);
        let arrow = inferred.map(|returned| quote!(-> #returned));
        let run = quote_spanned!(Span::mixed_site()=> #call.run(move || #arrow { #rebind #inner }));
        let body = if matches!(returns.as_deref(), Some(Type::Never(_))) {
            quote!(let mut #call = #open; #run)
        } else {
            quote!(let mut #call = #open; let #out = #run; #finish #out)
        };
        return Ok(quote!(#(#attributes)* #lints #visibility #signature { #body }));
    }

    // The parent is taken at the call, unless an attribute that is still to come wants to see an `async fn`.
    let hold = bound.iter().map(|Bound { cfg, ident, .. }| quote!(#(#cfg)* let _ = &#ident;));
    let hold_self = receiver.map(|receiver| quote!(let _ = &#receiver;));
    let edge = returns.as_deref().map(|returned| {
        let returned = inferred(returned);
        quote! {
            #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::needless_return)]
            if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<#returned> {
                return returned;
            }
        }
    });
    let future = quote! {
        #private::future(
            #call,
            async move { #hold_self #(#hold)* #edge #rebind #inner },
            |#call: #private::Call, #out| { #finish #out },
        )
    };
    if attributes.iter().all(is_inert) {
        let asyncness = signature.asyncness.take().map_or_else(Span::call_site, |token| token.span);
        let span = Span::call_site().located_at(asyncness);
        let output: TokenStream = returns.map_or_else(|| quote!(()), |returned| returned.into_token_stream());
        let implement = Ident::new("impl", span);
        let returned = quote!(#implement ::core::future::Future<Output = #output>);
        signature.output = ReturnType::Type(parse_quote!(->), Box::new(Type::Verbatim(returned)));
        let lints = quote!(#lints #[allow(clippy::manual_async_fn, clippy::future_not_send)]);
        return Ok(quote!(#(#attributes)* #lints #visibility #signature { let #call = #open; #future }));
    }
    Ok(quote!(#(#attributes)* #lints #visibility #signature { let #call = #open; #future.await }))
}

/// `skip` names parameters.
fn check(options: &Options, bound: &[Bound]) -> syn::Result<()> {
    let mut errors = options.skip.iter().filter(|name| !bound.iter().any(|bound| bound.ident == **name)).map(|name| {
        syn::Error::new(name.span(), format!("`{name}` is no parameter of this function, so it cannot be skipped"))
    });
    let Some(mut first) = errors.next() else { return Ok(()) };
    first.extend(errors);
    Err(first)
}

/// `{ static SITE: .. ; Call::open(&SITE, &mut |input| ..) }`
fn open(function: &Function, options: &Options, bound: &[Bound], private: &TokenStream) -> TokenStream {
    let name = function.signature.ident.unraw().to_string();
    let (shown, dynamic) = match &options.name {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => (text.value(), None),
        Some(expression) => (name.clone(), Some(expression)),
        None => (name.clone(), None),
    };
    let kind = options.kind.clone().unwrap_or_else(|| Ident::new("Span", Span::call_site()));
    let is_captured =
        |bound: &&Bound| options.capture_input && !options.skip_all && !options.skip.contains(&bound.ident);
    let captured: Vec<&Bound> = bound.iter().filter(is_captured).collect();
    let names = captured.iter().map(|Bound { cfg, ident, .. }| {
        let name = ident.unraw().to_string();
        quote!(#(#cfg)* #name)
    });
    let input = Ident::new("input", Span::mixed_site());
    let captures = captured.iter().map(|Bound { cfg, ident, .. }| {
        let name = ident.unraw().to_string();
        quote!(#(#cfg)* #private::probe(&#ident).capture(#input.slot(#name));)
    });
    let capture = if captured.is_empty() {
        quote!(|_: &mut #private::Input<'_>| {})
    } else {
        quote!(|#input: &mut #private::Input<'_>| { #(#captures)* })
    };
    let call = if dynamic.is_none() && !options.root && options.enabled.is_none() {
        quote!(#private::Call::open(&SITE, &mut #capture))
    } else {
        let root = options.root;
        let enabled = options.enabled.as_ref().map_or_else(|| quote!(true), |expression| quote!(#expression));
        let set = match dynamic {
            Some(expression) => {
                quote!(::core::option::Option::Some(&mut |update| { let _ = update.name(#expression); }))
            }
            None => quote!(::core::option::Option::None),
        };
        quote! {
            #private::Call::open_with(
                &SITE,
                #private::Start::new().root(#root).enabled(#enabled),
                ::core::option::Option::Some(&mut #capture),
                #set,
            )
        }
    };
    quote! {{
        static SITE: #private::Site = #private::Site::new(
            #shown,
            #private::ObservationType::#kind,
            ::core::concat!(::core::module_path!(), "::", #name),
            ::core::file!(),
            ::core::line!(),
            &[#(#names),*],
        );
        #call
    }}
}

/// Ends the call with what stands in `out`.
fn finish(returns: Option<&Type>, options: &Options, private: &TokenStream) -> TokenStream {
    let call = Ident::new("call", Span::mixed_site());
    let out = Ident::new("out", Span::mixed_site());
    let is_unit = returns.is_none_or(|returned| matches!(returned, Type::Tuple(tuple) if tuple.elems.is_empty()));
    if is_unit {
        return quote!(#call.end(););
    }
    let (value, error) = (Ident::new("value", Span::mixed_site()), Ident::new("error", Span::mixed_site()));
    let capture_output = options.capture_output;
    let well = if capture_output {
        quote!(#call.output(&mut |slot| #private::probe(#value).capture(slot)))
    } else {
        quote!({ let _ = #value; #call.end() })
    };
    quote! {
        if #call.is_recorded() {
            match #private::outcome(&#out).split() {
                ::core::result::Result::Ok(#value) => #well,
                ::core::result::Result::Err(#error) => {
                    #call.error(#capture_output, &mut |slot| #private::fault(#error).describe(slot))
                }
            }
        } else {
            #call.end();
        }
    }
}

/// The type with each `impl Trait` left to inference.
fn inferred(returned: &Type) -> TokenStream {
    fn walk(tokens: TokenStream) -> TokenStream {
        let mut walked = TokenStream::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) if ident == "impl" => {
                    walked.extend(quote_spanned!(ident.span()=> _));
                    let mut depth = 0_i32;
                    while let Some(next) = tokens.peek() {
                        if let TokenTree::Punct(punct) = next {
                            match punct.as_char() {
                                '<' => depth += 1,
                                '>' if depth == 0 => break,
                                '>' => depth -= 1,
                                ',' if depth == 0 => break,
                                '-' => {
                                    tokens.next();
                                    tokens.next();
                                    continue;
                                }
                                _ => {}
                            }
                        }
                        tokens.next();
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), walk(group.stream()));
                    inner.set_span(group.span());
                    walked.extend([TokenTree::Group(inner)]);
                }
                other => walked.extend([other]),
            }
        }
        walked
    }
    walk(returned.to_token_stream())
}

/// Attributes that do not rewrite what they stand on.
fn is_inert(attribute: &Attribute) -> bool {
    const INERT: &[&str] = &[
        "allow",
        "cfg",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "inline",
        "must_use",
        "no_mangle",
        "track_caller",
        "warn",
    ];
    let path = attribute.path();
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    INERT.iter().any(|name| path.is_ident(name))
        || matches!(first.as_deref(), Some("clippy" | "rustfmt" | "diagnostic")) && path.segments.len() > 1
}
