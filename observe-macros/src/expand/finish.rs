//! Ends the call with what came out, or hands it on to what goes on.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::options::{Options, ours};
use crate::returns::Returned;

pub(super) struct Finish<'a> {
    pub(super) options: &'a Options,
    pub(super) private: &'a TokenStream,
}

impl Finish<'_> {
    /// Takes `call` and `out`, and gives `out` back.
    pub(super) fn output(&self, returned: &Returned) -> TokenStream {
        let Self { private, .. } = self;
        let span = Span::mixed_site();
        let (call, out) = (ours("call"), ours("out"));
        match returned {
            Returned::Unit | Returned::Never => quote_spanned!(span=> #private::Call::end(#call); #out),
            Returned::Stream(item) => {
                let hear = self.hear();
                quote_spanned!(span=> #private::stream::<#item, _, _>(#call, #out, #hear))
            }
            Returned::StreamResult(item) => {
                let (hear, value, error) = (self.hear(), ours("value"), ours("error"));
                let fail = self.fail();
                quote_spanned! {span=>
                    match #out {
                        ::core::result::Result::Ok(#value) => {
                            ::core::result::Result::Ok(#private::stream::<#item, _, _>(#call, #value, #hear))
                        }
                        ::core::result::Result::Err(#error) => {
                            { let #error = &#error; #fail }
                            ::core::result::Result::Err(#error)
                        }
                    }
                }
            }
            Returned::Unsure => {
                let (how, hear, end) = (ours("how"), self.hear(), self.end(&quote!(#out)));
                quote_spanned! {span=>
                    let #how = #private::output(&#out).__observe_how();
                    #how.__observe_finish(#call, #out, |#call, #out| { #end }, #hear)
                }
            }
            Returned::Value | Returned::Opaque | Returned::Callable | Returned::Future(..) => {
                let end = self.end(&quote!(&#out));
                quote_spanned!(span=> #end #out)
            }
        }
    }

    /// Ends `call` with the value or error in `out`.
    fn end(&self, out: &TokenStream) -> TokenStream {
        let Self { options, private } = self;
        let span = Span::mixed_site();
        let (call, value, error, slot) = (ours("call"), ours("value"), ours("error"), ours("slot"));
        let well = if options.capture_output {
            quote_spanned! {span=>
                #private::Call::output(#call, &mut |#slot| #private::probe(#value).__observe_capture(#slot))
            }
        } else {
            quote_spanned!(span=> { let _ = #value; #private::Call::end(#call) })
        };
        let fail = self.fail();
        quote_spanned! {span=>
            if #private::Call::is_recorded(&#call) {
                match #private::outcome(#out).__observe_split() {
                    ::core::result::Result::Ok(#value) => #well,
                    ::core::result::Result::Err(#error) => { #fail }
                }
            } else {
                #private::Call::end(#call);
            }
        }
    }

    /// Ends `call` with `error`.
    fn fail(&self) -> TokenStream {
        let (private, call, slot) = (self.private, ours("call"), ours("slot"));
        let (captures, describe) = (self.options.capture_output, self.describe());
        quote_spanned!(Span::mixed_site()=> #private::Call::error(#call, #captures, &mut |#slot| #describe))
    }

    /// Writes the text of `error` to `slot`.
    fn describe(&self) -> TokenStream {
        let (private, error, slot) = (self.private, ours("error"), ours("slot"));
        match &self.options.err {
            Some(word) => {
                let span = Span::mixed_site().located_at(word.span());
                let function = if word == "Debug" { ours("by_debug") } else { ours("by_display") };
                quote_spanned!(span=> #private::#function(#error, #slot))
            }
            None => quote_spanned!(Span::mixed_site()=> #private::fault(#error).__observe_describe(#slot)),
        }
    }

    /// The closure that is told of each item of a stream, and at its end of nothing.
    fn hear(&self) -> TokenStream {
        let Self { options, private } = self;
        let span = Span::mixed_site();
        let (heard, item, value, error, slot) =
            (ours("heard"), ours("item"), ours("value"), ours("error"), ours("slot"));
        let describe = self.describe();
        let fail = quote_spanned!(span=> #private::Heard::fault(#heard, &mut |#slot| #describe));
        let split = |well: TokenStream| {
            quote_spanned! {span=>
                match #private::outcome(#item).__observe_split() {
                    ::core::result::Result::Ok(#value) => { #well }
                    ::core::result::Result::Err(#error) => { #fail }
                }
            }
        };
        let Some(collect) = options.collect.as_ref().filter(|_| options.capture_output) else {
            let well = if options.capture_output {
                quote_spanned! {span=>
                    #private::Heard::item(#heard, &mut |#slot| #private::probe(#value).__observe_capture(#slot));
                }
            } else {
                quote_spanned!(span=> let _ = #value;)
            };
            let split = split(well);
            let silence = (!options.capture_output).then(|| quote_spanned!(span=> #private::Heard::silence(#heard);));
            return quote_spanned! {span=>
                |#heard: &mut #private::Heard, #item| {
                    #silence
                    if let ::core::option::Option::Some(#item) = #item { #split }
                }
            };
        };
        let state = ours("state");
        let split = split(quote_spanned!(span=> #collect(&mut #state, #value);));
        quote_spanned! {span=> {
            let mut #state = ::core::default::Default::default();
            move |#heard: &mut #private::Heard, #item| {
                match #item {
                    ::core::option::Option::Some(#item) => #split
                    ::core::option::Option::None => {
                        #private::Heard::made(#heard, &mut |#slot| #private::probe(&#state).__observe_capture(#slot));
                    }
                }
            }
        }}
    }
}
