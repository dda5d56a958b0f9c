//! The functions of a source file, and the attribute put in front of them.
//!
//! - Only text is inserted, on the line where it is needed: every line keeps its number.
//! - What stands inside a macro, defined or called, is nobody's function yet: it is counted and left alone.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ForeignItemFn, ImplItemFn, ItemFn, Macro, Signature, TraitItemFn};

/// It goes behind the function's other attributes: where it is expanded, every `#[cfg]` has been decided.
const ATTRIBUTE: &str = "#[::observe::observe] ";

/// Everything that a file declares with `fn`.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    /// With a body, and nothing that the attribute documents as refused.
    pub(crate) observable: Vec<Function>,
    /// Reason and name of those that the attribute documents as refused.
    pub(crate) refused: Vec<(&'static str, String)>,
    /// `fn name` inside macros.
    pub(crate) in_macros: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Where the attribute goes: the byte of its first token after its attributes.
    pub(crate) at: usize,
    /// From its first token to its closing brace, counted from 1.
    pub(crate) lines: RangeInclusive<usize>,
}

impl Functions {
    pub(crate) fn of(source: &str) -> syn::Result<Self> {
        let mut functions = Self::default();
        functions.visit_file(&syn::parse_file(source)?);
        functions.observable.sort_by_key(|function| function.at);
        Ok(functions)
    }

    /// The source with the attribute on each observable function, but those at the places in `left_out`.
    pub(crate) fn observed(&self, source: &str, left_out: &BTreeSet<usize>) -> String {
        let mut observed = String::with_capacity(source.len() + self.observable.len() * ATTRIBUTE.len());
        let mut written = 0;
        for function in self.observable.iter().filter(|function| !left_out.contains(&function.at)) {
            observed.push_str(&source[written..function.at]);
            observed.push_str(ATTRIBUTE);
            written = function.at;
        }
        observed.push_str(&source[written..]);
        observed
    }

    /// The innermost observable function on this line.
    pub(crate) fn on_line(&self, line: usize) -> Option<&Function> {
        self.observable.iter().filter(|function| function.lines.contains(&line)).max_by_key(|function| function.at)
    }

    fn add(&mut self, attributes: &[Attribute], signature: &Signature, bare: &TokenStream, body: &Block) {
        let name = signature.ident.to_string();
        if let Some(reason) = refused(attributes, signature) {
            self.refused.push((reason, name));
            return;
        }
        let Some(first) = bare.clone().into_iter().next() else { return };
        let Range { start, .. } = first.span().byte_range();
        let lines = first.span().start().line..=body.brace_token.span.close().end().line;
        self.observable.push(Function { name, at: start, lines });
    }
}

/// Why the attribute refuses this function, as its documentation says.
fn refused(attributes: &[Attribute], signature: &Signature) -> Option<&'static str> {
    let has = |name: &str| attributes.iter().any(|attribute| attribute.path().is_ident(name));
    if signature.constness.is_some() {
        Some("const fn")
    } else if signature.variadic.is_some() {
        Some("variadic")
    } else if has("naked") {
        Some("naked")
    } else if has("panic_handler") {
        Some("panic handler")
    } else if has("proc_macro") || has("proc_macro_attribute") || has("proc_macro_derive") {
        Some("procedural macro")
    } else {
        None
    }
}

impl Visit<'_> for Functions {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        let bare = ItemFn { attrs: Vec::new(), ..function.clone() };
        self.add(&function.attrs, &function.sig, &bare.to_token_stream(), &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        let bare = ImplItemFn { attrs: Vec::new(), ..function.clone() };
        self.add(&function.attrs, &function.sig, &bare.to_token_stream(), &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        let bare = TraitItemFn { attrs: Vec::new(), ..function.clone() };
        match &function.default {
            Some(body) => self.add(&function.attrs, &function.sig, &bare.to_token_stream(), body),
            None => self.refused.push(("no body", function.sig.ident.to_string())),
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_foreign_item_fn(&mut self, function: &ForeignItemFn) {
        self.refused.push(("extern block", function.sig.ident.to_string()));
    }

    fn visit_macro(&mut self, invocation: &Macro) {
        self.in_macros += named(invocation.tokens.clone());
    }
}

/// How often `fn name` stands there.
fn named(tokens: TokenStream) -> usize {
    let mut count = 0;
    let mut after_fn = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                count += usize::from(after_fn);
                after_fn = ident == "fn";
            }
            TokenTree::Group(group) => {
                count += named(group.stream());
                after_fn = false;
            }
            // `fn $name` declares as many functions as the macro is called for: one here.
            TokenTree::Punct(punct) if punct.as_char() == '$' => {}
            _ => after_fn = false,
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(source: &str) -> String {
        Functions::of(source).expect("the source parses").observed(source, &BTreeSet::new())
    }

    #[test]
    fn the_attribute_stands_behind_the_others_and_nothing_else_changes() {
        let source = "/// é\n#[inline]\npub(crate)  async fn f() { /* ü */ }\nimpl A { fn g(&self) {} }\n";
        let expected = source.replace("pub(crate)", "#[::observe::observe] pub(crate)");
        assert_eq!(observed(source), expected.replace("fn g", "#[::observe::observe] fn g"));
    }

    #[test]
    fn functions_in_functions_in_traits_and_in_tests_are_found() {
        let source = "fn a() { fn b() {} }\ntrait T { fn c(&self) {} fn d(&self); }\n#[test] fn e() {}\nconst fn f() { fn g() {} }";
        let functions = Functions::of(source).expect("the source parses");
        let names: Vec<_> = functions.observable.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "e", "g"]);
        assert_eq!(functions.refused, [("no body", "d".to_owned()), ("const fn", "f".to_owned())]);
    }

    #[test]
    fn macros_are_left_alone_and_counted() {
        let source =
            "macro_rules! m { ($n:ident) => { fn $n() {} }; () => { fn x() {} } }\nm!{a}\nfn f() { m! { fn y() {} } }";
        let functions = Functions::of(source).expect("the source parses");
        assert_eq!(functions.observable.len(), 1);
        assert_eq!(functions.in_macros, 3);
    }

    #[test]
    fn a_line_belongs_to_the_innermost_function() {
        let functions = Functions::of("fn a() {\n fn b() {\n }\n}\n").expect("the source parses");
        let name = |line| functions.on_line(line).map(|function| function.name.as_str());
        assert_eq!([name(1), name(3), name(4), name(5)], [Some("a"), Some("b"), Some("a"), None]);
    }
}
