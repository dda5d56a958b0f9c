//! What the signature says comes back, which decides when the call is over.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, ReturnType, Type, TypeImplTrait,
    TypeParamBound,
};

pub(crate) enum Returned {
    Unit,
    Never,
    /// Nothing that goes on.
    Value,
    /// Its type decides.
    Unsure,
    /// `impl Fn(..)` somewhere: the body must stand where the return type is known.
    Callable,
    /// `impl Trait` somewhere, of which only its traits are known.
    Opaque,
    /// `impl Future`, with what it gives.
    Future(TokenStream, Box<Returned>),
    /// `impl Stream`, with what it gives.
    Stream(TokenStream),
    /// `Result<impl Stream, E>`, with what the stream gives.
    StreamResult(TokenStream),
}

impl Returned {
    pub(crate) fn of(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self::Unit,
            ReturnType::Type(_, returned) => Self::of_type(returned),
        }
    }

    /// The same of what a future gives: a future in it is a value.
    pub(crate) fn plainly(&self) -> &Self {
        if matches!(self, Self::Future(..)) { &Self::Opaque } else { self }
    }

    fn of_type(returned: &Type) -> Self {
        match returned {
            Type::Never(_) => Self::Never,
            Type::Tuple(tuple) if tuple.elems.is_empty() => Self::Unit,
            Type::Paren(inner) => Self::of_type(&inner.elem),
            Type::Group(inner) => Self::of_type(&inner.elem),
            Type::ImplTrait(opaque) => Self::of_opaque(opaque),
            Type::Path(path) if has_impl(returned) => {
                let first = path.path.segments.last().filter(|segment| segment.ident == "Result").and_then(argument);
                match first.map(Self::of_type) {
                    Some(Self::Stream(item)) => Self::StreamResult(item),
                    _ => Self::of_parts(returned),
                }
            }
            _ if has_impl(returned) => Self::of_parts(returned),
            _ if is_value(returned) => Self::Value,
            _ => Self::Unsure,
        }
    }

    /// Something with `impl Trait` in it.
    fn of_parts(returned: &Type) -> Self {
        const CALLABLE: &[&str] = &["Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"];
        if has_word(returned, CALLABLE) { Self::Callable } else { Self::Opaque }
    }

    /// A future or stream can be wrapped if nothing but what wrappers have is asked of it.
    fn of_opaque(opaque: &TypeImplTrait) -> Self {
        let parts = || Self::of_parts(&Type::ImplTrait(opaque.clone()));
        let mut found = None;
        for bound in &opaque.bounds {
            let segment = match bound {
                TypeParamBound::Trait(bound) => bound.path.segments.last(),
                _ => None,
            };
            let Some(segment) = segment else { continue };
            let given = |name| associated(segment, name);
            match segment.ident.to_string().as_str() {
                "Future" | "FusedFuture" if given("Output").is_some() => {
                    found =
                        given("Output").map(|output| Self::Future(inferred(output), Box::new(Self::of_type(output))));
                }
                "Stream" | "FusedStream" if given("Item").is_some() => {
                    found = given("Item").map(|item| Self::Stream(inferred(item)));
                }
                "Send" | "Sync" | "Unpin" | "UnwindSafe" | "RefUnwindSafe" => {}
                _ => return parts(),
            }
        }
        found.unwrap_or_else(parts)
    }
}

/// The first type between `<` and `>`.
fn argument(segment: &PathSegment) -> Option<&Type> {
    arguments(segment)?.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(first) => Some(first),
        _ => None,
    })
}

fn arguments(segment: &PathSegment) -> Option<&AngleBracketedGenericArguments> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments),
        _ => None,
    }
}

/// The type of `Name = Type`.
fn associated<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    arguments(segment)?.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(associated) if associated.ident == name => Some(&associated.ty),
        _ => None,
    })
}

/// Whether this cannot be a boxed future or stream, so that nothing needs to be asked of the type.
fn is_value(returned: &Type) -> bool {
    const PLAIN: &[&str] = &[
        "Arc", "BTreeMap", "BTreeSet", "Cow", "Duration", "HashMap", "HashSet", "Instant", "OsString", "PathBuf", "Rc",
        "String", "Vec", "VecDeque", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str",
        "u128", "u16", "u32", "u64", "u8", "usize",
    ];
    match returned {
        Type::Array(_) | Type::FnPtr(_) | Type::Ptr(_) | Type::Reference(_) | Type::Slice(_) | Type::Tuple(_) => true,
        Type::Paren(inner) => is_value(&inner.elem),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.ident == "Result" || last.ident == "Option" => argument(last).is_some_and(is_value),
            Some(last) => PLAIN.contains(&last.ident.to_string().as_str()),
            None => false,
        },
        _ => false,
    }
}

