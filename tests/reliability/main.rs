//! What goes wrong and what must hold all the same: real servers that fail, real processes that are really killed.
//!
//! `RELIABILITY=write cargo test --test reliability` writes the results into RELIABILITY.md.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "tests, and the output of their child processes"
)]

mod aborts;
mod child;
mod crashes;
mod disks;
mod exits;
mod outages;
mod programs;
mod server;
mod sizes;
mod table;
