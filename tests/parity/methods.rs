//! Methods: every receiver, inherent and of traits, declared and implemented.

use std::ops::AddAssign;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use super::observe;
use crate::report::{Report, call, future, pause};

#[derive(Clone, Debug, Default)]
struct Agent {
    name: String,
    turns: u32,
}

impl Agent {
    #[observe]
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), turns: 0 }
    }

    #[observe]
    fn name(&self) -> &str {
        &self.name
    }

    #[observe]
    fn turn(&mut self) -> &mut Self {
        self.turns += 1;
        self
    }

    #[observe]
    fn turns_mut(&mut self) -> &mut u32 {
        &mut self.turns
    }

    #[observe]
    fn name_of_either<'a>(&'a self, other: &'a Self) -> &'a str {
        if self.turns > other.turns { &self.name } else { &other.name }
    }

    #[observe]
    fn renamed(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    #[observe]
    fn counted(self: Rc<Self>) -> usize {
        Rc::strong_count(&self)
    }

    #[observe]
    fn shared(self: Arc<Self>) -> Arc<Self> {
        self
    }

    #[observe]
    fn shared_reference(self: &Arc<Self>) -> Arc<Self> {
        Arc::clone(self)
    }

    #[observe]
    fn pinned(self: Pin<&mut Self>) -> u32 {
        self.get_mut().turns
    }

    #[observe]
    #[expect(clippy::needless_arbitrary_self_type, reason = "it is allowed")]
    fn typed(self: &Self) -> usize {
        self.name.len()
    }

    #[observe]
    fn swapped(&mut self, with: &mut Self) {
        std::mem::swap(self, with);
    }

    #[observe]
    fn closes_over_self(&self) -> Vec<String> {
        (0..2).map(|n| format!("{}{n}", self.name)).collect()
    }

    #[observe]
    async fn answer(&self, question: &str) -> String {
        pause().await;
        format!("{}: {question}", self.name)
    }

    #[observe]
    async fn turn_later(&mut self) -> &mut u32 {
        pause().await;
        self.turns += 1;
        &mut self.turns
    }

    #[observe]
    async fn renamed_later(mut self, name: String) -> Self {
        pause().await;
        self.name = name;
        self
    }

    #[observe]
    async fn shared_later(self: Arc<Self>) -> usize {
        pause().await;
        self.name.len()
    }

    #[observe]
    async fn pinned_later(self: Pin<&mut Self>) -> u32 {
        pause().await;
        self.turns
    }
}

/// Taken apart by its methods.
#[derive(Clone)]
struct Answer(String);

impl Answer {
    #[observe]
    fn into_text(self) -> String {
        self.0
    }

    #[observe]
    #[expect(clippy::boxed_local, reason = "a shape of receiver")]
    fn boxed(self: Box<Self>) -> String {
        self.0
    }

    #[observe]
    async fn into_text_later(self) -> String {
        pause().await;
        self.0
    }
}

trait Model {
    fn name(&self) -> String;

    #[observe]
    fn shout(&self) -> String {
        self.name().to_uppercase()
    }

    #[observe]
    fn constructed(name: &str) -> Self
    where
        Self: Sized + From<String>,
    {
        Self::from(name.to_owned())
    }

    #[observe]
    fn taken(self) -> usize
    where
        Self: Sized,
    {
        self.name().len()
    }

    #[observe]
    fn dynamic(self: Box<Self>) -> String {
        self.name()
    }
}

impl From<String> for Agent {
    #[observe]
    fn from(name: String) -> Self {
        Self { name, turns: 7 }
    }
}

impl Model for Agent {
    #[observe(name = "model_name")]
    fn name(&self) -> String {
        self.name.clone()
    }
}

impl AddAssign<u32> for Agent {
    #[observe]
    fn add_assign(&mut self, turns: u32) {
        self.turns += turns;
    }
}

impl Iterator for Agent {
    type Item = u32;

    #[observe]
    fn next(&mut self) -> Option<u32> {
        self.turns = self.turns.checked_sub(1)?;
        Some(self.turns)
    }
}

impl Drop for Agent {
    #[observe]
    fn drop(&mut self) {
        self.turns = 0;
    }
}

