//! What a value can do decides how it is captured.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;

use super::*;
use crate::capture::probe;

macro_rules! captured {
    ($value:expr) => {
        written(|out| probe(&$value).__observe_capture(value_slot(out)))
    };
}

#[derive(Clone, Debug, Serialize)]
struct Both {
    id: u8,
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "shown by Debug")]
struct Debugged {
    id: u8,
}

struct Displayed;

impl Display for Displayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dis\"played")
    }
}

struct Textual;

impl AsRef<str> for Textual {
    fn as_ref(&self) -> &str {
        "text"
    }
}

struct Bare;

trait Tool {}
impl Tool for Bare {}

trait Shown: Debug {}
impl Shown for Debugged {}

#[test]
fn through_serialize() {
    let mut both = Both { id: 1 };
    assert_eq!(captured!(both), r#"{"id":1}"#);
    assert_eq!(captured!(&both), r#"{"id":1}"#);
    assert_eq!(captured!(&mut both), r#"{"id":1}"#);
    assert_eq!(captured!(&&mut both), r#"{"id":1}"#);
    assert_eq!(captured!(Some(both.clone())), r#"{"id":1}"#);
    assert_eq!(captured!(None::<Both>), "null");
    assert_eq!(captured!(vec![both.clone()]), r#"[{"id":1}]"#);
    assert_eq!(captured!(&[both.clone()][..]), r#"[{"id":1}]"#);
    assert_eq!(captured!([1_i32; 32]), serde_json::to_string(&[1_i32; 32]).unwrap());
    assert_eq!(captured!((both, "a", 1.5)), r#"[{"id":1},"a",1.5]"#);
    assert_eq!(captured!(()), "null");
}

#[test]
fn known_types() {
    assert_eq!(captured!("a\n"), r#""a\n""#);
    assert_eq!(written(|out| probe("unsized").__observe_capture(value_slot(out))), r#""unsized""#);
    assert_eq!(captured!(String::from("a")), r#""a""#);
    assert_eq!(captured!(Some("a")), r#""a""#);
    assert_eq!(captured!(None::<String>), "null");
    assert_eq!(captured!(Cow::Borrowed("a")), r#""a""#);
    assert_eq!(captured!(Arc::<str>::from("a")), r#""a""#);
    assert_eq!(captured!(Path::new("/a/b")), r#""/a/b""#);
    assert_eq!(captured!((true, 'c')), r#"[true,"c"]"#);
    assert_eq!([captured!(true), captured!('"')], ["true", r#""\"""#]);
    assert_eq!([captured!(i128::MIN), captured!(u64::MAX)], [i128::MIN.to_string(), u64::MAX.to_string()]);
    assert_eq!([captured!(1.0_f32), captured!(0.1_f64), captured!(f64::NAN)], ["1.0", "0.1", "null"]);
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let path = Path::new(std::ffi::OsStr::from_bytes(b"/a\xff"));
    assert_eq!(captured!(path.to_owned()), "\"/a\u{fffd}\"");
}

#[test]
fn through_debug() {
    let text = r#""Debugged { id: 1 }""#;
    let debugged = Debugged { id: 1 };
    assert_eq!(captured!(debugged), text);
    assert_eq!(captured!(Some(debugged.clone())), r#""Some(Debugged { id: 1 })""#);
    assert_eq!(captured!(&[debugged.clone()][..]), r#""[Debugged { id: 1 }]""#);
    assert_eq!(captured!([1_i32; 40]), format!("\"{:?}\"", [1_i32; 40]));
    assert!(captured!(std::time::Instant::now()).starts_with("\"Instant"));
    assert!(captured!(through_debug as fn()).starts_with("\"0x"));
    assert!(captured!(&raw const debugged).starts_with("\"0x"));
    assert_eq!(captured!(&debugged as &dyn Shown), text);
    assert_eq!(captured!(Box::new(debugged) as Box<dyn Shown>), text);
}

#[test]
fn through_weaker_traits() {
    assert_eq!(captured!(Displayed), r#""dis\"played""#);
    assert_eq!(captured!(Textual), r#""text""#);
}

#[test]
fn by_name() {
    let quoted = |name: &str| format!("\"{name}\"");
    assert_eq!(captured!(Bare), quoted(std::any::type_name::<Bare>()));
    assert_eq!(captured!(Some(Bare)), quoted(std::any::type_name::<Option<Bare>>()));
    assert_eq!(captured!(&Bare as &dyn Tool), quoted(std::any::type_name::<&dyn Tool>()));
    assert_eq!(captured!(Box::new(Bare) as Box<dyn Tool>), quoted(std::any::type_name::<Box<dyn Tool>>()));
    assert!(captured!(|| 1).contains("closure"));
}

#[test]
fn in_generic_functions_by_their_bounds() {
    fn serialize<T: Serialize>(value: T) -> String {
        captured!(value)
    }
    fn unsized_serialize<T>(value: &T) -> String
    where
        T: ?Sized + Serialize,
    {
        captured!(value)
    }
    fn debug(value: impl Debug) -> String {
        captured!(value)
    }
    fn display(value: impl Display) -> String {
        captured!(value)
    }
    fn text(value: impl AsRef<str>) -> String {
        captured!(value)
    }
    assert_eq!(serialize(Both { id: 2 }), r#"{"id":2}"#);
    assert_eq!(serialize(vec![0_u8; 20]), r#""<20 bytes>""#);
    assert_eq!(unsized_serialize("a"), r#""a""#);
    assert_eq!(debug(Both { id: 2 }), r#""Both { id: 2 }""#);
    assert_eq!(display("a"), r#""a""#);
    assert_eq!(text("a"), r#""a""#);
}

#[expect(clippy::needless_pass_by_value, reason = "as users write it")]
#[test]
fn in_unbounded_functions_by_what_it_turns_out_to_be() {
    fn any<T>(value: T) -> String {
        captured!(value)
    }
    fn into(value: impl Into<String>) -> String {
        captured!(value)
    }
    let local = String::from("local");
    assert_eq!(into("question"), r#""question""#);
    assert_eq!(into(local.as_str()), r#""local""#);
    assert_eq!(into(String::from("question")), r#""question""#);
    assert_eq!(into(Cow::Borrowed(local.as_str())), r#""local""#);
    assert_eq!(into(&local), r#""local""#);
    assert_eq!(into(Box::<str>::from("a")), r#""a""#);
    assert_eq!(
        [any(Arc::<str>::from("a")), any(Rc::<str>::from("a")), any(Arc::new(local.clone()))],
        ["\"a\"", "\"a\"", "\"local\""]
    );
    assert_eq!(
        [any(Some(local.clone())), any(Some(local.as_str())), any(None::<String>)],
        ["\"local\"", "\"local\"", "null"]
    );
    assert_eq!(
        [any(PathBuf::from("/a")), any(Path::new("/a")), any(&PathBuf::from("/a"))],
        ["\"/a\"", "\"/a\"", "\"/a\""]
    );
    assert_eq!([any(true), any('c'), any(1.5_f32), any(2.5_f64)], ["true", "\"c\"", "1.5", "2.5"]);
    assert_eq!(
        [any(-1_i8), any(-2_i16), any(-3_i32), any(-4_i64), any(-5_i128), any(-6_isize)],
        ["-1", "-2", "-3", "-4", "-5", "-6"]
    );
    assert_eq!(
        [any(1_u8), any(2_u16), any(3_u32), any(4_u64), any(5_u128), any(6_usize)],
        ["1", "2", "3", "4", "5", "6"]
    );
    let bytes = vec![1_u8, 2];
    for text in [
        any(bytes.clone()),
        any(&bytes[..]),
        any(&bytes),
        any(Cow::Borrowed(&bytes[..])),
        any(bytes.clone().into_boxed_slice()),
        any(Arc::<[u8]>::from(&bytes[..])),
        any(Rc::<[u8]>::from(&bytes[..])),
    ] {
        assert_eq!(text, r#""<2 bytes>""#);
    }
    assert_eq!(any(Both { id: 1 }), format!("\"{}\"", std::any::type_name::<Both>()));
    assert_eq!(any(vec![1_u16]), "\"alloc::vec::Vec<u16>\"");
}

/// A probe is no more than a reference.
#[test]
fn probes_cost_nothing() {
    assert_eq!(size_of_val(&probe(&Bare)), size_of::<usize>());
    assert_eq!(size_of_val(&crate::capture::ask_error(&Bare)), size_of::<usize>());
}
