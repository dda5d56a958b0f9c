//! An observed function that is not `async`: its body runs with the call current.

use crate::call::Call;
use crate::finish::Finish;

/// Runs the body of an observed function. Called by the expansion of `#[observe]` only.
#[inline]
pub fn run<R, H>(how: H, mut call: Call, body: impl FnOnce() -> R) -> R
where
    H: Finish<R, Output = R>,
{
    // Three ways out, so that what comes out of the first two is where it is to be.
    if call.is_off() {
        // There is nothing to end.
        std::mem::forget(call);
        return body();
    }
    if H::IS_OVER && call.is_silent() {
        // Nothing is to be closed, so no panic is caught.
        let context = call.current();
        std::mem::forget(call);
        return context.run(body);
    }
    let out = how.run(&mut call, body);
    std::mem::forget(call);
    out
}

/// Ends a call with what came out of its body, or hands it on to what goes on.
#[inline]
pub fn finish<R, H: Finish<R>>(how: H, call: Call, out: R) -> H::Output {
    how.finish(call, out)
}

/// Stands in code that is never run, for a value of this type: so an `async` block, which has no arrow, is told what it
/// gives.
#[must_use]
pub fn never<R>() -> R {
    unreachable!("only the types of this code count")
}
