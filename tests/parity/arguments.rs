//! What stands between the parentheses.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::observe;
use crate::report::{Report, call};

struct Opaque(u8);

struct Point {
    x: i32,
    y: i32,
}

#[derive(Clone, Copy)]
struct Pair(i32, i32);

struct Name(String);

trait Tool {
    fn run(&self) -> u8;
}

impl Tool for Opaque {
    fn run(&self) -> u8 {
        self.0
    }
}

const NONE: Option<u8> = None;

#[observe]
fn nothing() {}

#[observe]
fn scalars(a: u8, b: i64, c: f64, is: bool, letter: char) -> String {
    format!("{a} {b} {c} {is} {letter}")
}

#[observe]
fn wide(a: u128, b: i128, c: usize) -> u128 {
    a + b.unsigned_abs() + c as u128
}

#[observe]
fn text(text: &str) -> usize {
    text.len()
}

#[observe]
fn owned(text: String) -> String {
    text + "!"
}

#[observe]
fn mutable_reference(list: &mut Vec<u8>) -> usize {
    list.push(1);
    list.len()
}

#[observe]
fn mutable(mut list: Vec<u8>) -> Vec<u8> {
    list.push(1);
    list
}

#[observe]
fn two_mutable(mut a: u8, mut b: u8) -> (u8, u8) {
    a += 1;
    b += a;
    (a, b)
}

#[observe]
fn tuple((a, b): (i32, i32)) -> i32 {
    a - b
}

#[observe]
fn nested(((a, b), [c, d]): ((i32, i32), [i32; 2])) -> i32 {
    a + b * c - d
}

#[observe]
fn mutable_in_a_tuple((mut a, b): (i32, i32)) -> i32 {
    a += b;
    a
}

#[observe]
fn fields(Point { x, .. }: Point) -> i32 {
    x
}

#[observe]
fn renamed_fields(Point { x: left, y: right }: &Point) -> i32 {
    left - right
}

#[observe]
fn mutable_field(Point { mut x, y }: Point) -> i32 {
    x += y;
    x
}

#[observe]
fn tuple_struct(Pair(a, b): Pair) -> i32 {
    a * b
}

#[observe]
fn newtype(Name(name): Name) -> String {
    name
}

#[observe]
fn behind_a_reference(&y: &u128) -> u128 {
    y + 1
}

#[observe]
fn tuple_behind_a_reference(&(a, b): &(i64, i64)) -> i64 {
    a + b
}

#[observe]
fn head([head, ..]: [u8; 3]) -> u8 {
    head
}

#[observe]
fn ends([first, .., last]: &[u64; 4]) -> u64 {
    first + last
}

#[observe]
fn rest([first, rest @ ..]: [u8; 3]) -> usize {
    usize::from(first) + rest.len()
}

#[observe]
fn whole(whole @ Pair(a, _): Pair) -> i32 {
    whole.1 + a
}

#[observe]
fn ignored(_: Opaque, b: u8) -> u8 {
    b
}

#[observe]
fn ignored_fields(Point { .. }: Point) -> u8 {
    2
}

#[observe]
fn underscored(_unused: u8, _opaque: &Opaque) -> u8 {
    3
}

#[observe]
#[expect(clippy::needless_pass_by_value, clippy::toplevel_ref_arg, reason = "it is allowed")]
fn by_reference(ref name: String) -> usize {
    name.len()
}

#[observe]
fn raw_identifiers(r#type: &str, r#fn: u8) -> String {
    [r#type, &r#fn.to_string()].concat()
}

#[observe]
fn r#match(r#match: u8) -> u8 {
    r#match + 1
}

#[observe]
fn compiled_out(a: u8, #[cfg(target_os = "none")] b: Missing, #[cfg(not(target_os = "none"))] c: u8) -> u8 {
    a + c
}

#[observe]
fn cut(a: u8, #[allow(unused_variables, reason = "attributes stay")] b: u8) -> u8 {
    a
}

#[observe]
fn slice(list: &[u8]) -> usize {
    list.len()
}

#[observe]
fn long_array(list: [u8; 40]) -> usize {
    list.iter().map(|byte| usize::from(*byte)).sum()
}

#[observe]
fn strange_map(map: &HashMap<(u8, u8), Option<char>>) -> usize {
    map.len()
}

#[observe]
fn path(path: &Path, mut buffer: PathBuf) -> PathBuf {
    buffer.push(path);
    buffer
}

#[observe]
fn shared(text: Arc<str>, counter: Rc<Mutex<u8>>) -> (Arc<str>, u8) {
    let count = counter.lock().map_or(0, |count| *count);
    drop(counter);
    (text, count)
}

#[observe]
fn opaque(opaque: &Opaque) -> u8 {
    opaque.0
}

#[observe]
fn moved(opaque: Opaque) -> Vec<Opaque> {
    vec![opaque]
}

#[observe]
fn dynamic(tool: &dyn Tool, boxed: Box<dyn Tool>) -> u8 {
    tool.run() + { boxed }.run()
}

