//! Names that expansions like to use mean something else here: modules `core`, `std` and `observe`, types and
//! variants of the prelude, macros, traits whose methods fit everything, locals.

#![cfg(test)]
#![allow(dead_code, unused_macros, non_snake_case, reason = "most names are here only to be in the way")]

mod core {}
mod std {}
mod alloc {}
mod serde {}
mod __private {}

pub(crate) struct Result;
pub(crate) struct Option;
pub(crate) struct Future;
pub(crate) struct Input;
pub(crate) struct Call;
pub(crate) struct Site;
pub(crate) struct String;
pub(crate) struct Box;

pub(crate) fn Some() {}
pub(crate) fn None() {}
pub(crate) fn Ok() {}
pub(crate) fn Err() {}
pub(crate) fn drop() {}

pub(crate) const SITE: u8 = 1;
pub(crate) const PRIVATE: u8 = 2;

macro_rules! concat {
    ($($any:tt)*) => {
        compile_error!("somebody else's concat!")
    };
}
macro_rules! file {
    ($($any:tt)*) => {
        compile_error!("somebody else's file!")
    };
}
macro_rules! line {
    ($($any:tt)*) => {
        compile_error!("somebody else's line!")
    };
}
macro_rules! module_path {
    ($($any:tt)*) => {
        compile_error!("somebody else's module_path!")
    };
}

/// Its methods fit everything.
pub(crate) trait Greedy {
    fn capture(&self) -> u8 {
        1
    }
    fn split(&self) -> u8 {
        2
    }
    fn describe(&self) -> u8 {
        3
    }
    fn finish(self) -> u8
    where
        Self: Sized,
    {
        4
    }
    fn run(&self) -> u8 {
        5
    }
    fn end(&self) -> u8 {
        6
    }
    fn output(&self) -> u8 {
        7
    }
    fn slot(&self) -> u8 {
        8
    }
    fn error(&self) -> u8 {
        9
    }
    fn is_recorded(&self) -> u8 {
        10
    }
    fn item(&self) -> u8 {
        11
    }
    fn fault(&self) -> u8 {
        12
    }
    fn enter(self) -> u8
    where
        Self: Sized,
    {
        13
    }
}

impl<T: ?Sized> Greedy for T {}

/// So do its fields' types.
pub(crate) struct Opaque(pub(crate) u8);

#[::observe::observe]
fn function(call: u8, out: &str, input: Opaque, value: bool) -> ::std::result::Result<u8, ::std::string::String> {
    let (error, slot, returned, future, site) = (1, 2, 3, 4, 5);
    let observe = error + slot + returned + future + site;
    if value {
        return ::std::result::Result::Err(out.to_owned());
    }
    ::std::result::Result::Ok(call + input.0 + observe)
}

#[::observe::observe]
async fn later(mut call: u8, (out, mut value): (u8, u8), r#static: &str) -> ::std::option::Option<u8> {
    let error = r#static.len();
    ::futures::future::ready(()).await;
    call += 1;
    value += call;
    out.checked_add(value)?.checked_add(u8::try_from(error).ok()?)
}

#[::observe::observe(name = ::std::format!("{}-{call}", "named"), as_type = "tool")]
fn dynamic(call: u8) -> u8 {
    call + SITE + PRIVATE
}

#[::observe::observe]
fn stream(call: u8) -> impl ::futures::Stream<Item = u8> {
    ::futures::stream::iter(0..call)
}

#[::observe::observe]
fn silent(observe: u8) {
    let _ = observe;
}

#[::observe::observe]
fn generic<Call, Input>(call: Call, input: Input) -> (Input, Call) {
    (input, call)
}

#[::observe::observe]
async fn lifetimes<'call, 'a>(call: &'call str, _input: &'a str) -> &'call str {
    call
}

/// A module named like the library hides nothing.
mod inner {
    mod observe {}

    #[::observe::observe]
    pub(super) fn function(call: u8) -> u8 {
        call + 1
    }
}

#[test]
fn nothing_of_theirs_is_taken_for_ours() {
    use ::observe::testing::captured;

    let ((), recorded) = captured(|| {
        assert_eq!(function(1, "out", Opaque(2), false), ::std::result::Result::Ok(18));
        assert!(function(1, "out", Opaque(2), true).is_err());
        assert_eq!(::futures::executor::block_on(later(1, (2, 3), "four")), ::std::option::Option::Some(11));
        assert_eq!(dynamic(1), 4);
        let items = ::futures::executor::block_on(::futures::StreamExt::collect::<::std::vec::Vec<_>>(stream(2)));
        assert_eq!(items, [0, 1]);
        silent(1);
        assert_eq!(generic(1, "a"), ("a", 1));
        assert_eq!(::futures::executor::block_on(lifetimes("a", "b")), "a");
        assert_eq!(inner::function(1), 2);
    });
    let names: ::std::vec::Vec<_> = recorded.observations().into_iter().map(|observation| observation.name).collect();
    let expected = ["function", "function", "later", "named-1", "stream", "silent", "generic", "lifetimes", "function"];
    assert_eq!(names, expected);
}
