//! `#[observe]` on an `impl` block: the attribute moves to each method that has a body.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Generics, Ident, ImplItem, Path, Signature, Token, Type, Visibility};

use crate::function;
use crate::options::Options;

pub(crate) struct ItemImpl {
    /// Everything before the braces.
    head: TokenStream,
    /// Last segment of the type's path.
    name: Option<Ident>,
    body: Group,
    items: Vec<Item>,
}

enum Item {
    Method { attributes: Vec<Attribute>, name: Ident, is_const: bool, rest: TokenStream },
    Other(TokenStream),
}

/// Whether this is an `impl` block, whatever stands before the word.
pub(crate) fn is_impl(item: &TokenStream) -> bool {
    // Without the parser, which would walk through every body.
    let mut tokens = item.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(_) => drop(tokens.next_if(|next| matches!(next, TokenTree::Group(_)))),
            TokenTree::Ident(word) if word == "impl" => return true,
            TokenTree::Ident(word) if word == "unsafe" => {}
            _ => return false,
        }
    }
    false
}

impl Parse for ItemImpl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = self_type(&input.fork()).ok().flatten();
        let mut head = TokenStream::new();
        loop {
            let token: TokenTree = input.parse()?;
            match token {
                TokenTree::Group(body) if input.is_empty() => {
                    let items = items.parse2(body.stream())?;
                    return Ok(Self { head, name, body, items });
                }
                token => head.extend([token]),
            }
        }
    }
}

/// The name of the type that is implemented.
fn self_type(input: ParseStream<'_>) -> syn::Result<Option<Ident>> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![impl]>()?;
    if input.peek(Token![<]) {
        input.parse::<Generics>()?;
    }
    input.parse::<Option<Token![!]>>()?;
    let mut implemented: Type = input.parse()?;
    if input.parse::<Option<Token![for]>>()?.is_some() {
        implemented = input.parse()?;
    }
    input.parse::<TokenStream>()?;
    Ok(match implemented {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    })
}

fn items(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    let inner = input.call(Attribute::parse_inner)?;
    items.push(Item::Other(quote!(#(#inner)*)));
    while !input.is_empty() {
        items.push(method(input)?);
    }
    Ok(items)
}

fn method(input: ParseStream<'_>) -> syn::Result<Item> {
    let fork = input.fork();
    fork.call(Attribute::parse_outer)?;
    fork.parse::<Visibility>()?;
    function::defaultness(&fork)?;
    if fork.parse::<Signature>().is_err() || fork.peek(Token![;]) {
        return input.parse::<ImplItem>().map(|item| Item::Other(item.into_token_stream()));
    }
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    let defaultness = function::defaultness(input)?;
    let signature: Signature = input.parse()?;
    let body = function::body(input)?;
    Ok(Item::Method {
        attributes,
        name: signature.ident.unraw(),
        is_const: signature.constness.is_some(),
        rest: quote!(#visibility #defaultness #signature #body),
    })
}

impl ItemImpl {
    pub(crate) fn expand(&self, arguments: TokenStream, options: &Options) -> TokenStream {
        let krate = options.krate.as_ref().map_or_else(|| quote!(::observe), Path::to_token_stream);
        let arguments = without_qualified(arguments);
        let items = self.items.iter().map(|item| match item {
            Item::Other(tokens) => tokens.clone(),
            Item::Method { attributes, rest, .. } if attributes.iter().any(is_opt_out) => {
                let attributes = attributes.iter().filter(|attribute| !is_opt_out(attribute));
                quote!(#(#attributes)* #rest)
            }
            Item::Method { attributes, is_const, rest, .. } if *is_const || attributes.iter().any(is_ours) => {
                quote!(#(#attributes)* #rest)
            }
            Item::Method { attributes, name, rest, .. } => {
                let qualified = self.name.as_ref().filter(|_| options.qualified).map(|of| {
                    let name = format!("{}::{name}", of.unraw());
                    quote!(name = #name,)
                });
                quote!(#[#krate::observe(#qualified #arguments)] #(#attributes)* #rest)
            }
        });
        let mut body = Group::new(self.body.delimiter(), items.collect());
        body.set_span(self.body.span());
        let head = &self.head;
        quote!(#head #body)
    }
}

/// The methods know their names already.
fn without_qualified(arguments: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = arguments.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Ident(word) if word == "qualified") {
            tokens.next_if(|next| matches!(next, TokenTree::Punct(comma) if comma.as_char() == ','));
        } else {
            kept.extend([token]);
        }
    }
    kept
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "observe")
}

/// `#[observe(skip)]`.
fn is_opt_out(attribute: &Attribute) -> bool {
    is_ours(attribute) && attribute.parse_args::<Ident>().is_ok_and(|word| word == "skip")
}
