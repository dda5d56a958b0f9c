//! Tokens to meaning, by recursive descent. `or` binds loosest, then what stands side by side, then `not` and `-`.

mod condition;

use super::QueryError;
use super::ast::{Compare, Expr, Query, Sort, Term};
use super::fields::{Field, Kind as Value, nearest};
use super::lex::{Kind, Token, tokens};
use super::values;
use crate::time;

/// Parentheses and negations inside each other.
const DEEPEST: usize = 50;

/// Conditions in a query, with their parentheses and negations; the database bears some hundred.
const MOST: usize = 250;

/// Understands a query, or says where it cannot.
pub(crate) fn parse(text: &str) -> Result<Query, QueryError> {
    parse_at(text, time::now())
}

/// As [`parse`], at some time.
pub(crate) fn parse_at(text: &str, now: i64) -> Result<Query, QueryError> {
    let tokens = tokens(text)?;
    let end = text.chars().count();
    let mut parser = Parser { tokens: &tokens, next: 0, end, now, sort: None, depth: 0, seen: 0 };
    let expr = if tokens.is_empty() { None } else { parser.any()? };
    if let Some(token) = parser.peek() {
        return Err(error(token.at, "a parenthesis is closed that was not opened", None));
    }
    Ok(Query { expr, sort: parser.sort })
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    end: usize,
    now: i64,
    sort: Option<Sort>,
    depth: usize,
    seen: usize,
}

fn error(at: usize, message: impl Into<String>, suggestion: Option<String>) -> QueryError {
    QueryError { message: message.into(), at, suggestion }
}

