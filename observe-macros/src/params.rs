//! The names that arguments bind.

use syn::{Attribute, FnArg, Ident, Pat, Signature};

/// A name that is bound by an argument.
pub(crate) struct Bound {
    /// The `#[cfg]`s of its argument.
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) ident: Ident,
    /// It was bound as `mut`: the body makes it so again.
    pub(crate) is_mutable: bool,
}

/// Collects the names, and takes each by-value `mut` out of the signature.
pub(crate) fn bind(signature: &mut Signature) -> Vec<Bound> {
    let mut bound = Vec::new();
    for argument in &mut signature.inputs {
        if let FnArg::Typed(argument) = argument {
            let cfg: Vec<_> =
                argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
            pattern(&mut argument.pat, &cfg, &mut bound);
        }
    }
    bound
}

fn pattern(pat: &mut Pat, cfg: &[Attribute], bound: &mut Vec<Bound>) {
    match pat {
        Pat::Ident(pat) => {
            let is_mutable = pat.by_ref.is_none() && pat.mutability.take().is_some();
            bound.push(Bound { cfg: cfg.to_vec(), ident: pat.ident.clone(), is_mutable });
            if let Some((_, inner)) = &mut pat.subpat {
                pattern(inner, cfg, bound);
            }
        }
        Pat::Paren(pat) => pattern(&mut pat.pat, cfg, bound),
        Pat::Reference(pat) => pattern(&mut pat.pat, cfg, bound),
        Pat::Slice(pat) => pat.elems.iter_mut().for_each(|pat| pattern(pat, cfg, bound)),
        Pat::Struct(pat) => {
            for field in &mut pat.fields {
                // `Foo { mut x }` cannot lose its `mut` without being written out: it stays, and so does the binding.
                if field.colon_token.is_some() {
                    pattern(&mut field.pat, cfg, bound);
                } else if let Pat::Ident(pat) = &mut *field.pat {
                    let is_mutable = pat.by_ref.is_none() && pat.mutability.take().is_some();
                    bound.push(Bound { cfg: cfg.to_vec(), ident: pat.ident.clone(), is_mutable });
                }
            }
        }
        Pat::Tuple(pat) => pat.elems.iter_mut().for_each(|pat| pattern(pat, cfg, bound)),
        Pat::TupleStruct(pat) => pat.elems.iter_mut().for_each(|pat| pattern(pat, cfg, bound)),
        _ => {}
    }
}
