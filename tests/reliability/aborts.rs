//! Programs whose panics abort: what they had recorded is there all the same.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;

use crate::child::{Program, scratch};
use crate::crashes::{is_marked, missing, recovered};
use crate::server::{Answer, Server};
use crate::table::row;

/// Compiles `abort.rs` so that its panics abort. What it is linked with is compiled already.
fn program() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    cargo.args(["rustc", "--quiet", "--profile", profile, "--example", "abort", "--", "-C", "panic=abort"]);
    assert!(cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
    let deps = std::env::current_exe().unwrap();
    deps.ancestors().nth(2).unwrap().join("examples/abort")
}

#[test]
fn a_panic_that_aborts_costs_what_had_not_been_recorded() {
    let program = program();
    for place in ["body", "serialize", "mask"] {
        let (server, dir) = (Server::new(|_| Answer::Ok), scratch(place));
        let run =
            Program::of(&program, &server).journal(&dir).with("WHERE", place).with("LANGFUSE_FLUSH_INTERVAL", "60");
        let ended = run.run();
        assert_eq!(ended.status.signal(), Some(6), "{place}: {}", ended.errors);
        assert!(server.seen().is_empty(), "nothing was delivered before");
        recovered(&server, &dir, place == "mask");
        assert_eq!(missing(&server, &(0..100).collect()), (0, 0), "{place}");
        let seen = server.seen();
        assert_eq!(seen.len(), if place == "body" { 101 } else { 100 }, "{place}");
        if place == "body" {
            let doomed = seen.iter().find(|seen| seen.span.name == "doomed").unwrap();
            assert!(is_marked(doomed) && doomed.input().contains("a bug"), "{:?}", doomed.span);
            assert_eq!(doomed.text("langfuse.observation.metadata.progress"), "begun");
        }
        std::fs::remove_dir_all(dir).unwrap();
    }
    row(
        "the observed program panics with panic=abort, in its body, in Serialize, in the mask",
        "100 of 100 earlier calls arrive each time; the open call is marked, with its input and what had been said of it",
    );
}
