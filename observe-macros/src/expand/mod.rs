//! The expansion: the only place that writes code.
//!
//! - The user's body and type stand in it with their own spans; everything else carries spans of ours, so that lints
//!   and names of the user's code do not meet it.
//! - Methods are called by path or have names that nobody else has.

mod finish;
mod open;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, ReceiverKind, ReturnType, Token, Type, Visibility, parse_quote_spanned};

use self::finish::{Asked, Finish};
use crate::body::Words;
use crate::function::Function;
use crate::options::{Options, local};
use crate::params;
use crate::returns::{Returned, inferred, is_complex, is_future_by_name};
use crate::spans::{moved, ours};

// Input:
//     fn ask(question: &str) -> Result<String, Error> { .. }
//
// Output:
//     fn ask(question: &str) -> Result<String, Error> {
//         run(
//             of::<Result<String, Error>>()(its ways to be captured),
//             Call::open(&Site { .. }, &mut [(the way to capture `question`)]),
//             move || -> Result<String, Error> { .. },
//         )
//     }
//
// And of an `async fn`:
//     fn ask(question: &str) -> impl Future<Output = Result<String, Error>> {
//         future(.., .., async move { (say the type) { .. } })
//     }
pub(crate) fn function(function: Function, options: &Options) -> TokenStream {
    let Function { mut attributes, inner, visibility, defaultness, mut signature, body } = function;
    let is_last = attributes.iter().chain(&inner).all(is_inert);
    let expressions = options.expressions();
    // What is captured is used; but where the body uses it too, nothing needs to be said of that.
    let keeps_names = !is_last || !expressions.is_empty();
    let names = params::names(&signature);
    let (words, said) = (Words::of(&names, body.stream()), Words::of(&names, expressions));
    let is_used = |name: &Ident| (open::is_captured(options, name) || said.mention(name)) && !words.mention(name);
    let params = params::take(&mut signature, keeps_names, &words, is_used);
    // Imported where it has a path of its own, so that a mistake in it is told once.
    let (import, private) = match &options.krate {
        Some(path) => {
            let private = local("private");
            (Some(quote_spanned!(Span::mixed_site()=> use #path::__private as #private;)), private.into_token_stream())
        }
        None => (None, quote_spanned!(Span::mixed_site()=> ::observe::__private)),
    };
    let open = open::open(&signature, options, &params, &private);
    let returned = Returned::of(&signature.output);
    let finish = Finish { options, private: &private };
    let hold = signature.receiver().filter(|receiver| is_by_value(receiver));
    let hold = hold.map(|receiver| {
        let receiver = receiver.self_token;
        quote_spanned!(Span::mixed_site()=> let _ = &#receiver;)
    });
    let binds: TokenStream = params.iter().map(params::Param::bind).collect();
    let braces = body.span();
    let function = signature.fn_token.span.located_at(braces);
    let body = if matches!(returned, Returned::Callable) {
        // It stands where it stood: what is expected of the return type passes no `match`, and a `return` of what does not come to
        // an end is one that is never reached.
        body.stream()
    } else if binds.is_empty() && hold.is_none() && signature.asyncness.is_none() {
        // It is a closure's own block: inside another its braces would be called unnecessary.
        body.into_token_stream()
    } else {
        // The arm of a `match` ends the body's temporaries before the arguments, in every edition.
        let mut arms = Group::new(Delimiter::Brace, quote_spanned!(braces=> () => #body));
        arms.set_span(braces);
        quote_spanned!(braces=> match () #arms)
    };
    let is_never = matches!(returned, Returned::Never);
    let is_expecting = attributes.iter().chain(&inner).any(|attribute| attribute.path().is_ident("expect"));
    let is_kept = signature.asyncness.is_some() && (!is_last || is_never);
    let word = quote_spanned!(Span::mixed_site()=> return);
    let arguments = signature.paren_token.span.close();
    let give = (!is_never && !is_kept).then(|| word.clone());
    let scene =
        Scene { open, before: quote!(#hold #binds), body, private: private.clone(), arguments, braces, function, give };

    let Some(asyncness) = signature.asyncness else {
        let body = scene.sync(&signature.output, &returned, &finish);
        let body = quote!(#(#inner)* #import #body);
        return item(is_expecting, &attributes, &visibility, defaultness.as_ref(), &signature, body, braces);
    };
    let body = scene.asynchronous(&signature.output, &returned, &finish);
    let body = quote!(#import #body);
    // The parent is taken at the call, unless an attribute that is still to come wants to see an `async fn`.
    if is_kept {
        // The captured values are not held across the await.
        let future = local("future");
        let body = if is_never {
            quote_spanned!(Span::mixed_site()=> #(#inner)* let #future = { #body }; match #future.await {})
        } else {
            quote_spanned!(Span::mixed_site()=> #(#inner)* let #future = { #body }; #word #future.await)
        };
        return item(is_expecting, &attributes, &visibility, defaultness.as_ref(), &signature, body, braces);
    }
    attributes.iter_mut().for_each(say_why);
    signature.asyncness = None;
    signature.output = future_of(asyncness, &signature.output, arguments);
    let body = quote!(#(#inner)* #body);
    item(is_expecting, &attributes, &visibility, defaultness.as_ref(), &signature, body, braces)
}

fn item(
    is_expecting: bool,
    attributes: &[Attribute],
    visibility: &Visibility,
    defaultness: Option<&Ident>,
    signature: &syn::Signature,
    body: TokenStream,
    braces: Span,
) -> TokenStream {
    // What a user expects of a lint may not come true in what the function has become.
    let expecting = is_expecting.then(|| quote_spanned!(Span::mixed_site()=> #[allow(unfulfilled_lint_expectations)]));
    // The user's own span, without which lints on whole items take the function for somebody else's.
    let mut body = Group::new(Delimiter::Brace, body);
    body.set_span(braces);
    quote!(#expecting #(#attributes)* #visibility #defaultness #signature #body)
}

/// Gives a bare `#[must_use]` the reason that all futures have. Without one clippy says that it is there twice on a function
/// that returns a future, which an `async fn` is not to it, and where clippy is forbidden to be silent nobody can silence it.
fn say_why(attribute: &mut Attribute) {
    if attribute.meta.require_path_only().is_ok_and(|path| path.is_ident("must_use")) {
        let span = attribute.path().span();
        let why = LitStr::new("futures do nothing unless you `.await` or poll them", span);
        attribute.meta = parse_quote_spanned!(span=> must_use = #why);
    }
}

/// `impl Future<Output = ..>`, which captures all lifetimes as an `async fn` does: by the edition of its first token.
fn future_of(asyncness: Token![async], output: &ReturnType, arguments: Span) -> ReturnType {
    let (output, start, end) = match output {
        ReturnType::Default => (quote!(()), arguments, arguments),
        ReturnType::Type(_, returned) => {
            let output: Vec<TokenTree> = returned.to_token_stream().into_iter().collect();
            let span = |token: Option<&TokenTree>| token.map_or(arguments, TokenTree::span);
            let (start, end) = (span(output.first()), span(output.last()));
            (output.into_iter().collect(), start, end)
        }
    };
    let implement = Ident::new("impl", Span::call_site().located_at(start));
    // The type stands where the user's does: else lints on whole items show the attribute.
    let close = Token![>](end);
    let future = quote_spanned!(Span::mixed_site()=> #implement ::core::future::Future<Output = #output #close);
    ReturnType::Type(Token![->](asyncness.span), Box::new(Type::Verbatim(future)))
}

fn is_by_value(receiver: &syn::Receiver) -> bool {
    !matches!(receiver.kind, ReceiverKind::Reference(..))
}

/// The parts of a body.
struct Scene {
    open: TokenStream,
    /// What binds the arguments.
    before: TokenStream,
    body: TokenStream,
    private: TokenStream,
    /// Where the arguments end.
    arguments: Span,
    /// Of the user's body: what stands there is looked at by lints.
    braces: Span,
    /// There, but written by who wrote the function.
    function: Span,
    /// `return`, where the value becomes the function's: a value without it is one that clippy's `implicit_return` finds.
    give: Option<TokenStream>,
}

impl Scene {
    fn sync(&self, output: &ReturnType, returned: &Returned, finish: &Finish<'_>) -> TokenStream {
        let Self { open, before, body, private, arguments, braces, function, give } = self;
        let (call, out, how) = (local("call"), local("out"), local("how"));
        let span = Span::mixed_site();
        // What goes wrong with the whole body is told there.
        let there = span.located_at(*braces);
        let end = moved(quote!(#give #private), there);
        if matches!(returned, Returned::Callable) {
            let running = local("running");
            return quote_spanned!(span=> let #running = #private::Call::enter(#open); #before #body);
        }
        let arrow = match output {
            ReturnType::Default => quote_spanned!(span.located_at(*arguments)=> ()),
            ReturnType::Type(_, returned) => inferred(returned),
        };
        let written = again(&arrow);
        let mut work = quote_spanned!(*function=> move || -> #written);
        work.extend(if before.is_empty() {
            body.clone()
        } else {
            let mut block = Group::new(Delimiter::Brace, quote!(#before #body));
            block.set_span(*braces);
            quote!(#block)
        });
        if !matches!(
            returned,
            Returned::Opaque | Returned::Future(..) | Returned::Stream(_) | Returned::StreamResult(_)
        ) {
            let how = finish.how(&Asked::Returned(&arrow), returned);
            return quote_spanned!(there=> #end::run(#how, #open, #work));
        }
        let tail = match returned {
            Returned::Future(given, then) => {
                let awaited = quote_spanned!(span=> #private::awaited(&[] as &[#given], &#out));
                let ways = finish.how(&Asked::Unnamed(awaited), then.plainly());
                quote_spanned!(there=> let #how = #ways; #end::future(#how, #call, #out))
            }
            other => {
                let ways = finish.how(&Asked::Unnamed(quote_spanned!(span=> #private::typed(&#out))), other);
                quote_spanned!(there=> let #how = #ways; #end::finish(#how, #call, #out))
            }
        };
        // Tells what is known of an opaque type before its value is looked at.
        let known = matches!(returned, Returned::Opaque).then(|| quote_spanned!(span=> if false { return #out; }));
        quote_spanned!(span=> let mut #call = #open; let #out = #private::Call::run(&mut #call, #work); #known #tail)
    }

    fn asynchronous(&self, output: &ReturnType, returned: &Returned, finish: &Finish<'_>) -> TokenStream {
        let Self { open, before, body, private, arguments, braces, function, give } = self;
        let (call, out, how) = (local("call"), local("out"), local("how"));
        let span = Span::mixed_site();
        // What goes wrong with the whole body is told there.
        let there = span.located_at(*braces);
        let end = moved(quote!(#give #private), there);
        let gives = !matches!(returned, Returned::Callable) && is_future_by_name(output);
        let (at, output) = match (output, returned) {
            (ReturnType::Default, _) => (*arguments, quote_spanned!(span=> ())),
            (_, Returned::Never) => (*arguments, quote_spanned!(span=> ::core::convert::Infallible)),
            (ReturnType::Type(_, returned), _) => {
                let first = returned.to_token_stream().into_iter().next();
                (first.map_or(span, |token| token.span()), inferred(returned))
            }
        };
        // An async block has no arrow: this says its type before the body does, at the place of the type.
        let value = Ident::new(&local("returned").to_string(), at);
        let early = quote_spanned!(at=> return #value;);
        let written = again(&output);
        let edge = quote_spanned!(span=> if false { let #value: #written = #private::never(); #early });
        // Clippy's `async_yields_async` looks at the tail. Not for every type: the compiler calls a `return` of what does not come
        // to an end unreachable.
        let ends = gives.then(|| (quote_spanned!(span=> return), quote_spanned!(span=> ;)));
        let (to_give, semicolon) = ends.unzip();
        let mut block = Group::new(Delimiter::Brace, quote!(#edge #before #to_give #body #semicolon));
        block.set_span(*braces);
        let work = quote_spanned!(*function=> async move #block);
        let returned = returned.plainly();
        if matches!(returned, Returned::Opaque | Returned::Callable | Returned::Stream(_) | Returned::StreamResult(_)) {
            let awaited = quote_spanned!(span=> #private::awaited(&[] as &[#output], &#out));
            let ways = finish.how(&Asked::Unnamed(awaited), returned);
            return quote_spanned! {there=>
                let #call = #open;
                let #out = #work;
                let #how = #ways;
                #end::future(#how, #call, #out)
            };
        }
        let ways = finish.how(&Asked::Output(&out), returned);
        quote_spanned!(there=> let #call = #open; let #out = #work; #end::future(#ways, #call, #out))
    }
}

/// A type of the signature in the body. Clippy's `type_complexity` has looked at it already, where it may.
fn again(named: &TokenStream) -> TokenStream {
    if is_complex(named) { ours(named, &|_| false) } else { named.clone() }
}

/// Attributes that do not rewrite what they stand on.
fn is_inert(attribute: &Attribute) -> bool {
    const INERT: &[&str] = &[
        "allow",
        "automatically_derived",
        "cfg",
        "cfg_attr",
        "cold",
        "coverage",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "export_name",
        "forbid",
        "inline",
        "link_section",
        "must_use",
        "no_mangle",
        "optimize",
        "target_feature",
        "track_caller",
        "unsafe",
        "warn",
    ];
    let path = attribute.path();
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    INERT.iter().any(|name| path.is_ident(name))
        || matches!(first.as_deref(), Some("clippy" | "rustfmt" | "diagnostic")) && path.segments.len() > 1
}
