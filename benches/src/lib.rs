//! What observing costs, beside the peers: the same four workloads written once for each of them.
//!
//! - a: 30 bytes in and out. b: a struct of 1 KB in and out. c: three calls, each inside the one before. d: async, with one yield.
//! - Every workload runs below a root of the peer's own, a new one every 500 calls.
//! - What is recorded is delivered while it is measured, to a server in a process of its own that reads and forgets.

#![expect(clippy::exhaustive_structs, reason = "nobody depends on a benchmark")]

pub mod data;
pub mod harness;
pub mod peers;
pub mod sink;
