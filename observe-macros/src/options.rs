//! What stands in `#[observe(..)]`.
//!
//! A mistake in one option does not hide those in the next.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, LitBool, LitStr, Path, Signature, Token, parenthesized};

use crate::errors::Errors;
use crate::params;
use crate::words::{LEVELS, TYPES};

pub(crate) struct Options {
    pub(crate) name: Option<Expr>,
    pub(crate) kind: Option<Ident>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) skip_all: bool,
    pub(crate) only: Option<Vec<Ident>>,
    pub(crate) rename: Vec<(Ident, LitStr)>,
    pub(crate) capture: Vec<(Ident, Expr)>,
    pub(crate) capture_input: bool,
    pub(crate) capture_output: bool,
    pub(crate) collect: Option<Path>,
    pub(crate) err: Option<Ident>,
    pub(crate) level: Option<Ident>,
    pub(crate) version: Option<Expr>,
    pub(crate) metadata: Vec<(LitStr, Expr)>,
    pub(crate) root: bool,
    pub(crate) enabled: Option<Expr>,
    pub(crate) krate: Option<Path>,
    /// Names of methods are `Type::method`.
    pub(crate) qualified: bool,
    /// Every option that was given, as it stands there.
    given: Vec<Ident>,
}

const OPTIONS: &str = "name, as_type, skip, skip_all, only, rename, capture, capture_input, capture_output, collect, err, \
                       level, version, metadata, root, enabled, crate, qualified";

/// What says something of one function only.
const OF_ONE_FUNCTION: &[&str] = &["name", "skip", "only", "rename", "capture", "collect"];

impl Options {
    pub(crate) fn parse(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self {
            name: None,
            kind: None,
            skip: Vec::new(),
            skip_all: false,
            only: None,
            rename: Vec::new(),
            capture: Vec::new(),
            capture_input: true,
            capture_output: true,
            collect: None,
            err: None,
            level: None,
            version: None,
            metadata: Vec::new(),
            root: false,
            enabled: None,
            krate: None,
            qualified: false,
            given: Vec::new(),
        };
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let is_read = errors.keep(options.one(input)).is_some();
                if is_read && !input.is_empty() && !input.peek(Token![,]) {
                    errors.push(input.error("expected `,`"));
                }
                // After a mistake: on to the next option.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        let parsed = parser.parse2(arguments);
        errors.keep(parsed);
        options
    }

    fn one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let option = input.call(Ident::parse_any)?;
        let word = option.to_string();
        let is_known = OPTIONS.split(", ").any(|known| known == word);
        if is_known && self.is_given(&word).is_some() {
            return Err(syn::Error::new(option.span(), format!("`{word}` is given twice")));
        }
        match word.as_str() {
            "name" => self.name = Some(value(input)?),
            "as_type" => self.kind = Some(TYPES.variant(&value(input)?)?),
            "skip" if !input.peek(syn::token::Paren) => {
                return Err(syn::Error::new(
                    option.span(),
                    "`skip` names arguments, as in `skip(client)`; alone it opts a method out of an observed `impl`",
                ));
            }
            "skip" => self.skip = list(input, Ident::parse_any)?,
            "skip_all" => self.skip_all = true,
            "only" => self.only = Some(list(input, Ident::parse_any)?),
            "rename" => self.rename = list(input, |input| Ok((input.call(Ident::parse_any)?, value(input)?)))?,
            "capture" => self.capture = list(input, |input| Ok((input.call(Ident::parse_any)?, value(input)?)))?,
            "capture_input" => self.capture_input = value::<LitBool>(input)?.value,
            "capture_output" => self.capture_output = value::<LitBool>(input)?.value,
            "collect" => self.collect = Some(value(input)?),
            "err" => self.err = Some(format(value(input)?)?),
            "level" => self.level = Some(LEVELS.variant(&value(input)?)?),
            "version" => self.version = Some(value(input)?),
            "metadata" => self.metadata = list(input, |input| Ok((key(input)?, value(input)?)))?,
            "root" => self.root = true,
            "enabled" => self.enabled = Some(value(input)?),
            "crate" => {
                input.parse::<Token![=]>()?;
                self.krate = Some(input.call(Path::parse_mod_style)?);
            }
            "qualified" => self.qualified = true,
            _ => {
                let message = format!("`{word}` is no option of #[observe]: expected one of {OPTIONS}");
                return Err(syn::Error::new(option.span(), message));
            }
        }
        self.given.push(option);
        Ok(())
    }

    fn is_given(&self, word: &str) -> Option<&Ident> {
        self.given.iter().find(|given| *given == word)
    }

    /// The expressions that may name arguments.
    pub(crate) fn expressions(&self) -> TokenStream {
        let single = [&self.name, &self.version, &self.enabled].into_iter().flatten();
        let pairs = self.metadata.iter().map(|(_, value)| value).chain(self.capture.iter().map(|(_, value)| value));
        let all = single.chain(pairs).filter(|expression| !matches!(expression, Expr::Lit(_)));
        all.map(ToTokens::to_token_stream).collect()
    }

    /// What an `impl` block cannot say.
    pub(crate) fn check_impl(&self, errors: &mut Errors) {
        for option in self.given.iter().filter(|given| OF_ONE_FUNCTION.iter().any(|word| *given == word)) {
            errors.add(option.span(), format!("`{option}` says something of one function: put it on the method"));
        }
    }

    /// What names arguments must name some of this function.
    pub(crate) fn check_function(&self, signature: &Signature, errors: &mut Errors) {
        if let Some(option) = self.is_given("qualified") {
            errors.add(option.span(), "`qualified` goes on an `impl` block: here, write `name = \"Type::method\"`");
        }
        if self.is_given("only").is_some()
            && let Some(option) = self.is_given("skip").or(self.is_given("skip_all"))
        {
            errors.add(option.span(), format!("`{option}` says nothing beside `only`, which leaves out all others"));
        }
        let known = params::names(signature);
        let has_self = signature.receiver().is_some();
        let named = self.skip.iter().chain(self.only.iter().flatten());
        for name in named.chain(self.rename.iter().map(|(name, _)| name)) {
            let is_known = known.iter().any(|known| is_same(known, name)) || has_self && name == "self";
            if !is_known {
                let mut message = format!("`{name}` is no argument of this function");
                if !known.is_empty() {
                    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                    message += &format!(", which has {}", known.join(", "));
                }
                errors.add(name.span(), message);
            }
        }
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn list<T>(input: ParseStream<'_>, one: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    let inner;
    parenthesized!(inner in input);
    Ok(inner.parse_terminated(one, Token![,])?.into_iter().collect())
}

/// Whether two names are the same, be they written raw or not.
pub(crate) fn is_same(one: &Ident, other: &Ident) -> bool {
    one.unraw() == other.unraw()
}

/// A word or a literal.
fn key(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let word = input.call(Ident::parse_any)?;
    Ok(LitStr::new(&word.unraw().to_string(), word.span()))
}

/// How an error is written.
fn format(word: Ident) -> syn::Result<Ident> {
    if word == "Debug" || word == "Display" {
        return Ok(word);
    }
    Err(syn::Error::new(word.span(), format!("`{word}` is no way to write an error: expected Debug or Display")))
}

/// A name of the library's, which is invisible to the user's code.
pub(crate) fn ours(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A variable of an expansion, invisible to the user's code, and to others where spelt differently. As a pattern it could still
/// be taken for a constant or a unit struct of the user's, so it is spelt as nobody spells.
pub(crate) fn local(name: &str) -> Ident {
    ours(&format!("__observe_{name}"))
}