fn is_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token { kind: Kind::Word(text), .. }) if text.eq_ignore_ascii_case(word))
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn peek_second(&self) -> Option<&'a Token> {
        self.tokens.get(self.next + 1)
    }

    fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    fn is_operator(&self, word: &str) -> bool {
        let is_field = matches!(self.peek_second(), Some(Token { kind: Kind::Colon | Kind::Operator(_), .. }))
            && self.peek().is_some_and(|token| token.is_joined);
        is_word(self.peek(), word) && !is_field
    }

    /// `a or b`. `None` when there is nothing to find, as in `sort:name` alone.
    fn any(&mut self) -> Result<Option<Expr>, QueryError> {
        let mut parts = vec![self.all()?];
        while self.is_operator("or") {
            let at = self.at();
            self.next += 1;
            if self.peek().is_none_or(|token| token.kind == Kind::Close) {
                return Err(error(at, "or stands between two conditions", None));
            }
            parts.push(self.all()?);
        }
        if parts.len() == 1 {
            return Ok(parts.pop().flatten());
        }
        // Beside nothing to find everything is found.
        let parts: Option<Vec<Expr>> = parts.into_iter().collect();
        Ok(parts.map(Expr::Or))
    }

    /// `a b`, `a and b`.
    fn all(&mut self) -> Result<Option<Expr>, QueryError> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                None | Some(Token { kind: Kind::Close, .. }) => break,
                Some(_) if self.is_operator("or") => {
                    if parts.is_empty() && (self.next == 0 || self.tokens[self.next - 1].kind == Kind::Open) {
                        return Err(error(self.at(), "or stands between two conditions", None));
                    }
                    break;
                }
                Some(_) if self.is_operator("and") => {
                    let at = self.at();
                    self.next += 1;
                    let ends = self.peek().is_none_or(|token| token.kind == Kind::Close) || self.is_operator("or");
                    if parts.is_empty() || ends {
                        return Err(error(at, "and stands between two conditions", None));
                    }
                }
                Some(_) => parts.extend(self.one()?),
            }
        }
        Ok(match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ => Some(Expr::And(parts)),
        })
    }

    fn one(&mut self) -> Result<Option<Expr>, QueryError> {
        let Some(token) = self.peek() else { return Ok(None) };
        self.count()?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(token.at, format!("more than {DEEPEST} parentheses inside each other"), None));
        }
        let result = match &token.kind {
            Kind::Minus => self.negated(),
            Kind::Word(_) if self.is_operator("not") => self.negated(),
            Kind::Open => {
                self.next += 1;
                let inside = self.any()?;
                if !matches!(self.peek(), Some(Token { kind: Kind::Close, .. })) {
                    return Err(error(token.at, "a parenthesis is not closed", None));
                }
                self.next += 1;
                Ok(inside)
            }
            Kind::Word(text) | Kind::Quoted(text) => self.term(token, text),
            Kind::Colon | Kind::Operator(_) => Err(error(token.at, "here a field's name is missing", None)),
            Kind::Close => Ok(None),
        };
        self.depth -= 1;
        result
    }

    fn count(&mut self) -> Result<(), QueryError> {
        self.seen += 1;
        if self.seen > MOST {
            return Err(error(self.at(), format!("a query has at most {MOST} conditions"), None));
        }
        Ok(())
    }

    fn negated(&mut self) -> Result<Option<Expr>, QueryError> {
        let at = self.at();
        self.next += 1;
        match self.one()? {
            Some(expr) => Ok(Some(Expr::Not(Box::new(expr)))),
            None => Err(error(at, "here something is missing to be left out", None)),
        }
    }

    fn term(&mut self, token: &'a Token, text: &str) -> Result<Option<Expr>, QueryError> {
        let follows = self.peek_second().filter(|_| token.is_joined);
        // `metadata."my key"` and `scores."my score"`.
        if let (Kind::Word(word), Some(Token { kind: Kind::Quoted(key), .. })) = (&token.kind, follows)
            && let Some(prefix) = word.strip_suffix('.')
        {
            self.next += 1;
            return self.compared(token.at, &Self::keyed(token.at, prefix, key)?);
        }
        match (&token.kind, follows.map(|next| &next.kind)) {
            (Kind::Word(name), Some(Kind::Colon | Kind::Operator(_))) => self.field(token.at, name),
            (Kind::Quoted(_), _) => {
                self.next += 1;
                Ok(Some(Expr::Term(Term::Words(text.to_owned()))))
            }
            _ => Ok(Some(self.words())),
        }
    }

    /// Words side by side are a phrase, as in Langfuse's bar.
    fn words(&mut self) -> Expr {
        let mut words: Vec<&str> = Vec::new();
        while let Some(Token { kind: Kind::Word(word), is_joined, .. }) = self.peek() {
            let next = self.peek_second().map(|token| &token.kind);
            let is_field = *is_joined && matches!(next, Some(Kind::Colon | Kind::Operator(_)))
                || (*is_joined && word.ends_with('.') && matches!(next, Some(Kind::Quoted(_))));
            if is_field || (!words.is_empty() && ["or", "and", "not"].iter().any(|operator| self.is_operator(operator)))
            {
                break;
            }
            words.push(word);
            self.next += 1;
        }
        Expr::Term(Term::Words(words.join(" ")))
    }

    fn field(&mut self, at: usize, name: &str) -> Result<Option<Expr>, QueryError> {
        match name.to_ascii_lowercase().as_str() {
            "sort" | "order" => return self.sorted(),
            "has" => return self.has(),
            "since" | "until" => return self.limit(name.eq_ignore_ascii_case("since")),
            _ => {}
        }
        let field = match name.split_once('.') {
            Some((prefix, key)) => Self::keyed(at, prefix, key)?,
            None => Field::find(name).ok_or_else(|| unknown(at, name))?,
        };
        self.compared(at, &field)
    }

    fn keyed(at: usize, prefix: &str, key: &str) -> Result<Field, QueryError> {
        if key.is_empty() {
            return Err(error(at, format!("{prefix}. wants a key"), None));
        }
        match prefix.to_ascii_lowercase().as_str() {
            "metadata" | "meta" => Ok(Field::Metadata(key.to_owned())),
            "scores" | "score" => Ok(Field::Score(key.to_owned())),
            _ => Err(unknown(at, &format!("{prefix}.{key}"))),
        }
    }

    fn sorted(&mut self) -> Result<Option<Expr>, QueryError> {
        self.next += 2;
        let at = self.at();
        let mut descending = false;
        if matches!(self.peek(), Some(Token { kind: Kind::Minus, .. })) {
            descending = true;
            self.next += 1;
        }
        let Some(Token { kind: Kind::Word(name), .. }) = self.peek() else {
            return Err(error(at, "sort: wants a field, as in sort:-cost", None));
        };
        self.next += 1;
        let (name, at) = match name.strip_prefix('-') {
            Some(name) => {
                descending = true;
                (name, at + 1)
            }
            None => (name.as_str(), at + usize::from(descending)),
        };
        let unsorted = || error(at, format!("there is no field {name} to sort by"), nearest(name).map(str::to_owned));
        let field = self.named(at, name, unsorted)?;
        let can_be = match &field {
            Field::Known(known) => !matches!(known.kind, Value::Payload | Value::Tags),
            Field::Metadata(_) => false,
            Field::Score(_) => true,
        };
        if !can_be {
            return Err(error(at, format!("nothing is sorted by {name}"), Some("sort:-startTime".to_owned())));
        }
        self.sort = Some(Sort { field, descending });
        Ok(None)
    }

    fn has(&mut self) -> Result<Option<Expr>, QueryError> {
        self.next += 2;
        let at = self.at();
        let Some(Token { kind: Kind::Word(name), .. }) = self.peek() else {
            return Err(error(at, "has: wants a field, as in has:endTime", None));
        };
        self.next += 1;
        let field = self.named(at, name, || unknown(at, name))?;
        Ok(Some(Expr::Term(Term::Has(field))))
    }

    /// The field of a name, whose key may follow in quotes.
    fn named(&mut self, at: usize, name: &str, unknown: impl Fn() -> QueryError) -> Result<Field, QueryError> {
        let is_joined = self.next > 0 && self.tokens[self.next - 1].is_joined;
        match (name.split_once('.'), self.peek()) {
            (Some((prefix, "")), Some(Token { kind: Kind::Quoted(key), .. })) if is_joined => {
                self.next += 1;
                Self::keyed(at, prefix, key)
            }
            (Some((prefix, key)), _) => Self::keyed(at, prefix, key),
            (None, _) => Field::find(name).ok_or_else(unknown),
        }
    }

    fn limit(&mut self, is_since: bool) -> Result<Option<Expr>, QueryError> {
        self.next += 2;
        let at = self.at();
        let text = self.value(at, "a time")?;
        let time = values::moment(&text, self.now)
            .ok_or_else(|| error(at, format!("{text} is no time: write {}", values::example(Value::Time)), None))?;
        let field = Field::find("startTime").ok_or_else(|| unknown(at, "startTime"))?;
        let compare = if is_since { Compare::GreaterOrEqual } else { Compare::LessOrEqual };
        Ok(Some(Expr::Term(Term::Time(field, compare, time))))
    }

    /// The next token as text.
    fn value(&mut self, at: usize, wanted: &str) -> Result<String, QueryError> {
        let minus = matches!(self.peek(), Some(Token { kind: Kind::Minus, .. }));
        if minus {
            self.next += 1;
        }
        let text = match self.peek().map(|token| &token.kind) {
            Some(Kind::Word(text) | Kind::Quoted(text)) => text.clone(),
            _ => return Err(error(at, format!("here {wanted} is missing"), None)),
        };
        self.next += 1;
        Ok(if minus { format!("-{text}") } else { text })
    }
}

fn unknown(at: usize, name: &str) -> QueryError {
    let suggestion = nearest(name.trim_start_matches('!')).map(|near| format!("{near}:"));
    error(at, format!("there is no field {name}"), suggestion.or_else(|| Some(format!("\"{name}\""))))
}
