//! Functions of which lints have something to say.

#![allow(dead_code, deprecated)]

use observe::observe;
use std::collections::HashMap;
use std::future::{Future, Ready, ready};

pub struct Agent {
    name: String,
    n: u32,
}
pub trait Complex {
    fn build(&self) -> Result<Vec<HashMap<String, Option<Box<dyn Fn(u8) -> Vec<Option<String>> + Send>>>>, String>;
    async fn later(
        &self,
    ) -> Result<Vec<HashMap<String, Option<Box<dyn Fn(u8) -> Vec<Option<String>> + Send>>>>, String>;
}
impl Complex for Agent {
    #[observe]
    fn build(&self) -> Result<Vec<HashMap<String, Option<Box<dyn Fn(u8) -> Vec<Option<String>> + Send>>>>, String> {
        Err(self.name.clone())
    }
    #[observe]
    async fn later(
        &self,
    ) -> Result<Vec<HashMap<String, Option<Box<dyn Fn(u8) -> Vec<Option<String>> + Send>>>>, String> {
        Err(self.name.clone())
    }
}
impl Agent {
    /// Candidate
    #[observe]
    pub fn must_use_candidate(&self) -> u32 {
        self.n
    }
    #[observe]
    pub fn must_use_string(&self, x: u32) -> String {
        format!("{x}")
    }
    #[observe]
    pub fn use_self() -> Agent {
        Agent { name: String::new(), n: 1 }
    }
    #[observe]
    pub async fn use_self_later() -> Agent {
        Agent { name: String::new(), n: 1 }
    }
    #[observe]
    pub fn use_self_arg(a: Agent) -> Result<Agent, ()> {
        if a.n > 1 { Ok(Agent { n: 2, ..a }) } else { Err(()) }
    }
    #[observe]
    pub fn unused_self(&self) -> u8 {
        1
    }
    #[observe]
    pub fn return_self_not_must_use(self) -> Self {
        self
    }
    #[observe]
    pub fn to_owned_wrong(self) -> String {
        self.name
    }
    #[observe]
    pub fn is_wrong(self) -> bool {
        self.n > 1
    }
    #[observe]
    pub fn into_wrong(&self) -> String {
        self.name.clone()
    }
    #[observe]
    pub fn new(name: String) -> String {
        name
    }
    #[observe]
    pub fn missing_const(&self) -> u32 {
        self.n
    }
    #[observe]
    pub fn get_name(&self) -> &str {
        &self.name
    }
    #[observe]
    pub fn default() -> Self {
        Agent { name: String::new(), n: 1 }
    }
    #[observe]
    pub fn from_str(s: &str) -> Self {
        Agent { name: s.to_string(), n: 1 }
    }
    #[observe]
    pub fn next(&mut self) -> Option<u8> {
        None
    }
    #[observe]
    pub fn len(&self) -> usize {
        1
    }
    #[observe]
    fn mutable_key(&self, x: HashMap<std::cell::Cell<u8>, u8>) -> usize where {
        x.len()
    }
}
#[observe]
pub fn needless_pass_by_value(v: Vec<u8>) -> usize {
    v.len()
}
#[observe]
pub fn needless_pass_by_value_s(v: String) -> usize {
    v.len()
}
#[observe]
pub fn ptr_arg(v: &Vec<u8>, s: &String) -> usize {
    v.len() + s.len()
}
#[observe]
pub fn ptr_arg_mut(v: &mut Vec<u8>) {
    v[0] = 1;
}
#[observe]
pub fn needless_pass_by_ref_mut(v: &mut u8) -> u8 {
    *v
}
#[observe]
pub fn boxed_local(b: Box<u8>) -> u8 {
    *b
}
#[observe]
pub async fn unused_async(a: u8) -> u8 {
    a
}
#[observe]
pub fn needless_lifetimes<'a>(x: &'a str) -> &'a str {
    x
}
#[observe]
pub async fn needless_lifetimes_a<'a>(x: &'a str) -> &'a str {
    x
}
#[observe]
pub fn missing_errors_doc(x: &str) -> Result<(), String> {
    Err(x.into())
}
#[observe]
pub async fn missing_errors_doc_a(x: &str) -> Result<(), String> {
    Err(x.into())
}
#[observe]
pub fn missing_panics_doc(x: Option<u8>) -> u8 {
    x.unwrap()
}
#[observe]
pub async fn missing_panics_doc_a(x: Option<u8>) -> u8 {
    assert!(x.is_some());
    x.unwrap()
}
#[observe]
pub fn panics(x: u8) {
    if x > 1 {
        panic!("x")
    }
}
#[observe]
pub unsafe fn missing_safety_doc(x: *const u8) -> u8 {
    unsafe { *x }
}
#[observe]
pub async unsafe fn missing_safety_doc_a(x: *const u8) -> u8 {
    unsafe { *x }
}
#[observe]
pub fn needless_return(x: u8) -> u8 {
    return x;
}
#[observe]
pub fn needless_return_own(x: String) -> String {
    return x;
}
#[observe]
pub async fn needless_return_a(x: u8) -> u8 {
    return x;
}
#[observe]
pub fn needless_return_unit(x: u8) {
    let _ = x + 1;
    return;
}
#[observe]
pub fn needless_return_if(x: u8) -> u8 {
    if x > 1 {
        return 2;
    } else {
        return 3;
    }
}
#[observe]
pub fn let_and_return(x: u8) -> u8 {
    let y = x + 1;
    y
}
#[observe]
pub fn let_and_return_own(x: String) -> String {
    let y = x + "1";
    y
}
#[observe]
pub async fn let_and_return_a(x: u8) -> u8 {
    let y = x + 1;
    y
}
#[observe]
pub fn too_many_arguments(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    a + b + c + d + e + f + g + h
}
#[observe]
pub async fn too_many_arguments_a(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    a + b + c + d + e + f + g + h
}
#[observe]
pub fn unit() -> () {}
#[observe]
pub async fn unit_a() -> () {}
#[observe]
pub fn unit_tail() {
    ()
}
#[observe]
pub fn unnecessary_wraps(x: u8) -> Option<u8> {
    Some(x)
}
#[observe]
fn unnecessary_wraps_private(x: u8) -> Result<u8, String> {
    Ok(x)
}
#[observe]
pub fn fn_params_excessive_bools(a: bool, b: bool, c: bool, d: bool) -> bool {
    a && b && c && d
}
#[observe]
pub fn trivially_copy(x: &u8) -> u8 {
    *x
}
#[observe]
pub fn large_types(x: [u8; 512]) -> u8 {
    x[0]
}
#[observe]
pub fn implicit_hasher(m: &HashMap<u8, u8>) -> usize {
    m.len()
}
#[observe]
pub fn impl_trait_in_params(m: impl Into<String>) -> String {
    m.into()
}
#[observe]
pub fn extra_unused_lifetimes<'a>(x: u8) -> u8 {
    x
}
#[observe]
pub fn extra_unused_type<T>(x: u8) -> u8 {
    x
}
#[observe]
pub fn mut_from_ref(x: &u8) -> &mut u8 {
    let _ = x;
    todo!()
}
#[observe]
pub fn not_unsafe_ptr_arg_deref(x: *const u8) -> u8 {
    unsafe { *x }
}
#[observe]
pub fn box_vec(x: Box<Vec<u8>>) -> Box<Vec<u8>> {
    x
}
#[observe]
pub fn rc_buffer(x: std::rc::Rc<String>) -> std::rc::Rc<String> {
    x
}
#[observe]
pub fn redundant_allocation(x: std::rc::Rc<Box<u8>>) -> std::rc::Rc<Box<u8>> {
    x
}
#[observe]
pub fn option_option(x: Option<Option<u8>>) -> Option<Option<u8>> {
    x
}
#[observe]
pub fn ref_option(x: &Option<u8>) -> &Option<u8> {
    x
}
#[observe]
pub fn linkedlist(x: std::collections::LinkedList<u8>) -> std::collections::LinkedList<u8> {
    x
}
#[observe]
pub fn borrowed_box(x: &Box<u8>) -> &Box<u8> {
    x
}
#[observe]
pub fn vec_box(x: Vec<Box<u8>>) -> Vec<Box<u8>> {
    x
}
#[observe]
pub async fn async_yields(x: u8) -> Ready<u8> {
    ready(x)
}
#[observe]
pub async fn async_yields_opaque(x: u8) -> impl Future<Output = u8> {
    ready(x)
}
#[observe]
pub async fn async_yields_boxed(x: u8) -> std::pin::Pin<Box<dyn Future<Output = u8>>> {
    Box::pin(ready(x))
}
#[observe]
pub fn manual_async_fn(x: u8) -> impl Future<Output = u8> {
    async move { x }
}
#[observe]
pub fn shadow(x: u8) -> u8 {
    let x = x + 1;
    let x = x;
    x
}
#[observe]
pub fn shadow_mut(mut x: String) -> String {
    x.push('a');
    let x = x;
    x
}
#[observe]
pub fn min_ident(q: u8) -> u8 {
    q
}
#[observe]
pub fn numeric() -> i32 {
    let x = 1;
    x + 2
}
#[observe]
pub fn numeric_tail() -> i32 {
    1
}
#[observe]
pub async fn numeric_tail_a() -> i32 {
    1
}
#[observe]
pub fn float_tail() -> f64 {
    1.0
}
#[observe]
pub fn question(x: &str) -> Result<u8, std::num::ParseIntError> {
    Ok(x.parse::<u8>()?)
}
#[observe]
pub async fn question_a(x: &str) -> Result<u8, std::num::ParseIntError> {
    Ok(x.parse::<u8>()?)
}
#[observe]
pub fn cognitive(x: u8) -> u8 {
    if x == 1 {
        if x == 2 {
            if x == 3 {
                if x == 4 {
                    if x == 5 {
                        return 3;
                    }
                }
            }
        }
    } else if x == 7 {
        for i in 0..x {
            if i == 2 {
                while i > 3 {
                    if x == 2 {
                        match x {
                            1 => return 3,
                            2 if x > 3 => return 2,
                            3 if x > 5 => return 3,
                            4 => return 5,
                            _ => {}
                        }
                    }
                }
            }
            if i == 9 || i == 10 || i == 12 && i == 11 {
                return 2;
            }
            if i > 3 {
                if i == 2 {
                    return 2;
                } else if i == 33 || i == 22 {
                    return 3;
                } else if i == 34 {
                } else {
                    if i == 2 {
                        return 7;
                    }
                }
            }
        }
    }
    if x == 9 {
        return 1;
    }
    if x == 10 || x == 12 {
        return 3;
    }
    if x == 17 && x > 3 {
        return 8;
    }
    1
}
#[observe]
pub async fn cognitive_a(x: u8) -> u8 {
    if x == 1 {
        if x == 2 {
            if x == 3 {
                if x == 4 {
                    if x == 5 {
                        return 3;
                    }
                }
            }
        }
    } else if x == 7 {
        for i in 0..x {
            if i == 2 {
                while i > 3 {
                    if x == 2 {
                        match x {
                            1 => return 3,
                            2 if x > 3 => return 2,
                            3 if x > 5 => return 3,
                            4 => return 5,
                            _ => {}
                        }
                    }
                }
            }
            if i == 9 || i == 10 || i == 12 && i == 11 {
                return 2;
            }
            if i > 3 {
                if i == 2 {
                    return 2;
                } else if i == 33 || i == 22 {
                    return 3;
                } else if i == 34 {
                } else {
                    if i == 2 {
                        return 7;
                    }
                }
            }
        }
    }
    if x == 9 {
        return 1;
    }
    if x == 10 || x == 12 {
        return 3;
    }
    if x == 17 && x > 3 {
        return 8;
    }
    1
}
#[observe]
fn only_used_in_recursion(x: u8, n: u8) -> u8 {
    if x == 0 { 0 } else { only_used_in_recursion(x - 1, n) }
}
#[observe]
fn unconditional_recursion(x: u8) -> u8 {
    unconditional_recursion(x)
}
#[observe]
fn diverging(x: u8) -> ! {
    loop {
        let _ = x;
    }
}
#[observe]
fn infinite(x: u8) {
    loop {
        let _ = x;
    }
}
#[observe]
fn items_after(x: u8) -> u8 {
    let y = x;
    fn inner() {}
    inner();
    y
}
#[observe]
fn unused_variable(x: String, y: u8) {
    let z = 1;
}
#[observe]
fn unused_mut(mut x: String, mut y: u8) -> String {
    x
}
#[observe]
fn unused_assign(mut x: u8) -> u8 {
    x = 1;
    x = 2;
    x
}
#[observe]
fn unused_result() {
    std::fs::read("x");
    ready(1);
}
#[observe]
async fn unused_future() {
    unit_a();
}
#[observe]
fn unreachable(x: u8) -> u8 {
    return x;
    let y = 1;
    y
}
#[observe]
fn unused_must() -> u8 {
    1 + 2;
    3
}
#[observe]
fn unused_parens(x: u8) -> u8 {
    (x + 1)
}
#[observe]
async fn unused_parens_a(x: u8) -> u8 {
    (x + 1)
}
#[observe]
fn unused_braces(x: u8) -> u8 {
    { x + 1 }
}
#[observe]
async fn unused_braces_a(x: u8) -> u8 {
    { x + 1 }
}
#[observe]
fn unused_unsafe(x: u8) -> u8 {
    unsafe { x + 1 }
}
#[observe]
fn Snake(X: u8) -> u8 {
    X
}
#[observe]
async fn SnakeA(X: u8, myY: String) -> u8 {
    X
}
#[observe]
fn non_snake(myVar: String) -> String {
    let myLocal = myVar;
    myLocal
}
#[observe]
fn single_use<'a>(x: &'a u8) -> u8 {
    *x
}
#[observe]
fn unused_lt<'a>(x: u8) -> u8 {
    x
}
#[observe]
fn elided(x: std::slice::Iter<u8>) -> std::slice::Iter<u8> {
    x
}
#[observe]
fn mismatched<'a>(x: &'a u8) -> std::slice::Iter<u8> {
    std::slice::from_ref(x).iter()
}
#[observe]
fn bare_trait(x: &(dyn Fn(u8) + Send)) -> Box<dyn Fn(u8)> {
    x(1);
    Box::new(|_| ())
}
#[observe]
#[deprecated]
fn old(x: u8) -> u8 {
    x
}
#[observe]
fn calls_old(x: u8) -> u8 {
    old(x)
}
#[observe]
#[must_use]
fn must(x: u8) -> u8 {
    x
}
#[observe]
fn calls_must(x: u8) {
    must(x);
}
#[observe]
#[must_use]
async fn must_a(x: u8) -> u8 {
    x
}
#[observe]
fn calls_must_a(x: u8) {
    must_a(x);
}
#[observe]
async fn calls_must_aa(x: u8) {
    must_a(x).await;
}
#[observe]
#[inline(always)]
fn inline_always(x: u8) -> u8 {
    x
}
#[observe]
#[must_use]
fn must_unit(x: u8) {
    let _ = x;
}
#[observe]
#[must_use]
fn double_must(x: u8) -> Result<u8, u8> {
    Ok(x)
}
#[observe]
async fn large_stack() {
    let x = [0u8; 20_000];
    ready(()).await;
    drop(x);
}
#[observe]
async fn lock(m: &std::sync::Mutex<u8>) {
    let g = m.lock().unwrap();
    ready(()).await;
    drop(g);
}
#[observe]
fn clone_on_copy(x: u8) -> u8 {
    x.clone()
}
#[observe]
fn redundant_clone(x: String) -> String {
    x.clone()
}
#[observe]
fn op_ref(x: String) -> bool {
    &x == &"a".to_string()
}
#[observe]
fn assigning(mut x: Vec<u8>) -> Vec<u8> {
    x = x.into_iter().collect::<Vec<u8>>();
    x
}
#[observe]
fn ret_unit_expr(x: &mut Vec<u8>) {
    x.push(1)
}
#[observe]
async fn ret_unit_expr_a(x: &mut Vec<u8>) {
    x.push(1)
}
#[observe]
fn _underscore(_x: u8) -> u8 {
    _x
}
#[observe]
fn underscore_s(_x: String) -> String {
    _x
}
#[observe]
fn result_large_err(x: u8) -> Result<u8, [u8; 500]> {
    if x > 1 { Err([0; 500]) } else { Ok(1) }
}
#[observe]
async fn result_large_err_a(x: u8) -> Result<u8, [u8; 500]> {
    if x > 1 { Err([0; 500]) } else { Ok(1) }
}
#[observe]
fn result_unit_err(x: u8) -> Result<u8, ()> {
    if x > 1 { Err(()) } else { Ok(1) }
}
#[observe]
pub async fn result_unit_err_a(x: u8) -> Result<u8, ()> {
    if x > 1 { Err(()) } else { Ok(1) }
}
#[observe]
pub fn pattern((a, b): (u8, u8), Agent { name, .. }: Agent) -> (u8, u8, String) {
    (a, b, name)
}
#[observe]
pub async fn pattern_a((a, b): (u8, u8), Agent { name, .. }: Agent) -> (u8, u8, String) {
    (a, b, name)
}
#[observe]
pub fn needless_arbitrary<'a, 'b>(x: &'a str, y: &'b str) -> &'a str {
    let _ = y;
    x
}
#[observe]
pub fn redundant_else(x: u8) -> u8 {
    if x > 1 { return 2 } else { 3 }
}
#[observe]
pub fn bool_to_int(x: bool) -> u8 {
    if x { 1 } else { 0 }
}
#[observe]
pub fn semicolon_if_nothing(x: &mut Vec<u8>) {
    if x.is_empty() {
        x.push(1)
    }
}
#[observe]
pub fn similar_names(itema: u8, itemb: u8) -> u8 {
    itema + itemb
}
#[observe]
pub fn many_single_char(a: u8, b: u8, c: u8, d: u8, e: u8) -> u8 {
    let f = 1;
    let g = 2;
    a + b + c + d + e + f + g
}
#[observe]
pub fn no_effect_underscore(x: u8) {
    let _y = x + 1;
    let _z = x;
}
#[observe]
pub fn used_underscore(x: u8) -> u8 {
    let _y = x + 1;
    _y
}
#[observe]
pub fn doc(x: u8) -> u8 {
    x
}
/// some code_span Thing_x MyThing
#[observe]
pub fn doc_markdown(x: u8) -> u8 {
    x
}
#[observe]
pub fn trait_duplication<T: Clone + Clone>(x: T) -> T
where
    T: Clone,
{
    x.clone()
}
#[observe]
pub fn type_repetition<T>(x: T) -> T
where
    T: Clone,
    T: Copy,
{
    x
}
#[observe]
pub fn mixed<T: Clone>(x: T) -> T
where
    T: Copy,
{
    x
}
#[observe]
pub fn into_iter(x: &[u8]) -> u8 {
    let mut s = 0;
    for i in x.iter() {
        s += i;
    }
    s
}
#[observe]
pub fn try_err(x: u8) -> Result<u8, String> {
    if x > 1 {
        Err("a".to_string())?;
    }
    Ok(x)
}
#[observe]
pub fn unneeded_field(Agent { name: _, n: _ }: Agent) {}
#[observe]
pub fn blocks(x: u8) -> u8 {
    if {
        let y = x;
        y > 1
    } {
        2
    } else {
        3
    }
}
#[observe]
pub fn iter_return(x: &[u8]) -> impl Iterator<Item = &u8> {
    x.iter()
}
#[observe]
pub fn str_to_string(x: &str) -> String {
    x.to_string()
}
#[observe]
pub fn fallible_impl(x: u8) -> u8 {
    Some(x).unwrap()
}
#[observe]
pub fn indexing(x: &[u8]) -> u8 {
    x[3]
}
#[observe]
pub fn print(x: u8) {
    println!("{}", x);
    dbg!(x);
}
#[observe]
pub fn as_conv(x: u8) -> u64 {
    x as u64
}
#[observe]
pub fn exit() {
    std::process::exit(1)
}
#[observe]
pub fn todo_(x: u8) -> u8 {
    let _ = x;
    todo!()
}
#[observe]
pub async fn todo_a(x: u8) -> u8 {
    let _ = x;
    todo!()
}
#[observe]
pub fn unreachable_(x: u8) -> u8 {
    if x > 0 { unreachable!() } else { unimplemented!() }
}
#[observe]
pub fn let_underscore(x: Result<u8, u8>) {
    let _ = x;
    let _ = ready(1);
}
#[observe]
pub fn wildcard(x: Option<u8>) -> u8 {
    match x {
        Some(y) => y,
        _ => 0,
    }
}
#[observe]
pub fn ref_patterns(x: Option<String>) -> usize {
    match x {
        Some(ref y) => y.len(),
        None => 0,
    }
}
#[observe]
pub fn ref_pat_arg(ref x: String) -> usize {
    x.len()
}
#[observe]
pub fn toplevel_ref(&x: &u8) -> u8 {
    x
}
#[observe]
pub fn mem_forget(x: String) {
    std::mem::forget(x)
}
#[observe]
pub fn same_name(x: u8) -> u8 {
    x
}
#[observe]
pub fn redundant_closure(x: Option<u8>) -> Option<u8> {
    x.map(|y| same_name(y))
}
#[observe]
pub fn call() -> u8 {
    numeric_u8()
}
#[observe]
pub fn numeric_u8() -> u8 {
    1
}
#[observe]
pub fn self_named(self_: u8) -> u8 {
    self_
}
#[observe]
pub fn large_futures_() {
    drop(large_stack());
}
#[observe]
pub fn collapsible(x: u8) {
    if x > 1 {
        if x > 2 {
            drop(x)
        }
    }
}
#[observe]
pub fn suboptimal(x: f64) -> f64 {
    x * x + 1.0
}
#[observe]
pub fn significant_drop(m: &std::sync::Mutex<u8>) -> u8 {
    let g = m.lock().unwrap();
    let y = *g;
    y + 1
}
#[observe]
pub fn future_not_send(x: std::rc::Rc<u8>) -> impl Future<Output = u8> {
    async move {
        ready(()).await;
        *x
    }
}
#[observe]
pub async fn future_not_send_a(x: std::rc::Rc<u8>) -> u8 {
    ready(()).await;
    *x
}
#[observe]
pub fn missing_assert(x: u8) {
    assert!(x > 1);
    assert_eq!(x, 2)
}
#[observe]
pub fn tests_outside(x: u8) {
    drop(x)
}
#[observe]
pub extern "C" fn ext(x: u8) -> u8 {
    x
}
#[observe]
#[unsafe(no_mangle)]
pub extern "C" fn ext_no(x: String) -> u8 {
    x.len() as u8
}
#[observe]
fn attributes_in_front(n: u8) -> u8 {
    #![allow(unused_variables)]
    let unused = n;
    1
}

#[observe]
async fn attributes_in_front_later(n: u8) -> u8 {
    #![allow(unused_variables, clippy::let_unit_value)]
    let unused = std::future::ready(()).await;
    n
}

fn main() {}
