//! What the program can be told to do, a file each.

mod asked;
pub(crate) mod completions;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod ls;
pub(crate) mod prices;
pub(crate) mod push;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod stats;
pub(crate) mod tail;
