//! How the call ends with what comes out: a chain of questions to its type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::options::{Options, local, ours};
use crate::returns::Returned;

pub(super) struct Finish<'a> {
    pub(super) options: &'a Options,
    pub(super) private: &'a TokenStream,
}

/// What is asked.
pub(super) enum Asked<'a> {
    /// What the function returns, by name. Not as an argument between `<` and `>`: of a name that nobody knows the compiler says
    /// another thing there than in the signature, and then it says both.
    Returned(&'a TokenStream),
    /// What the future in this variable gives.
    Output(&'a Ident),
    /// An output whose type stands in the variable `out`, or is what a future there gives.
    Unnamed(TokenStream),
}

impl Finish<'_> {
    /// The value that ends the call.
    pub(super) fn how(&self, asked: &Asked<'_>, returned: &Returned) -> TokenStream {
        let Self { options, private } = self;
        let span = Span::mixed_site();
        let going_on = |start: TokenStream| self.error(&quote_spanned!(span=> #start.__observe_stream()), "refusal");
        let start = match (returned, asked) {
            (Returned::Unit | Returned::Never, _) => return quote_spanned!(span=> #private::Unseen),
            (Returned::Unsure, Asked::Returned(named)) => {
                going_on(quote_spanned!(span=> #private::returned(&[] as &[#named]).__observe_later()))
            }
            (Returned::Unsure, Asked::Output(future)) => going_on(quote_spanned!(span=> #private::output(&#future))),
            (Returned::Unsure, Asked::Unnamed(given)) => going_on(quote_spanned!(span=> #private::output_type(#given))),
            (Returned::Stream(item), Asked::Unnamed(given)) => {
                quote_spanned!(span=> #given.__observe_items::<#item>())
            }
            (Returned::StreamResult(item), Asked::Unnamed(given)) => {
                self.error(&quote_spanned!(span=> #private::items_or::<#item, _, _>(#given)), "refusal")
            }
            (_, Asked::Returned(named)) => quote_spanned!(span=> #private::of(&[] as &[#named])),
            (_, Asked::Output(future)) => quote_spanned!(span=> #private::of_output(&#future)),
            (_, Asked::Unnamed(given)) => quote_spanned!(span=> #private::of_type(#given)),
        };
        let value = ours(if options.capture_output { "__observe_shown" } else { "__observe_nothing" });
        let collect = self.collect();
        self.error(&quote_spanned!(span=> #start.__observe_split().#value() #collect), "fault")
    }

    /// The step that finds how an error is written.
    fn error(&self, asked: &TokenStream, step: &str) -> TokenStream {
        let private = self.private;
        match &self.options.err {
            Some(word) => {
                // By a function, as the compiler names it where the error cannot do that.
                let step = format!("{step}_by_{}", word.to_string().to_lowercase());
                let there = Span::mixed_site().located_at(word.span());
                let (step, named) = (Ident::new(&step, there), Ident::new("__observe_asked", there));
                quote_spanned!(there=> { let #named = #asked; #private::#step(&#named) })
            }
            None => {
                let step = ours(&format!("__observe_{step}"));
                quote_spanned!(Span::mixed_site()=> #asked.#step())
            }
        }
    }

    /// The step that folds the items of a stream.
    fn collect(&self) -> Option<TokenStream> {
        let Self { options, private } = self;
        let collect = options.collect.as_ref().filter(|_| options.capture_output)?;
        let (state, value, slot) = (local("state"), local("value"), local("slot"));
        Some(quote_spanned! {Span::mixed_site()=>
            .__observe_collect(
                |#state, #value| { #collect(#state, #value); },
                |#state, #slot| #private::probe(#state).__observe_capture(#slot),
            )
        })
    }
}
