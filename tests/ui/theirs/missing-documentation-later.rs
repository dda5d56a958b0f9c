//! A crate.

#![deny(missing_docs)]

use observe::observe;

/// Documented.
#[derive(Debug)]
pub struct Agent;

impl Agent {
    #[observe]
    pub async fn answer(&self, question: &str) -> usize {
        question.len()
    }

    #[observe]
    pub async fn forget(&mut self) {}
}

/// Documented.
pub mod tools {
    #[super::observe]
    pub async fn search(question: &str) -> Result<Vec<usize>, String> {
        Ok(vec![question.len()])
    }
}

fn main() {}
