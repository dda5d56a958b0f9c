//! The function under the attribute: its signature, and its body as the user wrote it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{
    Attribute, FnArg, GenericArgument, Ident, LitStr, PathArguments, ReturnType, Signature, Token, Type, Visibility,
};

use crate::params;

pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    /// The `#![..]` at the head of the body: they may stand in a function's own braces only.
    pub(crate) inner: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// Such as `default`, which only nightly compilers know.
    pub(crate) defaultness: Option<Ident>,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Function {
    /// Parses what stands before the body, which need not be walked through.
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let body = match tokens.last_mut() {
            Some(TokenTree::Group(last)) if last.delimiter() == Delimiter::Brace => {
                let mut bare = Group::new(Delimiter::Brace, TokenStream::new());
                bare.set_span(last.span());
                Some(std::mem::replace(last, bare))
            }
            _ => None,
        };
        let mut function: Self = syn::parse2(tokens.into_iter().collect())?;
        let (inner, body) = hoist(body.unwrap_or(function.body));
        function.inner = inner;
        function.body = body;
        Ok(function)
    }

    /// Whether a type in the signature cannot be one, or a pattern cannot take every value: mistakes to be told in the compiler's
    /// words alone.
    pub(crate) fn is_mistaken(&self) -> bool {
        let Signature { inputs, output, .. } = &self.signature;
        let is_argument_mistaken = inputs.iter().any(|input| match input {
            FnArg::Typed(argument) => is_mistaken(&argument.ty) || params::is_refutable(&argument.pat),
            FnArg::Receiver(_) => false,
        });
        is_argument_mistaken || matches!(output, ReturnType::Type(_, returned) if is_mistaken(returned))
    }
}

/// Whether it has no size, or a hole.
fn is_mistaken(given: &Type) -> bool {
    is_unsized(given) || has_hole(given)
}

fn is_unsized(given: &Type) -> bool {
    match given {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Paren(inner) => is_unsized(&inner.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| match &last.arguments {
            PathArguments::None => path.path.is_ident("str"),
            PathArguments::AngleBracketed(arguments) if is_holder(&last.ident) => {
                arguments.args.iter().any(|part| matches!(part, GenericArgument::Type(part) if is_unsized(part)))
            }
            _ => false,
        }),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_unsized),
        _ => false,
    }
}

/// Whether such a type holds values itself.
fn is_holder(name: &Ident) -> bool {
    name == "Option" || name == "Result" || name == "Vec"
}

/// Whether `_` stands in it.
fn has_hole(given: &Type) -> bool {
    match given {
        Type::Infer(_) => true,
        Type::Array(array) => has_hole(&array.elem),
        Type::Group(inner) => has_hole(&inner.elem),
        Type::Paren(inner) => has_hole(&inner.elem),
        Type::Path(path) => path.path.segments.iter().any(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => {
                arguments.args.iter().any(|part| matches!(part, GenericArgument::Type(part) if has_hole(part)))
            }
            _ => false,
        }),
        Type::Ptr(pointer) => has_hole(&pointer.elem),
        Type::Reference(reference) => has_hole(&reference.elem),
        Type::Slice(slice) => has_hole(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(has_hole),
        _ => false,
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        refuse(input)?;
        let defaultness = defaultness(input)?;
        let signature: Signature = input.parse()?;
        if let Some(constness) = &signature.constness {
            return Err(syn::Error::new(
                constness.span,
                "#[observe] cannot record a `const fn`: it may run at compile time; remove `const` or the attribute",
            ));
        }
        if let Some(variadic) = &signature.variadic {
            return Err(syn::Error::new_spanned(
                variadic,
                "#[observe] cannot pass on variadic arguments: observe the function that calls this one",
            ));
        }
        if input.peek(Token![;]) {
            return Err(syn::Error::new(
                signature.ident.span(),
                "#[observe] needs a function with a body: put it on the implementation",
            ));
        }
        let body = body(input)?;
        Ok(Self { attributes, inner: Vec::new(), visibility, defaultness, signature, body })
    }
}

