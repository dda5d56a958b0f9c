//! What `tests/wild` found: shapes of real crates that did not compile under the attribute, or not as they were meant.

#![deny(warnings)]

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use futures::stream::{Stream, StreamExt};
use observe::observe;
use observe::testing::{captured, captured_async};

trait Equivalent<K: ?Sized> {
    fn equivalent(&self, key: &K) -> bool;
}

impl Equivalent<String> for str {
    fn equivalent(&self, key: &String) -> bool {
        self == key
    }
}

// hashbrown, src/map.rs
#[observe]
fn equivalent_key<Q, K, V>(key: &Q) -> impl Fn(&(K, V)) -> bool + '_
where
    Q: Equivalent<K> + ?Sized,
{
    move |pair| key.equivalent(&pair.0)
}

#[test]
fn a_closure_that_is_returned_deduces_its_parameters() {
    let (is_equal, recorded) = captured(|| equivalent_key::<str, String, u8>("a")(&("a".to_owned(), 1)));
    assert!(is_equal);
    assert_eq!(recorded.tree(), "equivalent_key [span] {\"key\":\"a\"}\n");
}

// hashbrown, tests of src/map.rs
#[observe]
fn inner_attributes(n: u8) -> u8 {
    #![expect(deprecated)]
    #[deprecated]
    fn twice(n: u8) -> u8 {
        n * 2
    }
    twice(n)
}

#[test]
fn a_body_may_begin_with_attributes() {
    let (twice, recorded) = captured(|| inner_attributes(2));
    assert_eq!(twice, 4);
    assert_eq!(recorded.tree(), "inner_attributes [span] {\"n\":2} → 4\n");
}

trait Service<T> {
    type Future: Future;

    fn call(&mut self, request: T) -> Self::Future;
}

type BoxedService<T, U> = Box<dyn FnMut(T) -> Pin<Box<dyn Future<Output = Result<U, Infallible>> + Send>> + Send>;

struct Boxed<T, U>(BoxedService<T, U>);

// tower, src/util/boxed/sync.rs: the future is `'static`, and nothing says that `U` is. It is put into another box all the same.
impl<T, U> Service<T> for Boxed<T, U> {
    type Future = Pin<Box<dyn Future<Output = Result<U, Infallible>> + Send>>;

    #[observe]
    fn call(&mut self, request: T) -> Self::Future {
        (self.0)(request)
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl<T, U> Boxed<T, U> {
    #[observe]
    fn call_by_name(&mut self, request: T) -> BoxFuture<'static, Result<U, Infallible>> {
        (self.0)(request)
    }
}

#[observe(skip(stream))]
fn passed_on<T>(stream: Pin<Box<dyn Stream<Item = T> + Send>>) -> Pin<Box<dyn Stream<Item = T> + Send>> {
    stream
}

#[tokio::test]
async fn a_boxed_future_of_a_parameter_is_observed_until_it_is_done() {
    let mut service = Boxed::<u8, u8>(Box::new(|request| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(within(request))
        })
    }));
    let (responses, recorded) = captured_async(|| async {
        let responses = (service.call(1).await, service.call_by_name(2).await);
        let stream = passed_on(Box::pin(futures::stream::once(async { within(3) })));
        (responses, stream.collect::<Vec<_>>().await)
    })
    .await;
    assert_eq!(responses, ((Ok(2), Ok(3)), vec![4]));
    assert_eq!(
        recorded.tree(),
        "call [span] {\"request\":1} → 2\n  within [span] {\"n\":1} → 2\n\
         call_by_name [span] {\"request\":2} → 3\n  within [span] {\"n\":2} → 3\n\
         passed_on [span] → [4]\n  within [span] {\"n\":3} → 4\n"
    );
}

#[observe]
fn within(n: u8) -> u8 {
    n + 1
}

/// Says that it is dropped, and when.
struct Borrowing<'a>(&'a std::cell::RefCell<Vec<&'static str>>);

impl Drop for Borrowing<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("dropped");
    }
}

#[observe]
fn given<T>(future: Pin<Box<dyn Future<Output = T>>>) -> Pin<Box<dyn Future<Output = T>>> {
    future
}

fn none<'a>(_: &'a std::cell::RefCell<Vec<&'static str>>) -> Pin<Box<dyn Future<Output = Option<Borrowing<'a>>>>> {
    Box::pin(async { None })
}

#[test]
fn what_it_gives_may_borrow_what_ends_before_static() {
    let events = std::cell::RefCell::new(Vec::new());
    let (_, recorded) = captured(|| {
        let mut out = futures::executor::block_on(given(none(&events)));
        out.replace(Borrowing(&events));
        drop(given(none(&events)));
    });
    assert_eq!(*events.borrow(), ["dropped"]);
    assert_eq!(recorded.tree().lines().count(), 1, "{}", recorded.tree());
}

// hashbrown, src/map.rs: an expectation of the lint stays fulfilled.
#[expect(dead_code)]
#[observe]
fn never_called() {
    fn inner() {}
    inner();
}

#[test]
fn items_named_like_variables_stay_items() {
    #![allow(non_camel_case_types, non_upper_case_globals, dead_code)]

    struct call;
    struct input;
    struct returned;
    const out: u8 = 1;
    const how: u8 = 2;
    static value: u8 = 3;
    static future: u8 = 4;
    struct running;
    struct details;
    struct slot;
    struct state;

    #[observe(level = "debug", capture(twice = n * 2), metadata(k = n))]
    fn sync(n: u8) -> Result<u8, String> {
        Ok(n + out)
    }
    #[observe]
    async fn later(text: String) -> Box<dyn std::fmt::Debug + Send> {
        Box::new(text)
    }
    #[observe]
    fn opaque(n: u8) -> impl Future<Output = u8> {
        async move { n + how }
    }
    #[observe]
    fn adder(n: u8) -> impl Fn(u8) -> u8 {
        move |other| n + other + value + future
    }
    let (_, recorded) = captured(|| {
        assert_eq!(sync(1), Ok(2));
        assert_eq!(futures::executor::block_on(opaque(1)), 3);
        assert_eq!(adder(1)(1), 9);
        drop(futures::executor::block_on(later("x".to_owned())));
    });
    assert_eq!(recorded.tree().lines().count(), 4, "{}", recorded.tree());
}
