//! The `#[observe]` attribute of `observe-llm`: depend on that crate, which re-exports it.
//!
//! The spine: parse the options and the function (its body stays raw tokens), check, expand. On a mistake the
//! user's item stays as it was, beside the error, so that one mistake makes one error.

mod expand;
mod function;
mod options;
mod params;

use proc_macro::TokenStream;
use quote::quote;

#[doc = include_str!("attribute.md")]
#[proc_macro_attribute]
pub fn observe(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    try_observe(arguments.into(), item.clone())
        .unwrap_or_else(|error| {
            let error = error.into_compile_error();
            quote!(#item #error)
        })
        .into()
}

fn try_observe(
    arguments: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> syn::Result<proc_macro2::TokenStream> {
    let function = syn::parse2::<function::Function>(item);
    let options = syn::parse2::<options::Options>(arguments);
    match (function, options) {
        (Ok(function), Ok(options)) => expand::expand(function, &options),
        (Err(mut error), Err(other)) => {
            error.combine(other);
            Err(error)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}
