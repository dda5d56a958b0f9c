//! What errors say.

use std::error::Error;
use std::fmt;

use super::*;
use crate::capture::ask_error as fault;

#[derive(Debug)]
struct Failure {
    text: &'static str,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

fn failure(texts: &[&'static str]) -> Failure {
    let (text, rest) = texts.split_first().unwrap();
    Failure { text, source: if rest.is_empty() { None } else { Some(Box::new(failure(rest))) } }
}

#[test]
fn the_whole_chain() {
    let error = failure(&["outer", "middle", "inner"]);
    assert_eq!(written(|out| fault(&error).__observe_describe(text_slot(out))), "outer: middle: inner");
    assert_eq!(written(|out| fault(&&error).__observe_describe(text_slot(out))), "outer: middle: inner");
    let boxed: Box<dyn Error> = Box::new(failure(&["outer", "middle", "inner"]));
    assert_eq!(written(|out| fault(&boxed).__observe_describe(text_slot(out))), "outer: middle: inner");
    let boxed: Box<dyn Error + Send + Sync> = Box::new(error);
    assert_eq!(written(|out| fault(&boxed).__observe_describe(text_slot(out))), "outer: middle: inner");
    assert_eq!(written(|out| fault(&&*boxed).__observe_describe(text_slot(out))), "outer: middle: inner");
}

#[test]
fn what_is_said_already_is_left_out() {
    let error = failure(&["outer: inner", "inner", "innermost", "innermost"]);
    assert_eq!(written(|out| fault(&error).__observe_describe(text_slot(out))), "outer: inner: innermost");
    assert_eq!(written(|out| fault(&failure(&["a", "", "b"])).__observe_describe(text_slot(out))), "a: b");
}

#[test]
fn other_types() {
    struct Alternate;
    impl fmt::Display for Alternate {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if f.alternate() { "with context" } else { "bare" })
        }
    }
    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by Debug")]
    struct Code(u32);
    struct Bare;
    fn of_any<E>(error: &E) -> String {
        written(|out| fault(error).__observe_describe(text_slot(out)))
    }
    assert_eq!(written(|out| fault(&Alternate).__observe_describe(text_slot(out))), "with context");
    assert_eq!(written(|out| fault(&"a \"text\"").__observe_describe(text_slot(out))), "a \"text\"");
    assert_eq!(written(|out| fault(&Code(7)).__observe_describe(text_slot(out))), "Code(7)");
    assert!(written(|out| fault(&Bare).__observe_describe(text_slot(out))).ends_with("::Bare"));
    assert_eq!(of_any(&"of \"any\"".to_owned()), "of \"any\"");
    assert_eq!(of_any(&404_u16), "404");
    assert!(of_any(&Code(7)).ends_with("::Code"));
}

#[test]
fn as_a_value_it_is_a_string() {
    let error = failure(&["outer \"quoted\"", "inner"]);
    assert_eq!(written(|out| fault(&error).__observe_describe(value_slot(out))), r#""outer \"quoted\": inner""#);
    assert_eq!(written(|out| drop(text_slot(out))), "");
}

#[test]
fn bounded_and_safe() {
    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("ääh ")?;
            }
        }
    }
    let text = written(|out| fault(&Endless).__observe_describe(Slot::text(out, limits(9))));
    assert_eq!(text, "ääh ä…[truncated]");
    let text = written(|out| fault(&Endless).__observe_describe(Slot::value(out, limits(9))));
    assert!(is_json(&text) && text.contains("…[truncated"), "{text}");

    #[derive(Debug)]
    struct Circle;
    impl fmt::Display for Circle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("round")
        }
    }
    impl Error for Circle {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Circle)
        }
    }
    assert_eq!(written(|out| fault(&Circle).__observe_describe(text_slot(out))), "round");

    struct Panicking;
    impl fmt::Display for Panicking {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            panic!("in Display")
        }
    }
    assert_eq!(written(|out| fault(&Panicking).__observe_describe(text_slot(out))), "<capture panicked>");
    assert_eq!(written(|out| fault(&Panicking).__observe_describe(value_slot(out))), "\"<capture panicked>\"");
}
