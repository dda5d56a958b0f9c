//! What stands in `#[observe(..)]`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitBool, LitStr, Path, Token, parenthesized};

pub(crate) struct Options {
    pub(crate) name: Option<Expr>,
    pub(crate) kind: Option<Ident>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) skip_all: bool,
    pub(crate) capture_input: bool,
    pub(crate) capture_output: bool,
    pub(crate) root: bool,
    pub(crate) enabled: Option<Expr>,
    pub(crate) krate: Option<Path>,
}

const KINDS: &[(&str, &str)] = &[
    ("span", "Span"),
    ("generation", "Generation"),
    ("event", "Event"),
    ("embedding", "Embedding"),
    ("agent", "Agent"),
    ("tool", "Tool"),
    ("chain", "Chain"),
    ("retriever", "Retriever"),
    ("evaluator", "Evaluator"),
    ("guardrail", "Guardrail"),
];

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self {
            name: None,
            kind: None,
            skip: Vec::new(),
            skip_all: false,
            capture_input: true,
            capture_output: true,
            root: false,
            enabled: None,
            krate: None,
        };
        while !input.is_empty() {
            options.one(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

impl Options {
    fn one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let option = input.call(Ident::parse_any)?;
        match option.to_string().as_str() {
            "name" => self.name = Some(value(input)?),
            "as_type" => self.kind = Some(kind(&value(input)?)?),
            "skip" => {
                let names;
                parenthesized!(names in input);
                let parsed = names.parse_terminated(Ident::parse_any, Token![,])?;
                self.skip.extend(parsed);
            }
            "skip_all" => self.skip_all = true,
            "capture_input" => self.capture_input = value::<LitBool>(input)?.value,
            "capture_output" => self.capture_output = value::<LitBool>(input)?.value,
            "root" => self.root = true,
            "enabled" => self.enabled = Some(value(input)?),
            "crate" => {
                input.parse::<Token![=]>()?;
                self.krate = Some(input.call(Path::parse_mod_style)?);
            }
            other => {
                return Err(syn::Error::new(
                    option.span(),
                    format!(
                        "`{other}` is no option of #[observe]: expected one of name, as_type, skip, skip_all, \
                         capture_input, capture_output, root, enabled, crate"
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// The variant of `ObservationType` that the word names.
fn kind(word: &LitStr) -> syn::Result<Ident> {
    match KINDS.iter().find(|(known, _)| *known == word.value()) {
        Some((_, variant)) => Ok(Ident::new(variant, Span::call_site())),
        None => {
            let known: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
            let message = format!("`{}` is no observation type: expected one of {}", word.value(), known.join(", "));
            Err(syn::Error::new(word.span(), message))
        }
    }
}
