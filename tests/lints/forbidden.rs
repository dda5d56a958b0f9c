//! Lints that nobody may silence.

#![forbid(clippy::style, clippy::complexity, clippy::perf, unused, irrefutable_let_patterns, unreachable_code)]

use observe::observe;

#[must_use]
#[observe]
async fn later(n: u8) -> u8 {
    std::future::ready(n).await
}

struct Agent(u8);

#[observe]
impl Agent {
    #[must_use]
    async fn ask(&self, (a, b): (u8, u8)) -> Option<u8> {
        std::future::ready(a).await.checked_add(self.0 + b)
    }
}

#[observe(metadata(sum = a + b))]
fn now((a, b): (u8, u8), [first, ..]: [u8; 2]) -> u8 {
    a + b + first
}

fn main() {
    let _futures = (later(now((1, 2), [3, 4])), Agent(1).ask((1, 2)));
}
