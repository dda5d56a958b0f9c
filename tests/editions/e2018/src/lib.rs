//! Observed functions in a crate of edition 2018 do what plain ones do.

#![cfg(test)]
#![expect(clippy::duplicate_mod, reason = "this is how one source becomes two")]

#[path = "../../compare.rs"]
mod compare;
#[path = "../../../parity/report.rs"]
mod report;

#[path = "."]
mod plain {
    pub(crate) use unobserved::observe;

    #[path = "../../cases.rs"]
    pub(crate) mod cases;
    #[path = "own.rs"]
    pub(crate) mod own;
}

#[path = "."]
mod observed {
    pub(crate) use observe::observe;

    #[path = "../../cases.rs"]
    pub(crate) mod cases;
    #[path = "own.rs"]
    pub(crate) mod own;
}
