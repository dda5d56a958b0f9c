//! The arguments of a call as one object.

use super::*;
use crate::capture::{Input, PLAIN, SLOTS, probe};

fn input(redacted: u64, fill: impl FnOnce(&mut Input<'_>)) -> String {
    written(|out| {
        let mut input = Input::new(out, Limits::default(), redacted);
        fill(&mut input);
        input.finish();
    })
}

#[test]
fn no_argument_is_no_object() {
    assert_eq!(input(0, |_| {}), "");
}

#[test]
fn arguments_in_order() {
    let text = input(0, |input| {
        input.add("type", &mut probe(&"hello").__observe_value());
        input.add("count", &mut probe(&3).__observe_value());
        input.add("unused", &mut probe(&()).__observe_value());
        input.add(
            "odd \"name\"\n; of some length, so that it is looked at in more steps",
            &mut probe(&[1.5]).__observe_value(),
        );
    });
    let expected = r#"{"type":"hello","count":3,"unused":null,"odd \"name\"\n; of some length, so that it is looked at in more steps":[1.5]}"#;
    assert_eq!(text, expected);
}

#[test]
fn a_redacted_value_is_not_touched() {
    struct Untouchable;
    impl Serialize for Untouchable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("touched")
        }
    }
    let text = input(0b10, |input| {
        input.add("a", &mut probe(&1).__observe_value());
        input.add("b", &mut probe(&Untouchable).__observe_value());
        input.add("c", &mut probe(&2).__observe_value());
    });
    assert_eq!(text, r#"{"a":1,"b":"[redacted]","c":2}"#);
}

#[test]
fn arguments_without_a_bit_of_their_own_share_the_last() {
    let input =
        |redacted| input(redacted, |input| (0..70).for_each(|at| input.add("x", &mut probe(&at).__observe_value())));
    let text = input(1 << (SLOTS - 1));
    assert_eq!(text.matches("[redacted]").count(), 70 - SLOTS as usize + 1);
    assert!(text.ends_with(r#""x":"[redacted]"}"#));
    assert_eq!(input(PLAIN), input(0));
    assert!(!input(PLAIN).contains("redacted"));
}
