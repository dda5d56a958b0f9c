//! Every option of `#[observe]`, `impl` blocks, and other attributes above and below.

mod blocks;
mod options;
mod others;

fn block_on<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}
