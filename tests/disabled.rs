//! Switched off: no record, no allocation; the program is as it was.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::Pin;

use futures::{FutureExt, Stream, StreamExt};
use observe::{Config, Context, Level, Score, Usage, observe};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came.
#[expect(unsafe_code, reason = "an allocator that counts")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Explosive;

impl serde::Serialize for Explosive {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("captured although nothing is recorded")
    }
}

#[observe]
fn sync_call(n: u32, _explosive: &Explosive) -> u32 {
    observe::update_current_observation(|o| o.metadata("never", Explosive));
    observe::update_current_trace(|t| t.user_id("never"));
    observe::score_current_trace(Score::new("never", 0.5).comment("at all").id("nor ever"));
    observe::score_current_observation(Score::new("never", "good"));
    observe::event("never").level(Level::Warning).metadata("never", Explosive);
    n + 1
}

#[observe]
async fn async_call(n: u32, _explosive: &Explosive) -> u32 {
    sync_call(n, _explosive)
}

fn by_hand() {
    let trace = observe::trace("never").user_id("never").tags(["never"]).metadata("never", Explosive);
    let call = trace.generation("never").model("never").input(Explosive).usage(Usage::tokens(1, 2));
    call.output(Explosive).score(Score::new("never", true)).end();
    trace.run(|| assert_eq!(sync_call(1, &Explosive), 2));
    trace.end();
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[observe]
fn panicking() {
    assert!(Context::current().is_recorded(), "not in the sample");
}

#[observe]
fn boxed_stream() -> Pin<Box<dyn Stream<Item = Context> + Send>> {
    Box::pin(futures::stream::iter([()]).map(|()| Context::current()))
}

#[observe]
fn boxed_future() -> Pin<Box<dyn Future<Output = Context> + Send>> {
    Box::pin(async { Context::current() })
}

#[observe]
fn opaque_stream() -> impl Stream<Item = Context> {
    futures::stream::iter([()]).map(|()| Context::current())
}

#[test]
fn nothing_is_captured_or_allocated() {
    let check = || {
        allocations(|| {
            assert_eq!(sync_call(1, &Explosive), 2);
            assert_eq!(async_call(1, &Explosive).now_or_never(), Some(2));
            assert_eq!(observe::current_trace_id(), None);
            by_hand();
        })
    };
    assert_eq!(check(), 0, "before `init`");

    let guard = Config::new().without_environment().disabled().init().unwrap();
    assert_eq!(check(), 0, "switched off");
    drop(guard);

    let dir = std::env::temp_dir().join(format!("observe-disabled-{}", std::process::id()));
    let guard = Config::new().without_environment().files(&dir).sample_rate(0.0).init().unwrap();
    assert_eq!(sync_call(1, &Explosive), 2, "sampled out");
    by_hand();
    assert_eq!(async_call(1, &Explosive).now_or_never(), Some(2), "sampled out");
    assert!(std::panic::catch_unwind(panicking).is_err(), "sampled out");
    assert_eq!(Context::current(), Context::default(), "what panicked is current no more");
    // Else what is called in there would begin traces of its own.
    let goes_on = [
        boxed_stream().next().now_or_never().flatten(),
        opaque_stream().next().now_or_never().flatten(),
        boxed_future().now_or_never(),
    ];
    assert!(!goes_on.contains(&Some(Context::default())), "{goes_on:?}");
    let stats = guard.shutdown(std::time::Duration::from_secs(5));
    assert_eq!((stats.recorded, stats.delivered), (0, 0));
    let _ = std::fs::remove_dir_all(dir);
}

#[test]
fn recorded_calls_allocate_nothing_once_they_are_warm() {
    #[observe]
    fn small(text: &str, n: u64) -> u64 {
        n + text.len() as u64
    }
    let (count, recorded) = observe::testing::captured(|| {
        let _ = small("warm", 1);
        // The shard's buffer grows now and then; it does not with every call.
        allocations(|| (0..1000).for_each(|n| assert!(small("text", n) > 3)))
    });
    assert_eq!(recorded.stats().recorded, 1001);
    assert!(count <= 16, "{count} allocations in 1000 calls");
}
