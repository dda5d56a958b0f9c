# `just` lists the recipes. They are the steps of `.ci/run`, and shortcuts for daily work.

_default:
    @just --list

# Everything that CI runs.
ci:
    bash .ci/run

# Format, lint, test: before every commit.
check:
    bash .ci/run fmt clippy test

# Tests, or those whose names contain `filter`.
test filter='':
    cargo test {{ filter }}

# One example, by name, with the trace on stderr.
example name:
    OBSERVE_CONSOLE=1 cargo run --example {{ name }}

# The documentation, in the browser.
docs:
    cargo doc --workspace --exclude observe-benches --all-features --no-deps --open

# What observing costs beside the peers, which are built for it: `overhead`, `delivery`.
bench name='overhead':
    cargo run --release -p observe-benches --bin {{ name }}

# Instructions of an observed call, against the figures in the repository.
instructions:
    bash .ci/run instructions

# How many crates a user's build gains.
size:
    bash .ci/run size

# Formats everything.
fmt:
    cargo fmt --all