/// The body, which a macro may have passed on as a `block`.
pub(crate) fn body(input: ParseStream<'_>) -> syn::Result<Group> {
    let mut token: TokenTree = input.parse()?;
    loop {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Ok(group),
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                let mut inner = group.stream().into_iter();
                token = inner.next().ok_or_else(|| input.error(BODY))?;
            }
            other => return Err(syn::Error::new(other.span(), BODY)),
        }
    }
}

/// Parts a body from the `#![..]` at its head.
fn hoist(body: Group) -> (Vec<Attribute>, Group) {
    let mut first = body.stream().into_iter();
    let is = |token: Option<TokenTree>, char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char);
    if !is(first.next(), '#') || !is(first.next(), '!') {
        return (Vec::new(), body);
    }
    let head = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?));
    match head.parse2(body.stream()) {
        Ok((inner, rest)) if !inner.is_empty() => {
            let mut bare = Group::new(Delimiter::Brace, rest);
            bare.set_span(body.span());
            (inner, bare)
        }
        _ => (Vec::new(), body),
    }
}

const BODY: &str = "expected the function's body in braces";

/// `default fn` of specialization.
pub(crate) fn defaultness(input: ParseStream<'_>) -> syn::Result<Option<Ident>> {
    let fork = input.fork();
    let is_default =
        fork.call(Ident::parse_any).is_ok_and(|word| word == "default") && fork.parse::<Signature>().is_ok();
    if is_default { input.parse().map(Some) } else { Ok(None) }
}

/// One clear error for what is no function.
fn refuse(input: ParseStream<'_>) -> syn::Result<()> {
    let fork = input.fork();
    if fork.peek(Token![|]) || fork.peek(Token![||]) {
        return Err(fork.error(CLOSURE));
    }
    let Ok(word) = fork.call(Ident::parse_any) else { return Ok(()) };
    let text = word.to_string();
    let message = match text.as_str() {
        "move" => CLOSURE.to_owned(),
        "async" | "static" if fork.peek(Token![|]) || fork.peek(Token![||]) || fork.peek(Token![move]) => {
            CLOSURE.to_owned()
        }
        "let" => format!("#[observe] goes on a function, not on a statement: {INSTEAD}"),
        "extern" if fork.parse::<Option<LitStr>>().is_ok() && fork.peek(syn::token::Brace) => {
            "#[observe] needs functions with a body, and those of an `extern` block have none: observe what calls them"
                .to_owned()
        }
        "unsafe" if fork.peek(Token![extern]) && !is_function(input) => {
            "#[observe] needs functions with a body, and those of an `extern` block have none: observe what calls them"
                .to_owned()
        }
        "mod" => {
            "#[observe] goes on a function or an `impl` block, not on a module: put it on what is in it".to_owned()
        }
        "trait" => "#[observe] goes on a function or an `impl` block, not on a trait: put it on methods with a body, \
                    or on the `impl`"
            .to_owned(),
        "struct" | "enum" | "union" => {
            format!("#[observe] goes on a function or an `impl` block, not on a type: put it on `impl` of this {text}")
        }
        "static" | "type" | "use" | "macro_rules" | "macro" => {
            format!("#[observe] goes on a function or an `impl` block, not on `{text}`")
        }
        "const" if !is_function(input) => "#[observe] goes on a function or an `impl` block, not on `const`".to_owned(),
        _ => return Ok(()),
    };
    Err(syn::Error::new(word.span(), message))
}

fn is_function(input: ParseStream<'_>) -> bool {
    input.fork().parse::<Signature>().is_ok()
}

const CLOSURE: &str =
    "#[observe] cannot go on a closure: make it a function, or open a span in it with `observe::span`";
const INSTEAD: &str = "make what it calls a function, or open a span with `observe::span`";
