//! A program that is compiled with `panic = "abort"` and panics at one of several places: see `aborts.rs`.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a program for a test")]

use observe::{Config, Masked, observe};
use serde::{Serialize, Serializer};

#[observe]
fn call(number: usize) -> usize {
    number + 1
}

#[observe]
fn doomed(reason: &str) -> usize {
    observe::update_current_observation(|o| o.metadata("progress", "begun"));
    panic!("on purpose: {reason}")
}

struct Trap;

impl Serialize for Trap {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("on purpose, while it is captured")
    }
}

#[observe]
fn trapped(trap: Trap) {
    let Trap = trap;
}

fn main() {
    let place = std::env::var("WHERE").unwrap();
    let config =
        if place == "mask" { Config::new().mask(|_, _| -> Masked { panic!("on purpose") }) } else { Config::new() };
    let guard = config.init().unwrap();
    (0..100).for_each(|n| assert_eq!(call(n), n + 1));
    println!("called");
    match &*place {
        "body" => assert_eq!(doomed("a bug"), 0),
        "serialize" => trapped(Trap),
        "mask" => drop(guard),
        other => panic!("{other}"),
    }
}
