//! What a field is compared with: a value, several in parentheses, part of a text.

use super::super::QueryError;
use super::super::ast::{Compare, Expr, Pattern, Term};
use super::super::fields::{self, Field, Kind as Value};
use super::super::lex::{Kind, Operator, Token};
use super::super::values;
use super::{Parser, error};
use crate::{model, time};

impl Parser<'_> {
    /// What a field is compared with: one value or several in parentheses.
    pub(super) fn compared(&mut self, at: usize, field: &Field) -> Result<Option<Expr>, QueryError> {
        self.next += 1;
        if matches!(self.peek(), Some(Token { kind: Kind::Colon, .. })) {
            self.next += 1;
        }
        let operator = match self.peek().map(|token| &token.kind) {
            Some(Kind::Operator(operator)) => {
                self.next += 1;
                Some(*operator)
            }
            _ => None,
        };
        match self.peek().map(|token| &token.kind) {
            Some(Kind::Open) => self.list(at, field, operator).map(Some),
            Some(Kind::Quoted(_) | Kind::Word(_)) if operator.is_none() && self.is_starred() => {
                self.starred(field).map(Some)
            }
            Some(Kind::Quoted(text)) => {
                self.next += 1;
                self.condition(self.tokens[self.next - 1].at, field, operator, text, true).map(Some)
            }
            _ => {
                let at = self.at();
                let text = self.value(at, &format!("a value for {}", field.name()))?;
                self.condition(at, field, operator, &text, false).map(Some)
            }
        }
    }

    /// `(a or b)` and `(a and b)`, as in `level:(ERROR OR WARNING)`.
    fn list(&mut self, at: usize, field: &Field, operator: Option<Operator>) -> Result<Expr, QueryError> {
        self.next += 1;
        let mut parts = Vec::new();
        let mut is_or = None;
        loop {
            let place = self.at();
            self.count()?;
            match self.peek().map(|token| &token.kind) {
                None => return Err(error(at, "a parenthesis is not closed", None)),
                Some(Kind::Close) => {
                    self.next += 1;
                    break;
                }
                Some(Kind::Word(_)) if !parts.is_empty() && (self.is_operator("or") || self.is_operator("and")) => {
                    let this = self.is_operator("or");
                    if is_or.is_some_and(|before| before != this) {
                        return Err(error(place, "or and and need parentheses of their own here", None));
                    }
                    is_or = Some(this);
                    self.next += 1;
                }
                Some(Kind::Quoted(_) | Kind::Word(_)) if operator.is_none() && self.is_starred() => {
                    parts.push(self.starred(field)?);
                }
                Some(Kind::Quoted(text)) => {
                    self.next += 1;
                    parts.push(self.condition(place, field, operator, text, true)?);
                }
                _ => {
                    let own = match self.peek().map(|token| &token.kind) {
                        Some(Kind::Operator(own)) => {
                            self.next += 1;
                            Some(*own)
                        }
                        _ => operator,
                    };
                    let text = self.value(place, &format!("a value for {}", field.name()))?;
                    parts.push(self.condition(place, field, own, &text, false)?);
                }
            }
        }
        match parts.len() {
            0 => Err(error(at, format!("{} wants a value between the parentheses", field.name()), None)),
            1 => Ok(parts.remove(0)),
            _ if is_or == Some(false) => Ok(Expr::And(parts)),
            _ => Ok(Expr::Or(parts)),
        }
    }

    /// Whether `*"a b"*`, `"a b"*` or `*"a b"` comes next: stars around what is in quotes.
    fn is_starred(&self) -> bool {
        let leads = usize::from(self.is_star(self.next));
        let quoted = self.tokens.get(self.next + leads);
        let is_quoted = |token: &Token| matches!(token.kind, Kind::Quoted(_));
        let is_joined = leads == 0 || self.tokens[self.next].is_joined;
        quoted.is_some_and(|token| {
            is_quoted(token) && is_joined && (leads == 1 || token.is_joined && self.is_star(self.next + 1))
        })
    }

    fn is_star(&self, place: usize) -> bool {
        matches!(self.tokens.get(place), Some(Token { kind: Kind::Word(word), .. }) if word == "*")
    }

    fn starred(&mut self, field: &Field) -> Result<Expr, QueryError> {
        let at = self.at();
        let leads = self.is_star(self.next);
        self.next += usize::from(leads);
        let Some(Token { kind: Kind::Quoted(text), is_joined, .. }) = self.peek() else {
            return Err(error(at, format!("here a value for {} is missing", field.name()), None));
        };
        self.next += 1;
        let trails = *is_joined && self.is_star(self.next);
        self.next += usize::from(trails);
        if let Field::Known(known) = field
            && !matches!(known.kind, Value::Payload | Value::Tags | Value::Text)
        {
            let message = format!("{} cannot be part of a text: write {}", field.name(), values::example(known.kind));
            return Err(error(at, message, None));
        }
        let pattern = match (leads, trails) {
            (true, false) => Pattern::Ends(text.clone()),
            (false, _) => Pattern::Starts(text.clone()),
            (true, true) => Pattern::Contains(text.clone()),
        };
        Ok(Expr::Term(Term::Text(field.clone(), pattern)))
    }

    fn condition(
        &self,
        at: usize,
        field: &Field,
        operator: Option<Operator>,
        text: &str,
        is_quoted: bool,
    ) -> Result<Expr, QueryError> {
        let compare = match operator {
            Some(Operator::Compare(compare)) => Some(compare),
            Some(Operator::NotEqual) => {
                let equal = Some(Operator::Compare(Compare::Equal));
                return Ok(Expr::Not(Box::new(self.condition(at, field, equal, text, is_quoted)?)));
            }
            None => None,
        };
        let wrong = |kind: Value, suggestion: Option<String>| {
            error(at, format!("{} cannot be {text}: write {}", field.name(), values::example(kind)), suggestion)
        };
        let kind = match field {
            Field::Known(known) => known.kind,
            Field::Metadata(_) => Value::Text,
            Field::Score(_) => match values::count(text).filter(|_| !is_quoted) {
                Some(number) => {
                    return Ok(Expr::Term(Term::Compare(field.clone(), compare.unwrap_or(Compare::Equal), number)));
                }
                None => Value::Text,
            },
        };
        let ordered = compare.filter(|compare| *compare != Compare::Equal);
        let term = match kind {
            Value::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Term::Is(field.clone(), true),
                "false" | "no" | "0" => Term::Is(field.clone(), false),
                _ => return Err(wrong(kind, None)),
            },
            Value::Cost | Value::Count => {
                let number = values::count(text).ok_or_else(|| wrong(kind, None))?;
                Term::Compare(field.clone(), compare.unwrap_or(Compare::Equal), number)
            }
            Value::Duration => {
                let number = values::duration(text).ok_or_else(|| wrong(kind, None))?;
                Term::Compare(field.clone(), compare.unwrap_or(Compare::Equal), number)
            }
            Value::Level | Value::Type => {
                let names = || {
                    let levels = model::Level::ALL.iter().map(|level| (level.as_str(), level.code()));
                    let kinds = model::Kind::ALL.iter().map(|kind| (kind.as_str(), kind.code()));
                    if kind == Value::Level { levels.collect::<Vec<_>>() } else { kinds.collect() }
                };
                let known = names().into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
                let (_, code) = known.ok_or_else(|| {
                    let upper = text.to_uppercase();
                    let near = names().into_iter().min_by_key(|(name, _)| fields::distance(&upper, name));
                    wrong(kind, near.map(|(name, _)| name.to_owned()))
                })?;
                Term::Compare(field.clone(), compare.unwrap_or(Compare::Equal), time::float(code))
            }
            Value::Time => {
                let moment = values::moment(text, self.now).ok_or_else(|| wrong(kind, None))?;
                Term::Time(field.clone(), compare.unwrap_or(Compare::Equal), moment)
            }
            Value::Payload | Value::Tags | Value::Text => match ordered {
                Some(compare) => match values::count(text) {
                    Some(number) if matches!(field, Field::Metadata(_)) => {
                        Term::Compare(field.clone(), compare, number)
                    }
                    _ => {
                        let suggestion = Some(format!("{}:{}", field.name(), fields::quoted(text)));
                        return Err(error(
                            at,
                            format!("{} is a text: it is not more or less", field.name()),
                            suggestion,
                        ));
                    }
                },
                None => Term::Text(field.clone(), pattern(field, text, compare.is_some(), is_quoted)),
            },
        };
        Ok(Expr::Term(term))
    }
}

/// Langfuse's stars. Without any, a name, an id or a message need only contain the text.
fn pattern(field: &Field, text: &str, is_exact: bool, is_quoted: bool) -> Pattern {
    let is_contained = matches!(field, Field::Known(known) if CONTAINED.contains(&known.name));
    let starts = text.strip_prefix('*');
    let ends = starts.unwrap_or(text).strip_suffix('*');
    match (starts, ends) {
        _ if is_exact => Pattern::Is(text.to_owned()),
        _ if is_quoted && is_contained => Pattern::Contains(text.to_owned()),
        _ if is_quoted => Pattern::Is(text.to_owned()),
        (Some(_), Some(inner)) => Pattern::Contains(inner.to_owned()),
        (Some(rest), None) => Pattern::Ends(rest.to_owned()),
        (None, Some(inner)) => Pattern::Starts(inner.to_owned()),
        (None, None) if is_contained => Pattern::Contains(text.to_owned()),
        (None, None) => Pattern::Is(text.to_owned()),
    }
}

const CONTAINED: &[&str] = &["id", "name", "statusMessage", "observation", "observationId", "commentContent"];
