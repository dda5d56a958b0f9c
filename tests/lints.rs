//! Lints see observed functions as they see plain ones.

#![deny(warnings, clippy::all, clippy::double_must_use)]

mod compiler;

use std::collections::BTreeSet;
use std::future::{Future, ready};

use observe::observe;

use self::compiler::{Message, Said, said};

const DOCUMENTATION: &str = include_str!("../observe-macros/src/attribute.md");

/// With every lint of clippy, on functions of many kinds, each plain and observed.
#[test]
fn they_say_the_same_but_for_what_the_documentation_names() {
    const EVERY: &[&str] =
        &["clippy", "--", "-Wclippy::all", "-Wclippy::pedantic", "-Wclippy::nursery", "-Wclippy::restriction"];
    let (mut silent, mut loud) = (BTreeSet::new(), BTreeSet::new());
    for (file, Said { plain, observed }) in said("lints", EVERY) {
        assert!(plain.iter().all(|message| message.level == "warning"), "{file} does not compile: {plain:#?}");
        let (missing, more) = (without(&plain, &observed), without(&observed, &plain));
        // Told at another column.
        let is_moved = |message: &Message, others: &[Message]| others.iter().any(|other| other.is_moved(message));
        silent.extend(
            missing.iter().filter(|message| !is_moved(message, &more)).map(|message| message.name().to_owned()),
        );
        loud.extend(
            more.iter().filter(|message| !is_moved(message, &missing)).map(|message| message.name().to_owned()),
        );
    }
    assert_eq!(silent, named("stay silent"));
    assert_eq!(loud, named("speak up"));
}

/// Those that are not among the others, as often as there are more of them.
fn without(messages: &[Message], others: &[Message]) -> Vec<Message> {
    let mut others = others.to_vec();
    let mut left = Vec::new();
    for message in messages {
        match others.iter().position(|other| other == message) {
            Some(at) => drop(others.swap_remove(at)),
            None => left.push(message.clone()),
        }
    }
    left
}

impl Message {
    /// The name of the lint.
    fn name(&self) -> &str {
        self.code.trim_start_matches("clippy::")
    }

    fn is_moved(&self, from: &Self) -> bool {
        let line = |message: &Self| message.places.first().map(|place| place.from.0);
        (&self.code, &self.text, line(self)) == (&from.code, &from.text, line(from))
    }
}

/// The lints that the documentation names in the paragraph that says this of them.
fn named(what: &str) -> BTreeSet<String> {
    let paragraph = DOCUMENTATION.split("\n  - ").find(|paragraph| paragraph.contains(what)).unwrap_or_default();
    let words = paragraph.split('`').skip(1).step_by(2).map(ToOwned::to_owned);
    words
        .filter(|word| {
            word.len() > 1 && word.contains('_') && word.chars().all(|char| char.is_ascii_lowercase() || char == '_')
        })
        .collect()
}

#[observe]
#[expect(dead_code)]
fn never_called() {}

#[expect(dead_code)]
#[observe]
async fn never_called_later(n: u8) -> u8 {
    n
}

struct Agent;

#[observe]
impl Agent {
    #[expect(dead_code)]
    fn never_called(&self) -> u8 {
        1
    }
}

#[test]
fn captured_arguments_are_used() {
    #[observe]
    fn sync(question: &str) {}
    #[observe]
    async fn later(question: &str, (a, mut b): (u8, u8)) -> u8 {
        b += a;
        b
    }
    let _ = Agent;
    sync("why?");
    assert_eq!(futures::executor::block_on(later("why?", (1, 2))), 3);
}

#[test]
fn nothing_is_said_of_what_a_function_becomes() {
    #[observe]
    async fn gives_an_opaque_future(n: u8) -> impl Future<Output = u8> {
        ready(n)
    }
    #[must_use]
    #[observe]
    async fn must_be_used(n: u8) -> u8 {
        ready(n).await
    }
    let n = futures::executor::block_on(async { gives_an_opaque_future(2).await.await + must_be_used(3).await });
    assert_eq!(n, 5);
}

#[test]
#[rustfmt::skip]
fn a_body_on_one_line_has_its_braces() {
    #[observe]
    async fn later(text: &str) -> usize { text.len() }
    #[observe]
    fn now(text: &str) -> usize { text.len() }
    assert_eq!(futures::executor::block_on(later("why?")), now("why!"));
}
