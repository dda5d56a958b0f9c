//! The `#[observe]` attribute of `observe-llm`: depend on that crate, which re-exports it.
//!
//! The spine: parse the options and the function (its body stays raw tokens), check, expand. On a mistake the
//! user's item stays as it was, beside the errors, so that one mistake makes one error.

mod body;
mod errors;
mod expand;
mod function;
mod item_impl;
mod options;
mod params;
mod returns;
mod spans;
#[cfg(test)]
mod tests;
mod words;

use proc_macro2::TokenStream;
use quote::quote;

use self::errors::Errors;
use self::function::Function;
use self::item_impl::ItemImpl;
use self::options::Options;

#[doc = include_str!("attribute.md")]
#[proc_macro_attribute]
pub fn observe(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let item = TokenStream::from(item);
    try_observe(arguments.into(), &item)
        .unwrap_or_else(|error| {
            let error = error.into_compile_error();
            quote!(#item #error)
        })
        .into()
}

fn try_observe(arguments: TokenStream, item: &TokenStream) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    if item_impl::is_impl(item) {
        let block = errors.keep(syn::parse2::<ItemImpl>(item.clone()));
        let options = Options::parse(arguments.clone(), &mut errors);
        options.check_impl(&mut errors);
        return errors.finish(|| block.map(|block| block.expand(arguments, &options)));
    }
    let function = errors.keep(Function::parse(item.clone()));
    let options = Options::parse(arguments, &mut errors);
    if let Some(function) = &function {
        options.check_function(&function.signature, &mut errors);
    }
    // What the compiler has to say of a type in the signature, it is to say once.
    let expand = |function: Function| {
        if function.is_mistaken() { item.clone() } else { expand::function(function, &options) }
    };
    errors.finish(|| function.map(expand))
}
