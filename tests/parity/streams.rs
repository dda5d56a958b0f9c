//! What comes back in pieces.

use std::pin::Pin;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream, Stream};

use super::observe;
use crate::report::{Loud, NotSend as _, Probe, Report, block_on, call, event, pause};

type Tokens = Pin<Box<dyn Stream<Item = Result<String, std::fmt::Error>> + Send>>;

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[observe]
fn opaque_stream(text: &str) -> impl Stream<Item = String> + Send + use<> {
    stream::iter(words(text))
}

#[observe]
fn borrowing_stream<'a>(list: &'a [u8], by: &'a u8) -> impl Stream<Item = u8> + 'a {
    stream::iter(list).map(move |n| n + by)
}

#[observe]
fn unpin_stream(count: u8) -> impl Stream<Item = u8> + Unpin {
    stream::iter(0..count)
}

#[observe]
fn boxed_stream(text: &str) -> Pin<Box<dyn Stream<Item = String> + Send>> {
    Box::pin(stream::iter(words(text)))
}

#[observe]
fn boxed_borrowing_stream<'a>(list: &'a [u8]) -> Pin<Box<dyn Stream<Item = &'a u8> + 'a>> {
    Box::pin(stream::iter(list))
}

#[observe]
fn aliased_stream(count: u8) -> BoxStream<'static, u8> {
    stream::iter(0..count).boxed()
}

#[observe]
fn result_of_stream(fail: bool) -> Result<Tokens, String> {
    if fail {
        return Err("refused".to_owned());
    }
    Ok(Box::pin(stream::iter([Ok("a".to_owned()), Err(std::fmt::Error), Ok("b".to_owned())])))
}

#[observe]
async fn stream_later(count: u8) -> Result<impl Stream<Item = u8>, String> {
    pause().await;
    if count == 0 {
        return Err("none".to_owned());
    }
    Ok(stream::iter(0..count))
}

#[observe]
async fn boxed_stream_later(text: &str) -> anyhow::Result<Tokens> {
    pause().await;
    let words: Vec<_> = words(text).into_iter().map(Ok).collect();
    Ok(Box::pin(stream::iter(words)))
}

#[observe]
fn stream_with_drops(a: Loud) -> impl Stream<Item = usize> {
    event("prepared");
    stream::unfold((a, 0), |(a, n)| async move {
        pause().await;
        (n < 2).then(|| (n + a.name().len(), (a, n + 1)))
    })
}

#[observe]
fn stream_by_macro(count: u8) -> impl Stream<Item = u8> {
    async_stream::stream! {
        for n in 0..count {
            pause().await;
            yield n;
        }
    }
}

#[observe]
fn stream_beside(count: u8) -> (u8, impl Stream<Item = u8>) {
    (count, stream::iter(0..count))
}

struct Source(u8);

impl Source {
    #[observe]
    fn items(&mut self) -> impl Stream<Item = u8> + '_ {
        stream::iter(std::iter::from_fn(|| {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }))
    }
}

fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    block_on(stream.collect())
}

fn first<S: Stream>(stream: S) -> Option<S::Item> {
    let mut stream = Box::pin(stream);
    let first = block_on(stream.next());
    event("first came");
    first
}

pub(crate) fn run(report: &mut Report) {
    let a = || Loud("a");
    call!(report, all(opaque_stream("what is it")));
    call!(report, Probe(&opaque_stream("a")).is_send());
    call!(report, all(borrowing_stream(&[1, 2], &3)));
    call!(report, block_on(unpin_stream(2).next()));
    call!(report, all(boxed_stream("what is it")));
    call!(report, Probe(&boxed_stream("a")).is_send());
    call!(report, all(boxed_borrowing_stream(&[1, 2])));
    call!(report, Probe(&boxed_borrowing_stream(&[1, 2])).is_send());
    call!(report, all(aliased_stream(3)));
    call!(report, result_of_stream(false).map(all));
    call!(report, result_of_stream(true).map(all));
    call!(report, block_on(stream_later(2)).map(all));
    call!(report, block_on(stream_later(0)).map(all));
    call!(report, block_on(boxed_stream_later("a b")).map(all).ok());
    call!(report, all(stream_with_drops(a())));
    call!(report, first(stream_with_drops(a())));
    call!(report, drop(stream_with_drops(a())));
    call!(report, first(stream_by_macro(2)));
    call!(report, all(stream_by_macro(2)));
    call!(report, all(stream_beside(2).1));
    call!(report, all(Source(2).items()));
    call!(report, opaque_stream("a b c").size_hint());
    call!(report, boxed_stream("a b c").size_hint());
}
