//! Functions that every edition since 2018 compiles. Each crate compiles this file plain and observed.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use futures::stream::{self, Stream, StreamExt};

use super::observe;
use crate::report::{Loud, Report, block_on, call, event, future, pause};

struct Agent {
    name: String,
    turns: u8,
}

impl Agent {
    #[observe]
    fn name(&self) -> &str {
        &self.name
    }

    #[observe]
    fn turns_mut(&mut self) -> &mut u8 {
        &mut self.turns
    }

    #[observe]
    async fn answer(&mut self, question: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
        pause().await;
        if question.is_empty() {
            return Err("no question".into());
        }
        self.turns += 1;
        Ok(format!("{}: {}", self.name, question))
    }

    #[observe]
    fn stream<'a>(&'a self, by: &'a str) -> impl Stream<Item = String> + 'a {
        stream::iter(self.name.split(' ')).map(move |word| word.to_owned() + by)
    }
}

trait Chat {
    async fn chat(&self, question: &str) -> usize;

    #[observe]
    fn shout(&self, text: &str) -> String {
        text.to_uppercase()
    }
}

impl Chat for Agent {
    #[observe]
    async fn chat(&self, question: &str) -> usize {
        pause().await;
        self.name.len() + question.len()
    }
}

#[async_trait::async_trait]
trait Boxed {
    async fn boxed(&self, question: &str) -> usize;
}

#[async_trait::async_trait]
impl Boxed for Agent {
    #[observe]
    async fn boxed(&self, question: &str) -> usize {
        pause().await;
        self.name.len() + question.len()
    }
}

#[observe]
async fn borrows(text: &str) -> usize {
    pause().await;
    text.len()
}

#[observe]
async fn borrows_twice<'a>(first: &'a str, second: &str, list: &mut Vec<&'a str>) -> &'a str {
    pause().await;
    list.push(first);
    let _ = second;
    first
}

#[observe]
async fn generic<T: Clone + Send, F: Fn(&T) -> u8>(value: &T, function: F) -> (T, u8) {
    pause().await;
    (value.clone(), function(value))
}

#[observe]
async fn opaque(text: impl Into<String>) -> impl Display {
    let text = text.into();
    pause().await;
    text + "!"
}

#[observe]
fn opaque_at_once(n: u8) -> impl Display {
    n + 1
}

#[observe]
fn opaque_future<'a>(text: &'a str) -> impl Future<Output = usize> + 'a {
    let length = text.len();
    async move {
        pause().await;
        length
    }
}

#[observe]
fn boxed_future<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = &'a str> + Send + 'a>> {
    Box::pin(async move {
        pause().await;
        text
    })
}

#[observe]
fn question_mark(text: &str) -> Result<u8, Box<dyn Error>> {
    let n: u8 = text.parse()?;
    Ok(n)
}

#[observe]
fn patterns((mut a, _): (u8, u8), [head, ..]: [u8; 3], &b: &u8) -> u8 {
    a += head;
    a + b
}

/// Temporaries of the last expression go before or after the locals, by edition.
#[observe]
fn temporary_in_the_tail() -> usize {
    let _local = Loud("local");
    Loud("temporary").name().len()
}

#[observe]
async fn temporary_in_the_tail_later() -> usize {
    let _local = Loud("local");
    pause().await;
    Loud("temporary").name().len()
}

/// Those of a condition, too.
#[observe]
fn temporary_in_if_let() -> usize {
    if let Some(length) = Some(Loud("temporary")).as_ref().map(|loud| loud.name().len() - 9) {
        length
    } else {
        event("else");
        7
    }
}

#[observe]
fn temporary_where_else_runs() -> usize {
    if let Some(loud) = Some(Loud("temporary")).as_ref().filter(|_| false) {
        loud.name().len()
    } else {
        event("else");
        7
    }
}

/// What a closure takes along is a whole value or a field, by edition.
#[observe]
fn closure_of_a_field() -> u8 {
    let pair = (Loud("first"), Loud("second"));
    let closure = move || event(pair.0.name());
    closure();
    drop(closure);
    event("closure gone");
    1
}

#[observe]
fn unused_arguments(_a: Loud, b: Loud, _: Loud, _c: Loud) -> Loud {
    event("body");
    b
}

#[observe]
async fn unused_arguments_later(_a: Loud, b: Loud, _: Loud) -> usize {
    event("polled");
    pause().await;
    b.name().len()
}

#[observe]
fn borrowed_in_the_tail(cell: &RefCell<Vec<u8>>) -> usize {
    let _local = Loud("local");
    cell.borrow().len()
}

#[observe]
fn never() -> ! {
    std::panic::panic_any("never")
}

#[observe]
fn to_coerce(is: bool) -> Box<dyn Fn(u8) -> u8> {
    if is {
        return Box::new(|n| n + 1);
    }
    Box::new(|n| n)
}

pub(crate) fn run(report: &mut Report) {
    let (a, b, c) = (|| Loud("a"), || Loud("b"), || Loud("c"));
    let mut agent = Agent { name: "ada l".to_owned(), turns: 1 };
    call!(report, agent.name().to_owned());
    call!(report, *agent.turns_mut());
    call!(report, block_on(agent.answer("?")).ok());
    call!(report, block_on(agent.answer("")).map_err(|error| error.to_string()));
    call!(report, block_on(agent.stream("!").collect::<Vec<_>>()));
    call!(report, agent.shout("text"));
    future!(report, agent.chat("?"));
    future!(report, agent.boxed("?"));
    future!(report, borrows("text"));
    let (second, mut list) = (String::from("second"), Vec::new());
    future!(report, borrows_twice("first", &second, &mut list));
    future!(report, generic(&"x", |text| text.len() as u8));
    call!(report, block_on(opaque("text")).to_string());
    call!(report, opaque_at_once(1).to_string());
    future!(report, opaque_future("text"));
    future!(report, boxed_future("text"));
    call!(report, question_mark("1").ok());
    call!(report, question_mark("x").map_err(|error| error.to_string()));
    call!(report, patterns((1, 2), [3, 4, 5], &6));
    call!(report, temporary_in_the_tail());
    future!(report, temporary_in_the_tail_later());
    call!(report, temporary_in_if_let());
    call!(report, temporary_where_else_runs());
    call!(report, closure_of_a_field());
    call!(report, unused_arguments(a(), b(), c(), Loud("d")));
    future!(report, unused_arguments_later(a(), b(), c()));
    call!(report, borrowed_in_the_tail(&RefCell::new(vec![1])));
    call!(report, {
        never();
    });
    call!(report, to_coerce(true)(1));
}
