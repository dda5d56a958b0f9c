//! Mistakes: ours are named at their token, once each; a user's own are reported as they are without the attribute.

mod compiler;

use self::compiler::{Message, Said, said};

#[test]
fn mistakes_in_the_use_of_the_attribute() {
    trybuild::TestCases::new().compile_fail("tests/ui/ours/*.rs");
}

#[test]
fn mistakes_of_a_users_own_are_reported_as_without_the_attribute() {
    let cases = said("ui/theirs", &["check"]);
    assert!(cases.len() >= 20, "{}", cases.len());
    let mut differences = Vec::new();
    for (case, Said { plain, observed }) in cases {
        assert!(!plain.is_empty(), "{case} compiles");
        let [plain, observed] = [plain, observed].map(in_words_of_functions);
        if plain != observed {
            differences.push(format!("{case}\n  plain    {plain:#?}\n  observed {observed:#?}\n"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.concat());
}

/// What was an argument is a variable to the compiler, and a function a closure.
fn in_words_of_functions(mut messages: Vec<Message>) -> Vec<Message> {
    for Message { text, .. } in &mut messages {
        *text = text.replace("assign twice to immutable variable", "assign to immutable argument");
        *text = text.replace("in a closure that returns", "in a function that returns");
        *text = text.replace("pattern in local binding", "pattern in function argument");
    }
    messages.sort();
    messages
}
