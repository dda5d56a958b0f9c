//! What is known of an observed function at compile time: one constant a function, which the compiler puts into the
//! program's read-only data. What is kept of it at run time stands in `registry.rs`.

use crate::observation::ObservationType;

/// An observed function. Written by the expansion of `#[observe]` only, as a literal that can be promoted: a `static` would
/// be one more item for the compiler to check.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the expansion writes it")]
pub struct Site {
    /// What its observations are called.
    pub name: &'static str,
    /// What they are.
    pub kind: ObservationType,
    /// The path of the module that the function is in.
    pub module: &'static str,
    /// Its name.
    pub function: &'static str,
    /// The file with the function.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
    /// The names of the captured arguments, in the order of their slots.
    pub inputs: &'static [&'static str],
    /// What is looked at to see whether they are secrets, if it is not their names.
    pub words: &'static [&'static str],
}

/// Opens the call of an observed function: the part of an expansion that is the same everywhere, which the compiler writes
/// sooner than the attribute does.
#[doc(hidden)]
#[macro_export]
macro_rules! __observe_call {
    (
        $open:ident $name:literal $function:literal $kind:ident
        [$($(#[$cfg:meta])* $key:literal $(= $spelt:tt)? $(? $asked:tt)?)*]
        [$($lazy_key:literal $lazy:tt)*]
        [$($words:tt)*]
        $($more:tt)*
    ) => {
        $crate::__private::Call::$open(
            &$crate::__private::Site {
                name: $name,
                kind: $crate::__private::ObservationType::$kind,
                module: ::core::module_path!(),
                function: $function,
                file: ::core::file!(),
                line: ::core::line!(),
                inputs: &[$($(#[$cfg])* $key,)* $($lazy_key,)*],
                words: &[$($words)*],
            },
            &mut [
                $(
                    $(#[$cfg])*
                    $($crate::__private::spelt(&$spelt),)?
                    $($crate::__private::probe(&$asked).__observe_value(),)?
                )*
                $($crate::__private::lazy(&mut $lazy),)*
            ],
            $($more)*
        )
    };
}
