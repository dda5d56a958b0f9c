//! On an `impl` block the attribute stands for one on each method.

use observe::observe;
use observe::testing::captured;

use crate::block_on;

struct Agent;

struct Store {
    #[allow(dead_code, reason = "one more field")]
    size: usize,
}

#[observe(as_type = "tool", qualified)]
impl Store {
    const LIMIT: usize = 3;

    fn open() -> Self {
        Self { size: Self::limit() }
    }

    /// Documented.
    pub(crate) async fn find(&self, query: &str) -> Option<usize> {
        query.find('y')
    }

    #[observe(skip)]
    fn hidden(&self) -> usize {
        self.size
    }

    #[observe(name = "own", skip_all)]
    fn own(&self, secret: &str) -> usize {
        secret.len() + self.hidden()
    }

    const fn limit() -> usize {
        Self::LIMIT
    }
}

#[observe]
impl Iterator for Store {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.size = self.size.checked_sub(1)?;
        Some(self.size)
    }
}

#[async_trait::async_trait]
trait Tool {
    async fn call(&self, input: &str) -> usize;
    async fn twice(&self, input: &str) -> usize;
}

#[observe(as_type = "tool")]
#[async_trait::async_trait]
impl Tool for Store {
    async fn call(&self, input: &str) -> usize {
        input.len()
    }

    #[observe(skip)]
    async fn twice(&self, input: &str) -> usize {
        self.call(input).await * 2
    }
}

#[async_trait::async_trait]
#[observe(as_type = "agent")]
impl Tool for Agent {
    async fn call(&self, input: &str) -> usize {
        input.len()
    }

    async fn twice(&self, input: &str) -> usize {
        self.call(input).await * 2
    }
}

#[test]
fn an_impl_block_observes_each_method() {
    let (_, recorded) = captured(|| {
        let store = Store::open();
        block_on(store.find("why"));
        store.own("abc");
    });
    let tree = "Store::open [tool] → \"attribute::blocks::Store\"\nStore::find [tool] {\"query\":\"why\"} → 2\nown [span] → 6\n";
    assert_eq!(recorded.tree(), tree);
    let (_, recorded) = captured(|| Store { size: 1 }.next());
    assert_eq!(recorded.tree(), "next [span] → 0\n");
}

#[test]
fn an_impl_block_with_async_trait_on_either_side() {
    let (_, recorded) = captured(|| block_on(Store { size: 1 }.twice("four")));
    assert_eq!(recorded.tree(), "call [tool] {\"input\":\"four\"} → 4\n");
    let (_, recorded) = captured(|| block_on(Agent.twice("four")));
    assert_eq!(recorded.tree(), "twice [agent] {\"input\":\"four\"} → 8\n  call [agent] {\"input\":\"four\"} → 4\n");
}
