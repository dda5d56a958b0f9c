//! What can be seen of a call from outside: result, type, drops, panic; of a future also size and `Send`.

use std::any::type_name;
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::pin::{Pin, pin};
use std::sync::Once;
use std::task::{Context, Poll, Waker};

thread_local! {
    static EVENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Panics are expected.
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
}

/// Notes that something happened on this thread.
pub(crate) fn event(what: impl Into<String>) {
    EVENTS.with_borrow_mut(|events| events.push(what.into()));
}

fn events() -> Vec<String> {
    EVENTS.with_borrow_mut(std::mem::take)
}

/// Says when it is dropped.
#[derive(Debug, PartialEq)]
pub(crate) struct Loud(pub(crate) &'static str);

impl Loud {
    pub(crate) fn name(&self) -> &'static str {
        self.0
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        event(format!("drop {}", self.0));
    }
}

/// Pending once.
#[derive(Default)]
pub(crate) struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

pub(crate) fn pause() -> Pause {
    Pause::default()
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// `is_send` is the inherent method where `T: Send`, else the trait's.
#[expect(dead_code, reason = "only its type counts")]
pub(crate) struct Probe<'a, T>(pub(crate) &'a T);

impl<T: Send> Probe<'_, T> {
    #[expect(clippy::unused_self, reason = "as the trait's")]
    pub(crate) fn is_send(&self) -> bool {
        true
    }
}

#[allow(dead_code, reason = "not all who include this file have such futures")]
pub(crate) trait NotSend {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> NotSend for Probe<'_, T> {}

/// Of a future.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) size: usize,
    pub(crate) is_send: bool,
    /// How many observed futures stand inside each other.
    pub(crate) levels: usize,
}

/// Of one call.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) call: &'static str,
    pub(crate) outcome: Result<String, String>,
    pub(crate) output: &'static str,
    pub(crate) events: Vec<String>,
    pub(crate) shape: Option<Shape>,
}

#[derive(Debug, Default)]
pub(crate) struct Report(pub(crate) Vec<Line>);

impl Report {
    pub(crate) fn add<R: Debug>(&mut self, call: &'static str, shape: Option<Shape>, work: impl FnOnce() -> R) {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = take_hook();
            set_hook(Box::new(move |panic| if IS_CALLING.get() { event(panic.to_string()) } else { before(panic) }));
        });
        if shape.is_none() {
            events();
        }
        IS_CALLING.set(true);
        let output = catch_unwind(AssertUnwindSafe(work));
        IS_CALLING.set(false);
        event("returned");
        let outcome = match output {
            Ok(output) => Ok(format!("{output:?}")),
            Err(payload) => Err((*payload).downcast_ref::<&str>().map_or_else(String::new, ToString::to_string)),
        };
        self.0.push(Line { call, outcome, output: type_name::<R>(), events: events(), shape });
    }
}

/// `call!(report, sum(1, 2))`
macro_rules! call {
    ($report:ident, $call:expr) => {
        $report.add(stringify!($call), None, || $call)
    };
}

/// `future!(report, fetch("url"))`, and `levels = 3` where observed futures stand inside each other.
macro_rules! future {
    ($report:ident, $call:expr) => {
        future!($report, $call, levels = 1)
    };
    ($report:ident, $call:expr, levels = $levels:expr) => {{
        #[allow(unused_imports, reason = "some futures are Send, some are not")]
        use $crate::report::NotSend as _;
        $report.add("before", None, || ());
        let future = $call;
        $crate::report::event("made");
        let is_send = $crate::report::Probe(&future).is_send();
        let shape = $crate::report::Shape { size: size_of_val(&future), is_send, levels: $levels };
        $report.add(stringify!($call), Some(shape), || $crate::report::block_on(future));
    }};
}

pub(crate) use {call, future};
