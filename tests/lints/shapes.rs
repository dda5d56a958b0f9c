//! Functions of every shape.

#![allow(dead_code, deprecated)]

use observe::observe;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::future::{Future, ready};
use std::marker::PhantomData;
use std::ops::{Add, ControlFlow, Deref, Index};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

// GATs
trait Lend {
    type Item<'a>
    where
        Self: 'a;
    fn lend<'a>(&'a mut self) -> Option<Self::Item<'a>>;
    fn peek<'a>(&'a self, n: usize) -> Self::Item<'a>;
}
struct Windows {
    data: Vec<u8>,
    at: usize,
}
impl Lend for Windows {
    type Item<'a> = &'a [u8];
    #[observe]
    fn lend<'a>(&'a mut self) -> Option<Self::Item<'a>> {
        self.at += 1;
        self.data.get(self.at - 1..=self.at)
    }
    #[observe]
    fn peek<'a>(&'a self, n: usize) -> Self::Item<'a> {
        &self.data[n..]
    }
}
trait Family {
    type Of<T>;
    fn wrap<T>(value: T) -> Self::Of<T>;
}
struct VecFamily;
impl Family for VecFamily {
    type Of<T> = Vec<T>;
    #[observe]
    fn wrap<T>(value: T) -> Self::Of<T> {
        vec![value]
    }
}
#[observe]
fn lend_all<L: Lend>(mut l: L) -> usize
where
    for<'a> L::Item<'a>: Debug,
{
    let mut n = 0;
    while let Some(x) = l.lend() {
        n += format!("{x:?}").len();
    }
    n
}
// HRTB
#[observe]
fn hrtb<F>(f: F) -> usize
where
    F: for<'a> Fn(&'a str) -> &'a str,
{
    f("abc").len()
}
#[observe]
fn hrtb_dyn(f: &dyn for<'a> Fn(&'a str) -> &'a str) -> usize {
    f("abc").len()
}
#[observe]
fn hrtb_ptr(f: for<'a> fn(&'a str) -> &'a str) -> usize {
    f("abc").len()
}
#[observe]
fn hrtb_box<'b>(f: Box<dyn for<'a> Fn(&'a str) -> Box<dyn Display + 'a> + 'b>) -> String {
    f("abc").to_string()
}
#[observe]
async fn hrtb_async<F>(f: F) -> usize
where
    F: for<'a> AsyncFn(&'a str) -> usize,
{
    f("abc").await
}
#[observe]
fn ret_hrtb() -> impl for<'a> Fn(&'a str) -> &'a str {
    |x| x.trim()
}
#[observe]
fn ret_box_hrtb<'b>(p: &'b str) -> Box<dyn for<'a> Fn(&'a str) -> bool + 'b> {
    Box::new(move |x| x.starts_with(p))
}
// dyn with lifetimes
trait Tool {
    fn run(&self) -> u8;
    fn boxed<'a>(&'a self) -> Box<dyn Tool + 'a>
    where
        Self: Sized,
    {
        Box::new(Shim(self))
    }
}
struct Shim<'a, T: Tool + ?Sized>(&'a T);
impl<T: Tool + ?Sized> Tool for Shim<'_, T> {
    #[observe]
    fn run(&self) -> u8 {
        self.0.run() + 1
    }
}
struct One;
impl Tool for One {
    #[observe]
    fn run(&self) -> u8 {
        1
    }
}
#[observe]
fn dyn_life<'a>(t: &'a (dyn Tool + 'a)) -> Box<dyn Tool + 'a> {
    Box::new(Shim(t))
}
#[observe]
fn dyn_mut<'a, 'b: 'a>(t: &'a mut (dyn Tool + 'b)) -> &'a (dyn Tool + 'b) {
    t
}
#[observe]
fn upcast(t: Box<dyn Sub>) -> Box<dyn Tool> {
    t
}
trait Sub: Tool {}
impl Sub for One {}
// impl Trait nested
#[observe]
fn nested_impl() -> impl Iterator<Item = impl Iterator<Item = impl Display + Clone> + Clone> + Clone {
    (0..2).map(|n| (0..n).map(|m: i32| m + 1))
}
#[observe]
fn nested_arg(x: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    x.into_iter().map(Into::into).collect()
}
#[observe]
fn fut_of_impl() -> impl Future<Output = impl Display> {
    ready(3_u8)
}
#[observe]
fn fut_of_fut() -> impl Future<Output = impl Future<Output = u8>> {
    async { ready(1) }
}
#[observe]
fn opt_impl(b: bool) -> Option<impl Display> {
    b.then_some("x")
}
#[observe]
fn res_impl_fut(b: bool) -> Result<impl Future<Output = u8>, String> {
    if b { Ok(ready(1)) } else { Err("no".into()) }
}
#[observe]
fn precise<'a, T>(x: &'a str, t: T) -> impl Display + use<'a, T> {
    let _ = t;
    x
}
#[observe]
fn precise_none(x: &str) -> impl Future<Output = usize> + use<> {
    let n = x.len();
    async move { n }
}
#[observe]
async fn precise_async(x: &str) -> impl Display + use<> {
    x.len()
}
// let chains
#[observe]
fn chains(a: Option<u8>, b: Result<u8, String>) -> u8 {
    if let Some(x) = a
        && let Ok(y) = b
        && x < y
    {
        x + y
    } else {
        0
    }
}
#[observe]
async fn chains_async(a: Option<u8>, b: Result<u8, String>) -> u8 {
    while let Some(x) = a
        && let Ok(y) = &b
    {
        ready(()).await;
        return x + y;
    }
    0
}
// async in traits with generics
trait Ask<K> {
    async fn ask<'a, Q: Display + 'a>(&'a self, q: Q, k: &'a K) -> Result<&'a K, String>;
    async fn twice(&mut self) -> u8 {
        self.once().await + self.once().await
    }
    async fn once(&mut self) -> u8;
    fn make() -> Self
    where
        Self: Sized;
    fn size(&self) -> usize
    where
        Self: Sized,
    {
        size_of::<Self>()
    }
}
struct Model<T> {
    t: T,
    n: u8,
}
impl<T: Default, K: Debug> Ask<K> for Model<T> {
    #[observe]
    async fn ask<'a, Q: Display + 'a>(&'a self, q: Q, k: &'a K) -> Result<&'a K, String> {
        if self.n > 0 { Ok(k) } else { Err(q.to_string()) }
    }
    #[observe]
    async fn once(&mut self) -> u8 {
        self.n += 1;
        self.n
    }
    #[observe]
    fn make() -> Self
    where
        Self: Sized,
    {
        Model { t: T::default(), n: 0 }
    }
}
trait Defaults: Sized {
    const N: usize = 3;
    #[observe]
    fn d(&self) -> usize {
        Self::N
    }
    #[observe]
    async fn e(&self, x: u8) -> usize {
        Self::N + usize::from(x)
    }
    #[observe]
    fn f(self) -> Self {
        self
    }
    #[observe]
    fn g<'a>(&'a self, other: &'a Self) -> (&'a Self, &'a Self)
    where
        Self: 'a,
    {
        (self, other)
    }
}
impl Defaults for u8 {}
impl Defaults for String {
    const N: usize = 9;
}
// aliases
type BoxFut<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type SendFut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
#[observe]
fn aliased<'a>(x: &'a str) -> BoxFut<'a, usize> {
    Box::pin(async move { x.len() })
}
#[observe]
fn aliased_elided(x: &str) -> SendFut<'_, usize> {
    Box::pin(async move { x.len() })
}
#[observe]
fn recursive(n: u8) -> SendFut<'static, u32> {
    Box::pin(async move { if n == 0 { 0 } else { u32::from(n) + recursive(n - 1).await } })
}
#[observe]
async fn recursive_async(n: u8) -> u32 {
    if n == 0 { 0 } else { u32::from(n) + Box::pin(recursive_async(n - 1)).await }
}
// const generics
#[observe]
fn array<const N: usize>(x: [u8; N]) -> [u8; N] {
    x
}
#[observe]
fn array_t<T: Copy + Default, const N: usize, const B: bool>(x: &[T; N]) -> Option<[T; N]> {
    B.then(|| *x)
}
struct Matrix<const R: usize, const C: usize>([[u8; C]; R]);
impl<const R: usize, const C: usize> Matrix<R, C> {
    const CELLS: usize = R * C;
    #[observe]
    fn transpose(&self) -> Matrix<C, R> {
        let mut m = Matrix([[0; R]; C]);
        for r in 0..R {
            for c in 0..C {
                m.0[c][r] = self.0[r][c];
            }
        }
        m
    }
    #[observe]
    async fn cells(self) -> usize {
        let _ = &self.0;
        Self::CELLS
    }
    #[observe]
    fn row<const K: usize>(&self) -> &[u8; C] {
        const { assert!(K < 10) };
        &self.0[K]
    }
}
#[observe]
fn const_expr(x: [u8; { 1 + 2 }]) -> [u8; { 2 + 1 }]
where
    [(); 3]: Sized,
{
    x
}
// attributes on params
#[observe]
fn params(
    #[allow(unused_variables)] a: u8,
    #[cfg(any())] b: Missing,
    #[cfg(all())] c: u8,
    #[cfg_attr(all(), allow(unused_mut))] mut d: u8,
) -> u8 {
    c + d
}
#[observe]
async fn params_async(
    #[allow(unused_variables)] a: u8,
    #[cfg(any())] b: Missing,
    #[cfg(all())] c: String,
    #[cfg_attr(all(), allow(unused_mut))] mut d: u8,
) -> usize {
    c.len() + usize::from(d)
}
/// docs
#[doc = "more"]
#[doc(alias = "x")]
#[cfg_attr(all(), doc = "even more")]
#[cfg_attr(any(), missing_macro)]
#[inline]
#[must_use]
#[observe]
#[deprecated(note = "old")]
fn attrs(x: u8) -> u8 {
    x
}
#[cfg(any())]
#[observe]
fn gone(x: Missing) -> Missing {
    x
}
#[observe]
#[cold]
#[inline(never)]
fn cold(x: u8) -> u8 {
    x
}
#[observe]
#[track_caller]
fn tracked(x: Option<u8>) -> u8 {
    x.unwrap()
}
#[observe]
extern "C" fn c_abi(x: u8) -> u8 {
    x + 1
}
#[observe]
extern "system" fn system_abi(x: u8, y: &u8) -> u8 {
    x + y
}
#[observe]
unsafe extern "C" fn unsafe_c(x: *const u8) -> u8 {
    unsafe { *x }
}
#[observe]
unsafe fn unsafe_ref<'a, T>(x: *const T) -> &'a T {
    unsafe { &*x }
}
#[observe]
fn zst(x: (), y: PhantomData<fn() -> u8>) -> ((), PhantomData<fn() -> u8>) {
    (x, y)
}
#[observe]
fn never_in_result(x: Result<u8, std::convert::Infallible>) -> u8 {
    match x {
        Ok(x) => x,
    }
}
#[observe]
fn never_arg(x: std::convert::Infallible) -> u8 {
    match x {}
}
#[observe]
async fn huge() -> usize {
    let a = [1_u8; 5000];
    ready(()).await;
    a.iter().map(|&x| usize::from(x)).sum()
}
#[observe]
async fn huge_arg(a: [u8; 5000]) -> usize {
    ready(()).await;
    a.len()
}
#[observe]
async fn outer_huge() -> usize {
    huge().await + huge_arg([0; 5000]).await
}
// bodies
#[observe]
fn nested_items(x: u8) -> u8 {
    const K: u8 = 2;
    static S: u8 = 3;
    struct P(u8);
    impl P {
        fn get(&self) -> u8 {
            self.0
        }
    }
    enum E {
        A(u8),
    }
    use E::*;
    macro_rules! add {
        ($a:expr) => {
            $a + 1
        };
    }
    mod inner {
        pub fn f() -> u8 {
            7
        }
    }
    type U = u8;
    fn g(y: U) -> U {
        y
    }
    let A(a) = A(x);
    add!(P(a).get()) + K + S + inner::f() + g(1)
}
#[observe]
fn labels(x: u8) -> u8 {
    let r = 'outer: loop {
        for i in 0..10 {
            if i == x {
                break 'outer i * 2;
            }
        }
        break 99;
    };
    let b = 'block: {
        if x > 3 {
            break 'block 1;
        }
        2
    };
    r + b
}
#[observe]
async fn labels_async(x: u8) -> u8 {
    let mut n = 0;
    'a: while n < 10 {
        loop {
            n += 1;
            ready(()).await;
            if n == x {
                break 'a;
            }
            if n % 2 == 0 {
                continue 'a;
            }
        }
    }
    n
}
#[observe]
fn closures(x: u8) -> impl Fn(u8) -> Box<dyn Fn(u8) -> u8> {
    move |y| Box::new(move |z| x + y + z)
}
#[observe]
fn closure_return(x: u8) -> u8 {
    let f = |y: u8| -> u8 {
        if y > 1 {
            return 5;
        }
        y
    };
    f(x) + (|| return 1u8)()
}
#[observe]
fn question_closure(x: &str) -> Option<u8> {
    let f = || -> Option<u8> { x.parse().ok() };
    Some(f()? + 1)
}
#[observe]
fn control(x: u8) -> ControlFlow<u8, String> {
    if x > 1 {
        ControlFlow::Break(x)?
    }
    ControlFlow::Continue("c".into())
}
#[observe]
fn option_q(x: Option<u8>) -> Option<u8> {
    let y = x?;
    y.checked_add(250)
}
#[observe]
fn matches_all(x: &[u8]) -> &[u8] {
    match x {
        [first, rest @ ..] if *first == 1 => rest,
        [.., last] if *last > 1 => &x[..1],
        _ => &[],
    }
}
#[observe]
fn let_else(x: Option<&str>) -> &str {
    let Some(y) = x else { return "none" };
    y
}
#[observe]
fn diverge_if(x: u8) -> u8 {
    if x == 0 { panic!("zero") } else { x }
}
#[observe]
fn async_blocks(x: u8) -> impl Future<Output = Result<u8, String>> {
    async move {
        let y: u8 = async { Ok::<u8, String>(x) }.await?;
        Ok(y + 1)
    }
}
#[observe]
fn slices<'a>([a, b, rest @ ..]: &'a [u8; 4], (c, (d, ..)): (u8, (u8, u8, u8))) -> (&'a [u8], u8) {
    (rest, a + b + c + d)
}
#[observe]
fn at_pattern(x @ 0..=255: u8, ref y: String, ref mut z: Vec<u8>) -> usize {
    z.push(x);
    y.len() + z.len()
}
#[observe]
async fn refs_async(ref y: String, ref mut z: Vec<u8>, &w: &u8) -> usize {
    z.push(w);
    ready(()).await;
    y.len() + z.len()
}
#[observe]
fn raw(r#type: u8, r#fn: &str, r#async: String) -> String {
    format!("{type}{}{async}", r#fn, r#type = r#type, r#async = r#async)
}
#[observe]
fn wild(_: u8, _: String, (_, x): (String, u8), _y: Vec<u8>) -> u8 {
    x
}
// generics
struct Typed<T: ?Sized, U = u8>(PhantomData<U>, Box<T>);
impl<T: ?Sized + Debug, U> Typed<T, U> {
    const NAME: &'static str = "typed";
    #[observe]
    fn show(&self) -> String {
        format!("{}{:?}", Self::NAME, &self.1)
    }
    #[observe]
    fn map<V, F>(self, f: F) -> Typed<V, U>
    where
        F: FnOnce(Box<T>) -> V,
    {
        Typed(PhantomData, Box::new(f(self.1)))
    }
    #[observe]
    async fn id(self: Box<Self>) -> Box<Self> {
        self
    }
    #[observe]
    fn pinned(self: Pin<&mut Self>) -> &'static str {
        Self::NAME
    }
    #[observe]
    fn arc(self: &Arc<Self>) -> Arc<Self> {
        Arc::clone(self)
    }
    #[observe]
    fn rc_rc(self: Rc<Rc<Self>>) -> usize {
        Rc::strong_count(&self)
    }
}
impl<T: Add<Output = T> + Copy> Add for Model<T> {
    type Output = Self;
    #[observe]
    fn add(self, o: Self) -> Self {
        Model { t: self.t + o.t, n: self.n }
    }
}
impl<T> Deref for Model<T> {
    type Target = T;
    #[observe]
    fn deref(&self) -> &T {
        &self.t
    }
}
impl<T> Index<usize> for Model<Vec<T>> {
    type Output = T;
    #[observe]
    fn index(&self, i: usize) -> &T {
        &self.t[i]
    }
}
impl<T> Iterator for Model<T>
where
    T: Clone,
{
    type Item = T;
    #[observe]
    fn next(&mut self) -> Option<T> {
        if self.n == 0 {
            None
        } else {
            self.n -= 1;
            Some(self.t.clone())
        }
    }
}
impl Future for Model<u8> {
    type Output = u8;
    #[observe]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u8> {
        if self.n == 0 {
            Poll::Ready(self.t)
        } else {
            self.n -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}
impl<T: Display> Display for Model<T> {
    #[observe]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>", self.t)
    }
}
impl<T> From<T> for Model<Option<T>> {
    #[observe]
    fn from(t: T) -> Self {
        Model { t: Some(t), n: 0 }
    }
}
impl Extend<u8> for Model<Vec<u8>> {
    #[observe]
    fn extend<I: IntoIterator<Item = u8>>(&mut self, i: I) {
        self.t.extend(i)
    }
}
#[observe]
fn guards(m: &Mutex<Vec<u8>>) -> std::sync::MutexGuard<'_, Vec<u8>> {
    m.lock().unwrap()
}
#[observe]
fn temporaries(m: &Mutex<Vec<u8>>) -> usize {
    m.lock().unwrap().len()
}
#[observe]
fn temp_own(m: Arc<Mutex<Vec<u8>>>) -> usize {
    m.lock().unwrap().len()
}
#[observe]
async fn temp_own_async(m: Arc<Mutex<Vec<u8>>>) -> usize {
    m.lock().unwrap().len()
}
#[observe]
fn entry<'a>(m: &'a mut HashMap<String, Vec<u8>>, k: &str) -> &'a mut Vec<u8> {
    if !m.contains_key(k) {
        m.insert(k.to_owned(), vec![]);
    }
    m.get_mut(k).unwrap()
}
#[observe]
fn reborrow<'a>(v: &'a mut Vec<u8>) -> &'a mut u8 {
    v.push(1);
    let l = v.len();
    &mut v[l - 1]
}
#[observe]
fn two_mut<'a, 'b>(a: &'a mut u8, b: &'b mut u8) -> (&'a mut u8, &'b mut u8) {
    std::mem::swap(a, b);
    (a, b)
}
#[observe]
fn cow(x: &str) -> std::borrow::Cow<'_, str> {
    if x.is_empty() { "none".into() } else { x.into() }
}
#[observe]
fn static_life(x: &'static str) -> &'static str {
    x
}
#[observe]
fn fn_once(f: impl FnOnce() -> String + Send + 'static) -> String {
    std::thread::spawn(f).join().unwrap()
}
#[observe]
fn fn_mut(mut f: impl FnMut(u8)) {
    f(1);
    f(2)
}
#[observe]
fn dyn_fn_mut(f: &mut dyn FnMut(u8)) {
    f(1);
    f(2)
}
#[observe]
fn coercion(b: bool) -> Box<dyn Fn(u8) -> u8> {
    if b {
        return Box::new(|x| x + 1);
    }
    Box::new(|x| x)
}
#[observe]
fn array_coerce(b: bool) -> &'static [u8] {
    if b {
        return &[1, 2];
    }
    &[]
}
#[observe]
fn fn_ptr(b: bool) -> fn(u8) -> u8 {
    if b {
        return |x| x + 1;
    }
    |x| x
}
#[observe]
async fn coercion_async(b: bool) -> Box<dyn Display + Send> {
    if b {
        return Box::new(1);
    }
    Box::new("x")
}
#[observe]
fn unit_struct() -> One {
    One
}
#[observe]
fn tuple_ret() -> (One, PhantomData<dyn Tool>, fn()) {
    (One, PhantomData, || ())
}
#[observe]
fn long_tuple(a: (u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64)) -> u8 {
    a.0
}
#[observe]
fn very_long_tuple(a: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8)) -> u8 {
    a.17
}
#[observe]
fn fn16(f: fn(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8) -> u8) -> u8 {
    f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
}
#[observe]
fn assoc<I: Iterator<Item: Debug + Clone>>(mut i: I) -> Option<I::Item> {
    i.next()
}
#[observe]
fn proj<T>(x: <Vec<T> as IntoIterator>::IntoIter) -> <std::vec::IntoIter<T> as Iterator>::Item {
    x.into_iter().next().unwrap()
}
#[observe]
fn where_weird<T>(x: T) -> T
where
    T:,
    Vec<T>: Clone,
    for<'a> &'a T: Sized,
{
    x
}
#[observe]
fn lifetimes_bounds<'a, 'b: 'a, T: 'b + ?Sized>(x: &'a &'b T) -> &'a T {
    x
}
#[observe]
pub(crate) fn vis(x: u8) -> u8 {
    x
}
#[observe]
async fn not_send(x: Rc<u8>) -> u8 {
    ready(()).await;
    *x
}
#[observe]
async fn send(x: Arc<u8>) -> u8 {
    ready(()).await;
    *x
}
#[observe]
async fn borrowed_across<'a>(x: &'a mut String, y: &str) -> &'a str {
    ready(()).await;
    x.push_str(y);
    x
}
#[observe]
async fn own_lifetimes<'a, 'b>(x: &'a str, y: &'b str) -> (&'b str, &'a str) {
    ready(()).await;
    (y, x)
}
#[observe]
async fn async_gen<T: Send, F: Future<Output = T> + Send>(f: F) -> T {
    f.await
}
#[observe]
async fn shadow_prelude() -> Result<u8, ()> {
    #[allow(non_snake_case, dead_code)]
    fn Some() {}
    #[allow(dead_code)]
    struct Option;
    #[allow(dead_code)]
    enum Default {
        Ok,
    }
    #[allow(unused_macros)]
    macro_rules! vec {
        () => {};
    }
    Ok(1)
}
#[observe]
fn shadow_prelude_sync() -> Result<u8, String> {
    #[allow(dead_code)]
    struct Result;
    #[allow(dead_code)]
    struct Option;
    #[allow(unused_macros)]
    macro_rules! matches {
        () => {};
    }
    Ok(1)
}
#[observe(name = format!("x{}", a), metadata(k = b.len()))]
fn expr(a: u8, b: &str) -> u8 {
    a
}
fn main() {}
