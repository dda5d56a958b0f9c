//! What the program can be told to do, a file each.

pub(crate) mod serve;
