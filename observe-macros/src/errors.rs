//! Mistakes are collected, so that all of them are reported together.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn add(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// The value, unless it is an error.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// What is made of it, if there was no mistake.
    pub(crate) fn finish(self, make: impl FnOnce() -> Option<TokenStream>) -> syn::Result<TokenStream> {
        match self.0 {
            Some(error) => Err(error),
            None => Ok(make().unwrap_or_default()),
        }
    }
}
