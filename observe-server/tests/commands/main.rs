//! The commands of the real program, on local files as the runtime writes them, with and without a server.

#![cfg(unix)]

#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "../program/mod.rs"]
mod program;

mod exchange;
mod live;
mod look;
mod prices;
mod push;
mod recorded;
mod terminal;
