#![doc = include_str!("../README.md")]

pub use observe_macros::observe;
pub use observe_runtime::*;

#[doc(hidden)]
pub use observe_runtime::__private;
