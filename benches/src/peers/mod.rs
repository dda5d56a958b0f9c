//! The workloads, once for each peer.

pub mod bare;
pub mod by_hand;
pub mod fastrace;
pub mod langfuse_sdk;
pub mod ours;
pub mod tracing;

/// The functions of the workloads with these attributes, nothing else said of them.
macro_rules! functions {
    ($(#[$attribute:meta])*) => {
        #[inline(never)]
        $(#[$attribute])*
        fn a(question: &str) -> String {
            std::hint::black_box(question).to_owned()
        }

        #[inline(never)]
        $(#[$attribute])*
        fn b(document: &$crate::data::Document) -> $crate::data::Document {
            std::hint::black_box(document).clone()
        }

        #[inline(never)]
        $(#[$attribute])*
        fn t(chat: &$crate::data::Chat) -> $crate::data::Chat {
            std::hint::black_box(chat).clone()
        }

        #[inline(never)]
        $(#[$attribute])*
        fn c(question: &str) -> String {
            c2(std::hint::black_box(question))
        }

        #[inline(never)]
        $(#[$attribute])*
        fn c2(question: &str) -> String {
            c3(std::hint::black_box(question))
        }

        #[inline(never)]
        $(#[$attribute])*
        fn c3(question: &str) -> String {
            std::hint::black_box(question).to_owned()
        }

        #[inline(never)]
        $(#[$attribute])*
        async fn d(question: &str) -> String {
            $crate::data::Yield::default().await;
            std::hint::black_box(question).to_owned()
        }
    };
}
use functions;

/// Makes a module's functions into what the harness runs, below `root`.
macro_rules! runs {
    () => {
        /// Workload a that many times.
        pub fn run_a(calls: u64) {
            $crate::peers::chunked(calls, root, &|| drop(a(std::hint::black_box($crate::data::QUESTION))));
        }

        /// Workload b that many times.
        pub fn run_b(calls: u64) {
            let document = &*$crate::data::DOCUMENT;
            $crate::peers::chunked(calls, root, &|| drop(std::hint::black_box(b(std::hint::black_box(document)))));
        }

        /// Workload t that many times.
        pub fn run_t(calls: u64) {
            let chat = &*$crate::data::CHAT;
            $crate::peers::chunked(calls, root, &|| drop(std::hint::black_box(t(std::hint::black_box(chat)))));
        }

        /// Workload c: three calls each time, so a third as often.
        pub fn run_c(calls: u64) {
            $crate::peers::chunked(calls / 3, root, &|| drop(c(std::hint::black_box($crate::data::QUESTION))));
        }

        /// Workload d that many times.
        pub fn run_d(calls: u64) {
            $crate::peers::chunked(calls, root, &|| {
                drop($crate::data::block_on(d(std::hint::black_box($crate::data::QUESTION))));
            });
        }
    };
}
use runs;

/// Calls below one root: fastrace silently drops what a root has more than 10,240 of.
const CHUNK: u64 = 500;

fn chunked(calls: u64, root: fn(&dyn Fn()), call: &dyn Fn()) {
    let mut left = calls;
    while left > 0 {
        let now = left.min(CHUNK);
        root(&|| (0..now).for_each(|_| call()));
        left -= now;
    }
}
