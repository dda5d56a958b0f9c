//! The function under the attribute: its signature, and its body as the user wrote it.

use proc_macro2::{Delimiter, Group};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility};

pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        for keyword in ["struct", "enum", "union", "mod", "impl", "trait", "static", "type", "use"] {
            let fork = input.fork();
            if let Ok(ident) = fork.call(<syn::Ident as syn::ext::IdentExt>::parse_any)
                && ident == keyword
            {
                return Err(syn::Error::new(
                    ident.span(),
                    format!("#[observe] goes on a function or method, not on `{keyword}`"),
                ));
            }
        }
        let signature: Signature = input.parse()?;
        if let Some(constness) = &signature.constness {
            return Err(syn::Error::new(
                constness.span,
                "#[observe] cannot record a `const fn`: it may run at compile time; remove `const` or the attribute",
            ));
        }
        if input.peek(Token![;]) {
            return Err(syn::Error::new(
                signature.ident.span(),
                "#[observe] needs a function with a body: put it on the implementation",
            ));
        }
        let body: Group = input.parse()?;
        if body.delimiter() != Delimiter::Brace {
            return Err(syn::Error::new(body.span(), "expected the function's body in braces"));
        }
        Ok(Self { attributes, visibility, signature, body })
    }
}