#[observe]
fn dynamic_debug(shown: &dyn Debug, error: &(dyn Error + Send + Sync)) -> String {
    format!("{shown:?} {error}")
}

#[observe]
fn callback(callback: impl FnOnce(u8) -> u8) -> u8 {
    callback(1)
}

#[observe]
fn mutable_callback(mut callback: impl FnMut(u8) -> u8) -> u8 {
    callback(1) + callback(2)
}

#[observe]
fn boxed_callback(callback: Box<dyn Fn(&str) -> usize + Send>) -> usize {
    let used = callback;
    used("four")
}

#[observe]
fn pointer(function: fn(u8) -> u8, raw: *const u8) -> bool {
    function(1) == 1 && !raw.is_null()
}

#[observe]
fn prompt(prompt: impl Into<String>) -> String {
    prompt.into()
}

#[observe]
fn shown(value: impl Display, other: &impl Debug) -> String {
    format!("{value} {other:?}")
}

#[observe]
fn cow(text: Cow<'_, str>) -> String {
    text.into_owned()
}

#[observe]
fn options(a: Option<&str>, b: Option<Opaque>, c: Result<u8, Opaque>) -> usize {
    a.map_or(0, str::len) + b.map_or(0, |b| usize::from(b.0)) + c.map_or(0, usize::from)
}

#[observe]
fn many(one: u8, two: u8, three: u8, four: u8, five: u8, six: u8, seven: u8) -> u8 {
    one + two + three + four + five + six + seven
}

#[observe]
fn units((): (), duration: Duration) -> Duration {
    duration * 2
}

#[observe]
fn constants_are_not_names(a: Option<u8>) -> bool {
    a == NONE
}

#[observe]
fn ours_are_not_theirs(call: u8, out: u8, input: u8, value: u8) -> u8 {
    call + out + input + value
}

#[observe]
fn secret(password: &str) -> usize {
    password.len()
}

pub(crate) fn run(report: &mut Report) {
    call!(report, nothing());
    call!(report, scalars(1, -2, 0.5, true, 'é'));
    call!(report, wide(u128::MAX - 9, -4, 5));
    call!(report, text("what?"));
    call!(report, owned("what?".to_owned()));
    call!(report, mutable_reference(&mut vec![1, 2]));
    call!(report, mutable(vec![0]));
    call!(report, two_mutable(1, 2));
    call!(report, tuple((1, 2)));
    call!(report, nested(((1, 2), [3, 4])));
    call!(report, mutable_in_a_tuple((1, 2)));
    call!(report, fields(Point { x: 1, y: 2 }));
    call!(report, renamed_fields(&Point { x: 1, y: 2 }));
    call!(report, mutable_field(Point { x: 1, y: 2 }));
    call!(report, tuple_struct(Pair(2, 3)));
    call!(report, newtype(Name("n".to_owned())));
    call!(report, behind_a_reference(&1));
    call!(report, tuple_behind_a_reference(&(1, 2)));
    call!(report, head([7, 8, 9]));
    call!(report, ends(&[1, 2, 3, 4]));
    call!(report, rest([1, 2, 3]));
    call!(report, whole(Pair(4, 5)));
    call!(report, ignored(Opaque(1), 2));
    call!(report, ignored_fields(Point { x: 1, y: 2 }));
    call!(report, underscored(1, &Opaque(2)));
    call!(report, by_reference("text".to_owned()));
    call!(report, raw_identifiers("t", 1));
    call!(report, r#match(1));
    call!(report, compiled_out(1, 2));
    call!(report, cut(1, 2));
    call!(report, slice(&[1, 2]));
    call!(report, long_array([1; 40]));
    call!(report, strange_map(&HashMap::from([((1, 2), Some('x'))])));
    call!(report, path(Path::new("b"), PathBuf::from("a")));
    call!(report, shared(Arc::from("text"), Rc::new(Mutex::new(3))));
    call!(report, opaque(&Opaque(4)));
    call!(report, moved(Opaque(5)).len());
    call!(report, dynamic(&Opaque(1), Box::new(Opaque(2))));
    call!(report, dynamic_debug(&Some(1), &std::fmt::Error));
    call!(report, callback(|n| n + 1));
    let mut sum = 0;
    call!(
        report,
        mutable_callback(|n| {
            sum += n;
            sum
        })
    );
    call!(report, boxed_callback(Box::new(str::len)));
    call!(report, pointer(|n| n, &raw const sum));
    call!(report, prompt("what?"));
    call!(report, shown(1.5, &"two"));
    call!(report, cow(Cow::Borrowed("cow")));
    call!(report, options(Some("abc"), Some(Opaque(1)), Err(Opaque(2))));
    call!(report, many(1, 2, 3, 4, 5, 6, 7));
    call!(report, units((), Duration::from_secs(1)));
    call!(report, constants_are_not_names(None));
    call!(report, ours_are_not_theirs(1, 2, 3, 4));
    call!(report, secret("hunter2"));
}
