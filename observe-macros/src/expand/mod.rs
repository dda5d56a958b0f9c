//! The expansion: the only place that writes code.
//!
//! - The user's body and type stand in it with their own spans; everything else carries spans of ours, so that lints
//!   and names of the user's code do not meet it.
//! - Methods are called by path or have names that nobody else has.

mod finish;
mod open;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Ident, ReceiverKind, ReturnType, Token, Type, Visibility, parse_quote_spanned};

use self::finish::{Asked, Finish};
use crate::body::Words;
use crate::function::Function;
use crate::options::{Options, local};
use crate::params;
use crate::returns::{Returned, inferred};

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
    let Function { mut attributes, visibility, defaultness, mut signature, body } = function;
    let is_last = attributes.iter().all(is_inert);
    let expressions = options.expressions();
    // What is captured is used; but where the body uses it too, nothing needs to be said of that.
    let keeps_names = !is_last || !expressions.is_empty();
    let (words, said) = (Words::of(body.stream()), Words::of(expressions));
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
    let body = if matches!(returned, Returned::Callable) {
        // What is expected of the return type passes a block, but no `match`.
        let mut block = Group::new(Delimiter::Brace, body.stream());
        block.set_span(braces.resolved_at(Span::mixed_site()));
        block.into_token_stream()
    } else if binds.is_empty() && hold.is_none() && signature.asyncness.is_none() {
        // It is a closure's own block: inside another its braces would be called unnecessary.
        body.into_token_stream()
    } else {
        // The arm of a `match` ends the body's temporaries before the arguments, in every edition.
        quote_spanned!(Span::mixed_site()=> match () { () => #body })
    };
    let scene = Scene { open, before: quote!(#hold #binds), body, private: private.clone() };

    let Some(asyncness) = signature.asyncness else {
        let body = scene.sync(&signature.output, &returned, &finish);
        let body = quote!(#import #body);
        return item(&attributes, &visibility, defaultness.as_ref(), &signature, body, braces);
    };
    let is_never = matches!(returned, Returned::Never);
    let body = scene.asynchronous(&signature.output, &returned, &finish);
    let body = quote!(#import #body);
    // The parent is taken at the call, unless an attribute that is still to come wants to see an `async fn`.
    if !is_last || is_never {
        // The captured values are not held across the await.
        let future = local("future");
        let body = quote_spanned!(Span::mixed_site()=> let #future = { #body }; #future.await);
        let body = if is_never { quote_spanned!(Span::mixed_site()=> match { #body } {}) } else { body };
        return item(&attributes, &visibility, defaultness.as_ref(), &signature, body, braces);
    }
    attributes.extend(silence(&returned, &attributes));
    signature.asyncness = None;
    signature.output = future_of(asyncness, &signature.output, signature.paren_token.span.close());
    item(&attributes, &visibility, defaultness.as_ref(), &signature, body, braces)
}

fn item(
    attributes: &[Attribute],
    visibility: &Visibility,
    defaultness: Option<&Ident>,
    signature: &syn::Signature,
    body: TokenStream,
    braces: Span,
) -> TokenStream {
    // What a user expects of a lint may not come true in what the function has become.
    let is_expecting = attributes.iter().any(|attribute| attribute.path().is_ident("expect"));
    let expecting = is_expecting.then(|| quote_spanned!(Span::mixed_site()=> #[allow(unfulfilled_lint_expectations)]));
    // The user's own span, without which lints on whole items take the function for somebody else's.
    let mut body = Group::new(Delimiter::Brace, body);
    body.set_span(braces);
    quote!(#expecting #(#attributes)* #visibility #defaultness #signature #body)
}

/// What clippy would say of the function that an `async fn` has become, and not of that. Nothing is silenced that would not
/// be said: where a lint is forbidden, silencing it is an error.
fn silence(returned: &Returned, attributes: &[Attribute]) -> Option<Attribute> {
    // The body's value is awaited by whoever wants it to be.
    let yields = matches!(returned, Returned::Future(..)).then(|| quote!(clippy::async_yields_async,));
    let must = attributes.iter().any(|attribute| attribute.path().is_ident("must_use"));
    let must = must.then(|| quote!(clippy::double_must_use));
    (yields.is_some() || must.is_some()).then(|| parse_quote_spanned!(Span::mixed_site()=> #[allow(#yields #must)]))
}

/// `impl Future<Output = ..>`, which captures all lifetimes as an `async fn` does: by the edition of its first token.
fn future_of(asyncness: Token![async], output: &ReturnType, arguments: Span) -> ReturnType {
    let span = Span::call_site().located_at(asyncness.span);
    let (output, end) = match output {
        ReturnType::Default => (quote!(()), arguments),
        ReturnType::Type(_, returned) => {
            let output = returned.to_token_stream();
            let end = output.clone().into_iter().last().map_or(arguments, |token| token.span());
            (output, end)
        }
    };
    let implement = Ident::new("impl", span);
    // A signature ends where the user's did: else lints on whole items show the attribute.
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
}

impl Scene {
    fn sync(&self, output: &ReturnType, returned: &Returned, finish: &Finish<'_>) -> TokenStream {
        let Self { open, before, body, private } = self;
        let (call, out, how) = (local("call"), local("out"), local("how"));
        let span = Span::mixed_site();
        if matches!(returned, Returned::Callable) {
            let running = local("running");
            return quote_spanned!(span=> let #running = #private::Call::enter(#open); #before #body);
        }
        let arrow = match output {
            ReturnType::Default => quote_spanned!(span=> ()),
            ReturnType::Type(_, returned) => inferred(returned),
        };
        let work = if before.is_empty() {
            quote_spanned!(span=> move || -> #arrow #body)
        } else {
            quote_spanned!(span=> move || -> #arrow { #before #body })
        };
        if !matches!(
            returned,
            Returned::Opaque | Returned::Future(..) | Returned::Stream(_) | Returned::StreamResult(_)
        ) {
            let how = finish.how(&Asked::Returned(&arrow), returned);
            return quote_spanned!(span=> #private::run(#how, #open, #work));
        }
        let end = match returned {
            Returned::Future(given, then) => {
                let ways = finish
                    .how(&Asked::Unnamed(quote_spanned!(span=> #private::awaited::<#given, _>(&#out))), then.plainly());
                quote_spanned!(span=> let #how = #ways; #private::future(#how, #call, #out))
            }
            other => {
                let ways = finish.how(&Asked::Unnamed(quote_spanned!(span=> #private::typed(&#out))), other);
                quote_spanned!(span=> let #how = #ways; #private::finish(#how, #call, #out))
            }
        };
        // Tells what is known of an opaque type before its value is looked at.
        let known = matches!(returned, Returned::Opaque).then(|| quote_spanned!(span=> if false { return #out; }));
        quote_spanned!(span=> let mut #call = #open; let #out = #private::Call::run(&mut #call, #work); #known #end)
    }

    fn asynchronous(&self, output: &ReturnType, returned: &Returned, finish: &Finish<'_>) -> TokenStream {
        let Self { open, before, body, private } = self;
        let (call, out, how) = (local("call"), local("out"), local("how"));
        let span = Span::mixed_site();
        let (at, output) = match (output, returned) {
            (ReturnType::Default, _) => (span, quote_spanned!(span=> ())),
            (_, Returned::Never) => (span, quote_spanned!(span=> ::core::convert::Infallible)),
            (ReturnType::Type(_, returned), _) => {
                let first = returned.to_token_stream().into_iter().next();
                (first.map_or(span, |token| span.located_at(token.span())), inferred(returned))
            }
        };
        // An async block has no arrow: this says its type before the body does.
        let give = quote_spanned!(at=> return);
        let edge = quote_spanned!(span=> if false { #give #private::never::<#output>(); });
        let work = quote_spanned!(span=> async move { #edge #before #body });
        let returned = returned.plainly();
        if matches!(returned, Returned::Opaque | Returned::Callable | Returned::Stream(_) | Returned::StreamResult(_)) {
            let ways =
                finish.how(&Asked::Unnamed(quote_spanned!(span=> #private::awaited::<#output, _>(&#out))), returned);
            return quote_spanned! {span=>
                let #call = #open;
                let #out = #work;
                let #how = #ways;
                #private::future(#how, #call, #out)
            };
        }
        let ways = finish.how(&Asked::Output(&output), returned);
        quote_spanned!(span=> #private::future(#ways, #open, #work))
    }
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
