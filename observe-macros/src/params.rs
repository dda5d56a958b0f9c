//! Arguments: the names they bind, and where their values are.
//!
//! A value is passed under a name of ours, captured from there, and bound to the user's pattern inside the closure or
//! future, so that it is dropped there and in the order of a plain function. Where somebody else's code names arguments
//! (an expression among the options, a macro that is still to come), plain ones keep their names.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, Signature, Type};

use crate::body::Words;
use crate::spans::ours;

/// An argument that is not `self`.
pub(crate) struct Param {
    /// `#[cfg]`.
    pub(crate) cfg: Vec<Attribute>,
    /// Lint levels: they follow the pattern.
    lints: Vec<Attribute>,
    /// As the user wrote it.
    pattern: Pat,
    /// The name in the signature.
    pub(crate) place: Ident,
    /// What the pattern binds.
    pub(crate) names: Vec<Ident>,
    /// It is one name for the whole value.
    pub(crate) is_plain: bool,
    /// The value has a name of ours.
    is_hidden: bool,
    /// It is used, though the body does not mention it.
    is_used: bool,
    /// Its type is spelt like a number or `&str`.
    pub(crate) is_spelt: bool,
    /// It stands where the user put it: dropping it does nothing, wherever that happens.
    is_direct: bool,
}

/// Every name that arguments bind.
pub(crate) fn names(signature: &Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    for argument in &signature.inputs {
        if let FnArg::Typed(argument) = argument {
            bound(&argument.pat, &mut names);
        }
    }
    names
}

/// Takes the patterns out of the signature. What `is_used` says is no unused variable.
pub(crate) fn take(
    signature: &mut Signature,
    keeps_names: bool,
    body: &Words,
    is_used: impl Fn(&Ident) -> bool,
) -> Vec<Param> {
    let mut params = Vec::new();
    for (at, argument) in signature.inputs.iter_mut().enumerate() {
        let FnArg::Typed(argument) = argument else { continue };
        let mut names = Vec::new();
        bound(&argument.pat, &mut names);
        let (lints, others): (Vec<_>, Vec<_>) = std::mem::take(&mut argument.attrs).into_iter().partition(is_lint);
        argument.attrs = others;
        let cfg = argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        let pattern = (*argument.pat).clone();
        let plain = match &pattern {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => Some(&pattern.ident),
            _ => None,
        };
        let is_spelt = plain.is_some() && is_spelt(&argument.ty);
        let is_direct = lints.is_empty() && is_inert(&argument.ty) && is_immutable(plain, &pattern)
            // An assignment to what is not `mut` is told in other words of what a closure holds.
            && plain.is_some_and(|name| !body.change(name));
        if let Some(name) = plain.filter(|_| is_direct) {
            let place = name.clone();
            let (is_plain, is_hidden, is_used) = (true, false, false);
            params.push(Param { cfg, lints, is_plain, pattern, place, names, is_hidden, is_used, is_spelt, is_direct });
            continue;
        }
        let is_used = lints.is_empty() && plain.is_some_and(&is_used);
        let is_hidden = !keeps_names || plain.is_none_or(|name| name.to_string().starts_with('_'));
        let place = match plain {
            Some(name) if is_hidden => hidden(name),
            Some(name) => name.clone(),
            None => Ident::new(&format!("argument_{at}"), span_of(&pattern)),
        };
        *argument.pat = Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: place.clone(),
            subpat: None,
        });
        let is_plain = plain.is_some();
        params.push(Param { cfg, lints, is_plain, pattern, place, names, is_hidden, is_used, is_spelt, is_direct });
    }
    params
}

/// Whether it is one name that is not assigned to. Clippy looks at where a name with an underscore stands.
fn is_immutable(plain: Option<&Ident>, pattern: &Pat) -> bool {
    matches!(pattern, Pat::Ident(pattern) if pattern.mutability.is_none())
        && plain.is_some_and(|name| !name.to_string().starts_with('_'))
}

/// Whether nothing happens when such a value is dropped.
fn is_inert(given: &Type) -> bool {
    match given {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Group(inner) => is_inert(&inner.elem),
        _ => is_primitive(given),
    }
}

