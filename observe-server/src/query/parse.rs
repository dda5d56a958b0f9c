//! Tokens to meaning, by recursive descent. `or` binds loosest, then what stands side by side, then `not` and `-`.

use super::QueryError;
use super::ast::{Compare, Expr, Pattern, Query, Sort, Term};
use super::fields::{Field, Kind as Value, nearest};
use super::lex::{Kind, Operator, Token, tokens};
use super::values;
use crate::model;
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

    /// What a field is compared with: one value or several in parentheses.
    fn compared(&mut self, at: usize, field: &Field) -> Result<Option<Expr>, QueryError> {
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
                    let near = names().into_iter().min_by_key(|(name, _)| super::fields::distance(&upper, name));
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
                        let suggestion = Some(format!("{}:{}", field.name(), super::fields::quoted(text)));
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

fn unknown(at: usize, name: &str) -> QueryError {
    let suggestion = nearest(name.trim_start_matches('!')).map(|near| format!("{near}:"));
    error(at, format!("there is no field {name}"), suggestion.or_else(|| Some(format!("\"{name}\""))))
}