/// Native `async fn` in a trait.
trait Chat {
    async fn chat(&self, question: &str) -> Result<String, std::fmt::Error>;

    #[observe]
    async fn twice(&self, question: &str) -> Result<String, std::fmt::Error> {
        let first = self.chat(question).await?;
        Ok(first + &self.chat(question).await?)
    }
}

struct Echo<T>(T);

impl<T: ToString> Chat for Echo<T> {
    #[observe]
    async fn chat(&self, question: &str) -> Result<String, std::fmt::Error> {
        pause().await;
        if question.is_empty() {
            return Err(std::fmt::Error);
        }
        Ok(self.0.to_string() + question)
    }
}

/// Boxed by another attribute, which stands above or below.
#[async_trait::async_trait]
trait Boxed {
    async fn boxed(&self, question: &str) -> String;
    async fn boxed_mut(&mut self, by: u8) -> Option<u8>;

    #[observe]
    async fn by_default(&self) -> usize {
        self.boxed("default").await.len()
    }
}

#[async_trait::async_trait]
impl Boxed for Echo<u8> {
    #[observe]
    async fn boxed(&self, question: &str) -> String {
        pause().await;
        question.repeat(self.0.into())
    }

    #[observe]
    async fn boxed_mut(&mut self, by: u8) -> Option<u8> {
        pause().await;
        self.0 = self.0.checked_add(by)?;
        Some(self.0)
    }
}

/// All methods at once.
#[derive(Debug)]
struct Counter(u8);

#[observe]
impl Counter {
    const LIMIT: u8 = 3;

    fn add(&mut self, by: u8) -> Result<u8, String> {
        let sum = self.0 + by;
        if sum > Self::LIMIT {
            return Err(format!("{sum} is too much"));
        }
        self.0 = sum;
        Ok(sum)
    }

    async fn add_later(&mut self, by: u8) -> Result<&mut Self, String> {
        pause().await;
        self.add(by)?;
        Ok(self)
    }

    #[observe(skip)]
    const fn limit() -> u8 {
        Self::LIMIT
    }
}

pub(crate) fn run(report: &mut Report) {
    let mut agent = Agent::new("ada");
    call!(report, Agent::new("eve"));
    call!(report, agent.name());
    call!(report, agent.turn().turn().turns);
    call!(report, {
        *agent.turns_mut() = 9;
        agent.turns
    });
    call!(report, agent.name_of_either(&Agent::default()).len());
    call!(report, agent.clone().renamed("bob"));
    call!(report, agent.clone().closes_over_self());
    call!(report, Answer("a".to_owned()).into_text());
    call!(report, Box::new(Answer("b".to_owned())).boxed());
    future!(report, Answer("c".to_owned()).into_text_later());
    call!(report, Rc::new(agent.clone()).counted());
    call!(report, Arc::new(agent.clone()).shared());
    call!(report, Arc::new(agent.clone()).shared_reference());
    call!(report, Pin::new(&mut agent).pinned());
    call!(report, agent.typed());
    call!(report, agent.swapped(&mut Agent::default()));
    future!(report, agent.answer("why?"));
    call!(report, crate::report::block_on(agent.turn_later()));
    future!(report, agent.clone().renamed_later("zoe".to_owned()));
    future!(report, Arc::new(agent.clone()).shared_later());
    future!(report, Pin::new(&mut agent).pinned_later());
    call!(report, agent.shout());
    call!(report, <Agent as Model>::constructed("built"));
    call!(report, agent.clone().taken());
    call!(report, Model::dynamic(Box::new(agent.clone())));
    call!(report, Agent::from("from".to_owned()));
    call!(report, {
        agent += 2;
        agent.next()
    });
    future!(report, Echo("e").chat("?"));
    future!(report, Echo("e").chat(""));
    future!(report, Echo(1).twice("x"), levels = 2);
    future!(report, Echo(3).boxed("ab"));
    let mut echo = Echo(3);
    future!(report, echo.boxed_mut(253));
    future!(report, Echo(2).by_default());
    let mut counter = Counter(0);
    call!(report, counter.add(1));
    call!(report, counter.add(9));
    call!(report, crate::report::block_on(counter.add_later(2)).is_ok());
    call!(report, Counter::limit());
}
