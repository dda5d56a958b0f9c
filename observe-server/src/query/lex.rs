//! A query's text to tokens, each with where it stands.

use super::QueryError;
use super::ast::Compare;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Characters before it.
    pub(super) at: usize,
    /// Nothing stands between it and what follows.
    pub(super) is_joined: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Close,
    Colon,
    Minus,
    Open,
    Operator(Operator),
    Quoted(String),
    Word(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operator {
    Compare(Compare),
    NotEqual,
}

/// Nobody writes a longer one.
const LONGEST: usize = 10_000;

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    if text.len() > LONGEST {
        let message = format!("a query has at most {LONGEST} bytes, this one has {}", text.len());
        return Err(QueryError { message, at: 0, suggestion: None });
    }
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        let next = characters.get(at + 1).copied();
        let kind = match characters[at] {
            character if character.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => Kind::Open,
            ')' => Kind::Close,
            ':' => Kind::Colon,
            '-' if next.is_some_and(|next| !next.is_whitespace()) && !is_value(&tokens, start) => Kind::Minus,
            '>' if next == Some('=') => Kind::Operator(Operator::Compare(Compare::GreaterOrEqual)),
            '<' if next == Some('=') => Kind::Operator(Operator::Compare(Compare::LessOrEqual)),
            '!' if next == Some('=') => Kind::Operator(Operator::NotEqual),
            '<' if next == Some('>') => Kind::Operator(Operator::NotEqual),
            '>' => Kind::Operator(Operator::Compare(Compare::Greater)),
            '<' => Kind::Operator(Operator::Compare(Compare::Less)),
            '=' => Kind::Operator(Operator::Compare(Compare::Equal)),
            '"' => {
                let (text, end) = quoted(&characters, at)?;
                at = end;
                Kind::Quoted(text)
            }
            _ => {
                let is_in_value = is_value(&tokens, start);
                at += 1;
                while at < characters.len() && !ends_word(&characters[at..], is_in_value) {
                    at += 1;
                }
                Kind::Word(characters[start..at].iter().collect())
            }
        };
        at = match &kind {
            Kind::Quoted(_) | Kind::Word(_) => at,
            Kind::Operator(Operator::NotEqual | Operator::Compare(Compare::GreaterOrEqual | Compare::LessOrEqual)) => {
                start + 2
            }
            _ => start + 1,
        };
        let is_joined = characters.get(at).is_some_and(|next| !next.is_whitespace());
        tokens.push(Token { kind, at: start, is_joined });
    }
    Ok(tokens)
}

/// Whether what starts here is what a field is compared with: there a colon, as in a time, is part of it.
fn is_value(tokens: &[Token], at: usize) -> bool {
    let Some(last) = tokens.last() else { return false };
    last.is_joined && at > 0 && matches!(last.kind, Kind::Colon | Kind::Operator(_))
}

fn ends_word(rest: &[char], is_in_value: bool) -> bool {
    match rest {
        [character, ..] if character.is_whitespace() => true,
        ['(' | ')' | '"', ..] => true,
        [':' | '<' | '>' | '=', ..] | ['!', '=', ..] => !is_in_value,
        _ => false,
    }
}

fn quoted(characters: &[char], start: usize) -> Result<(String, usize), QueryError> {
    let mut text = String::new();
    let mut at = start + 1;
    while let Some(character) = characters.get(at) {
        match character {
            '"' => return Ok((text, at + 1)),
            '\\' if matches!(characters.get(at + 1), Some('"' | '\\')) => {
                text.push(characters[at + 1]);
                at += 2;
            }
            other => {
                text.push(*other);
                at += 1;
            }
        }
    }
    Err(QueryError {
        message: "a quotation mark is not closed".to_owned(),
        at: start,
        suggestion: Some(format!("\"{text}\"")),
    })
}