/// Whether the output of an `async fn` is a future, by the name of its type.
pub(crate) fn is_future_by_name(returned: &ReturnType) -> bool {
    const FUTURES: &[&str] = &["JoinHandle", "Pending", "PollFn", "Ready", "Receiver", "Sleep", "Timeout"];
    let ReturnType::Type(_, returned) = returned else { return false };
    match &**returned {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            let is_boxed = matches!(name.as_str(), "Box" | "Pin") && has_word(returned, &["Future"]);
            is_boxed || name.ends_with("Fut") || name.ends_with("Future") || FUTURES.contains(&name.as_str())
        }),
        Type::ImplTrait(_) => has_word(returned, &["Future", "FusedFuture"]),
        _ => false,
    }
}

/// Whether clippy may call the type complex, by a measure that is never less than its own.
pub(crate) fn is_complex(returned: &TokenStream) -> bool {
    fn measure(tokens: TokenStream, depth: &mut u32) -> u32 {
        let (mut sum, mut is_arrow) = (0, false);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) => {
                    match punct.as_char() {
                        '<' => *depth += 1,
                        '>' if !is_arrow => *depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    is_arrow = punct.as_char() == '-';
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    sum += if word == "dyn" || word == "fn" { 50 } else { 10 } * *depth;
                }
                TokenTree::Group(group) => {
                    sum += 10 * *depth;
                    *depth += 1;
                    sum += measure(group.stream(), depth);
                    *depth = depth.saturating_sub(1);
                }
                TokenTree::Literal(_) => {}
            }
        }
        sum
    }
    measure(returned.clone(), &mut 1) > 150
}

/// Whether `impl Trait` stands in it.
fn has_impl(returned: &Type) -> bool {
    match returned {
        Type::Array(array) => has_impl(&array.elem),
        Type::Group(group) => has_impl(&group.elem),
        Type::Paren(paren) => has_impl(&paren.elem),
        Type::Path(path) if path.qself.is_none() => path.path.segments.iter().any(|segment| match &segment.arguments {
            PathArguments::None => false,
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(|argument| match argument {
                GenericArgument::Type(argument) => has_impl(argument),
                GenericArgument::Lifetime(_) => false,
                _ => has_word(returned, &["impl"]),
            }),
            PathArguments::Parenthesized(_) => has_word(returned, &["impl"]),
        }),
        Type::Reference(reference) => has_impl(&reference.elem),
        Type::Slice(slice) => has_impl(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(has_impl),
        Type::ImplTrait(_) => true,
        Type::Never(_) => false,
        _ => has_word(returned, &["impl"]),
    }
}

fn has_word(returned: &Type, words: &[&str]) -> bool {
    fn any(tokens: TokenStream, words: &[&str]) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
            TokenTree::Group(group) => any(group.stream(), words),
            _ => false,
        })
    }
    any(returned.to_token_stream(), words)
}

/// The type with each `impl Trait` left to inference.
pub(crate) fn inferred(returned: &Type) -> TokenStream {
    fn walk(tokens: TokenStream) -> TokenStream {
        let mut walked = TokenStream::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) if ident == "impl" => {
                    walked.extend(quote_spanned!(ident.span()=> _));
                    let mut depth = 0_i32;
                    while let Some(next) = tokens.peek() {
                        if let TokenTree::Punct(punct) = next {
                            match punct.as_char() {
                                '<' => depth += 1,
                                '>' | ',' | ';' if depth == 0 => break,
                                '>' => depth -= 1,
                                '-' => {
                                    tokens.next();
                                }
                                _ => {}
                            }
                        }
                        tokens.next();
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), walk(group.stream()));
                    inner.set_span(group.span());
                    walked.extend([TokenTree::Group(inner)]);
                }
                other => walked.extend([other]),
            }
        }
        walked
    }
    if has_impl(returned) { walk(returned.to_token_stream()) } else { returned.to_token_stream() }
}
