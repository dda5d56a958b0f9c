//! What observing costs, beside the peers: the same workloads written once for each of them.
//!
//! - a: 30 bytes in and out. b: a struct of 1 KB in and out, half of it text, half of it numbers. t: the same size, mostly text.
//!   c: three calls, each inside the one before. d: async, with one yield.
//! - Every workload runs below a root of the peer's own, a new one every 500 calls.
//! - What is recorded goes all its way while the calls are measured: it is discarded where bytes would leave the process, or
//!   delivered to a server in a process of its own that reads and forgets.

#![expect(clippy::exhaustive_structs, reason = "nobody depends on a benchmark")]

pub mod data;
pub mod harness;
pub mod peers;
pub mod sink;
