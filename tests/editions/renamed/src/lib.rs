//! The library under another name, and behind a module of one's own: `crate = path` says where it is.

#![cfg(test)]

use watch::observe;
use watch::testing::captured;

mod reexported {
    pub(crate) mod deep {
        pub(crate) use ::watch;
    }
}

#[observe(crate = watch)]
fn sync(question: &str) -> Result<usize, String> {
    Ok(question.len())
}

#[observe(crate = ::watch, name = "renamed")]
async fn asynchronous(question: &str, _password: &str) -> Result<usize, String> {
    if question.is_empty() { Err("empty".to_owned()) } else { sync(question) }
}

#[observe(crate = crate::reexported::deep::watch, as_type = "generation", root)]
fn stream(count: u8) -> impl futures::Stream<Item = u8> {
    futures::stream::iter(0..count)
}

struct Agent;

impl Agent {
    #[watch::observe(crate = self::reexported::deep::watch)]
    fn answer(&self, question: &str) -> String {
        question.to_owned()
    }
}

#[test]
fn the_path_is_used_throughout() {
    let (_, recorded) = captured(|| futures::executor::block_on(asynchronous("why?", "hunter2")));
    assert_eq!(
        recorded.tree(),
        "renamed [span] {\"question\":\"why?\",\"_password\":\"[redacted]\"} → 4\n  sync [span] {\"question\":\"why?\"} → 4\n"
    );
    let (items, recorded) = captured(|| futures::executor::block_on(futures::StreamExt::collect::<Vec<_>>(stream(2))));
    assert_eq!(items, [0, 1]);
    assert_eq!(recorded.tree(), "stream [generation] {\"count\":2} → [0,1]\n");
    let (_, recorded) = captured(|| Agent.answer("why?"));
    assert_eq!(recorded.tree(), "answer [span] {\"question\":\"why?\"} → \"why?\"\n");
}