/// Whether it is spelt like a number or `&str`.
fn is_spelt(given: &Type) -> bool {
    match given {
        Type::Reference(reference) if reference.mutability.is_none() => {
            matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("str"))
        }
        _ => is_primitive(given),
    }
}

fn is_primitive(given: &Type) -> bool {
    const PRIMITIVE: &[&str] = &[
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8",
        "usize",
    ];
    match given {
        Type::Path(path) => path.path.get_ident().is_some_and(|name| PRIMITIVE.contains(&name.to_string().as_str())),
        _ => false,
    }
}

impl Param {
    /// Binds the user's pattern where the body runs.
    pub(crate) fn bind(&self) -> TokenStream {
        if self.is_direct {
            return TokenStream::new();
        }
        let Self { cfg, lints, pattern, place, is_plain, .. } = self;
        let span = Span::mixed_site();
        if *is_plain && self.names.iter().any(|name| name.to_string().starts_with('_')) {
            // A plain assignment to such a name is one to clippy's `no_effect_underscore_binding`.
            return quote_spanned!(span=> #(#cfg)* #(#lints)* let #pattern = match #place { #place => #place };);
        }
        let used = self.is_used.then(|| {
            let names = &self.names;
            quote_spanned!(span=> #(#cfg)* let _ = (#(&#names,)*);)
        });
        if *is_plain {
            return quote_spanned!(span=> #(#cfg)* #(#lints)* let #pattern = #place; #used);
        }
        // First the whole value, of which the pattern may leave something behind.
        let mutable = borrows_mutably(pattern).then(|| quote_spanned!(span=> mut));
        let whole = quote_spanned!(span=> #(#cfg)* let #mutable #place = #place;);
        if matches!(pattern, Pat::Wild(_)) {
            return whole;
        }
        // Where it stands is where the compiler tells of a pattern that does not take every value, and what to do.
        let (first, last) = ends(pattern);
        let mut place = place.clone();
        place.set_span(last);
        let end = quote_spanned!(last=> = #place;);
        quote_spanned!(first=> #whole #(#cfg)* #(#lints)* let #pattern #end)
    }

    /// Makes the user's names visible as references, where they are not the values' names anyway. That a pattern does not take
    /// every value is told by what binds it.
    pub(crate) fn look(&self) -> TokenStream {
        let Self { cfg, place, names, is_hidden, .. } = self;
        if !is_hidden || names.is_empty() {
            return TokenStream::new();
        }
        let pattern = ours(&by_reference(self.pattern.clone(), None), &|name| names.contains(name));
        if self.is_plain {
            // As in `bind`.
            return quote_spanned!(Span::mixed_site()=> #(#cfg)* let #pattern = match &#place { #place => #place };);
        }
        // Nobody needs to use them.
        let used = names.iter().filter(|name| !name.to_string().starts_with('_'));
        quote_spanned!(Span::mixed_site()=>
            #(#cfg)* let #pattern = &#place else { ::core::unreachable!() };
            #(#cfg)* let _ = (#(&#used,)*);
        )
    }

    /// Binds references to the parts of the value under names of ours: see [`hidden`].
    pub(crate) fn take_apart(&self) -> TokenStream {
        let Self { cfg, place, .. } = self;
        let pattern = ours(&by_reference(self.pattern.clone(), Some(hidden)), &|_| false);
        quote_spanned!(Span::mixed_site()=> #(#cfg)* let #pattern = &#place else { ::core::unreachable!() };)
    }
}

/// The same name, but ours.
pub(crate) fn hidden(name: &Ident) -> Ident {
    let text = name.unraw().to_string();
    let span = Span::mixed_site().located_at(name.span());
    // A keyword only since our edition, not the user's.
    if text == "gen" || name.to_string().starts_with("r#") {
        Ident::new_raw(&text, span)
    } else {
        Ident::new(&text, span)
    }
}

fn span_of(pattern: &Pat) -> Span {
    ends(pattern).0
}

/// Where it starts and ends.
fn ends(pattern: &Pat) -> (Span, Span) {
    let tokens: Vec<_> = quote!(#pattern).into_iter().collect();
    let there =
        |token: Option<&TokenTree>| Span::mixed_site().located_at(token.map_or_else(Span::call_site, TokenTree::span));
    (there(tokens.first()), there(tokens.last()))
}

/// Whether the pattern surely does not take every value.
pub(crate) fn is_refutable(pattern: &Pat) -> bool {
    match pattern {
        Pat::Lit(_) => true,
        Pat::Ident(pattern) => {
            pattern.ident == "None" || pattern.subpat.as_ref().is_some_and(|(_, inner)| is_refutable(inner))
        }
        Pat::Paren(pattern) => is_refutable(&pattern.pat),
        Pat::Reference(pattern) => is_refutable(&pattern.pat),
        Pat::Slice(pattern) => pattern.elems.iter().any(is_refutable),
        Pat::Struct(pattern) => pattern.fields.iter().any(|field| is_refutable(&field.pat)),
        Pat::Tuple(pattern) => pattern.elems.iter().any(is_refutable),
        Pat::TupleStruct(pattern) => pattern.path.is_ident("Some") || pattern.elems.iter().any(is_refutable),
        _ => false,
    }
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name))
}

fn bound(pattern: &Pat, names: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(pattern) => {
            if !names.contains(&pattern.ident) {
                names.push(pattern.ident.clone());
            }
            if let Some((_, inner)) = &pattern.subpat {
                bound(inner, names);
            }
        }
        Pat::Or(pattern) => pattern.cases.iter().for_each(|case| bound(case, names)),
        Pat::Paren(pattern) => bound(&pattern.pat, names),
        Pat::Reference(pattern) => bound(&pattern.pat, names),
        Pat::Slice(pattern) => pattern.elems.iter().for_each(|element| bound(element, names)),
        Pat::Struct(pattern) => pattern.fields.iter().for_each(|field| bound(&field.pat, names)),
        Pat::Tuple(pattern) => pattern.elems.iter().for_each(|element| bound(element, names)),
        Pat::TupleStruct(pattern) => pattern.elems.iter().for_each(|element| bound(element, names)),
        _ => {}
    }
}

/// Whether `ref mut` stands in it.
fn borrows_mutably(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(pattern) => {
            pattern.by_ref.is_some() && pattern.mutability.is_some()
                || pattern.subpat.as_ref().is_some_and(|(_, inner)| borrows_mutably(inner))
        }
        Pat::Or(pattern) => pattern.cases.iter().any(borrows_mutably),
        Pat::Paren(pattern) => borrows_mutably(&pattern.pat),
        Pat::Slice(pattern) => pattern.elems.iter().any(borrows_mutably),
        Pat::Struct(pattern) => pattern.fields.iter().any(|field| borrows_mutably(&field.pat)),
        Pat::Tuple(pattern) => pattern.elems.iter().any(borrows_mutably),
        Pat::TupleStruct(pattern) => pattern.elems.iter().any(borrows_mutably),
        _ => false,
    }
}

/// The pattern for a reference to the value: it binds references, under other names if asked.
fn by_reference(mut pattern: Pat, rename: Option<fn(&Ident) -> Ident>) -> Pat {
    let each = |pattern: &mut Pat| *pattern = by_reference(pattern.clone(), rename);
    match &mut pattern {
        Pat::Ident(pattern) => {
            pattern.by_ref = None;
            pattern.mutability = None;
            if let Some(rename) = rename {
                pattern.ident = rename(&pattern.ident);
            }
            if let Some((_, inner)) = &mut pattern.subpat {
                each(inner);
            }
        }
        Pat::Or(pattern) => pattern.cases.iter_mut().for_each(each),
        Pat::Paren(pattern) => each(&mut pattern.pat),
        Pat::Reference(pattern) => return by_reference((*pattern.pat).clone(), rename),
        Pat::Slice(pattern) => pattern.elems.iter_mut().for_each(each),
        Pat::Struct(pattern) => {
            for field in &mut pattern.fields {
                each(&mut field.pat);
                if rename.is_some() {
                    // `Foo { x }` becomes `Foo { x: ours }`.
                    field.colon_token.get_or_insert_with(Default::default);
                }
            }
        }
        Pat::Tuple(pattern) => pattern.elems.iter_mut().for_each(each),
        Pat::TupleStruct(pattern) => pattern.elems.iter_mut().for_each(each),
        _ => {}
    }
    pattern
}
