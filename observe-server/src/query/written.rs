//! A query as text that means the same. Only tests need it.

use super::ast::{Compare, Expr, Pattern, Query, Term};
use super::fields::{Field, KNOWN, Kind, Known, SPECIAL};
use crate::{model, time};

/// The query's text, with parentheses where its meaning needs them.
pub(crate) fn written(query: &Query) -> String {
    let expr = query.expr.as_ref().map(expr).unwrap_or_default();
    let sort = query
        .sort
        .as_ref()
        .map(|sort| format!(" sort:{}{}", if sort.descending { "-" } else { "" }, name(&sort.field)));
    expr + &sort.unwrap_or_default()
}

/// Every name that a field has.
pub(crate) fn names() -> Vec<&'static str> {
    KNOWN.iter().flat_map(Known::names).chain(SPECIAL.iter().copied()).collect()
}

impl Query {
    /// What selects everything else, if there is anything else.
    pub(crate) fn opposite(&self) -> Option<Self> {
        let expr = Expr::Not(Box::new(self.expr.clone()?));
        Some(Self { expr: Some(expr), sort: None })
    }
}

fn expr(of: &Expr) -> String {
    let joined = |parts: &[Expr], word: &str, is_bare: fn(&Expr) -> bool| {
        let part = |part: &Expr| if is_bare(part) { expr(part) } else { format!("({})", expr(part)) };
        parts.iter().map(part).collect::<Vec<_>>().join(word)
    };
    match of {
        Expr::And(parts) => joined(parts, " and ", |part| matches!(part, Expr::Not(_) | Expr::Term(_))),
        Expr::Not(part) => match &**part {
            Expr::Not(_) | Expr::Term(_) => format!("not {}", expr(part)),
            Expr::And(_) | Expr::Or(_) => format!("not ({})", expr(part)),
        },
        Expr::Or(parts) => joined(parts, " or ", |part| !matches!(part, Expr::Or(_))),
        Expr::Term(of) => term(of),
    }
}

fn name(field: &Field) -> String {
    match field {
        Field::Known(known) => known.name.to_owned(),
        Field::Metadata(key) => format!("metadata.{}", quote(key)),
        Field::Score(key) => format!("scores.{}", quote(key)),
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn term(of: &Term) -> String {
    match of {
        Term::Compare(field, compare, number) => {
            let code = time::float;
            let value = match field {
                Field::Known(known) if known.kind == Kind::Level => {
                    let level = model::Level::ALL.into_iter().find(|level| code(level.code()) == *number);
                    level.map(model::Level::as_str).unwrap_or_default().to_owned()
                }
                Field::Known(known) if known.kind == Kind::Type => {
                    let kind = model::Kind::ALL.into_iter().find(|kind| code(kind.code()) == *number);
                    kind.map(model::Kind::as_str).unwrap_or_default().to_owned()
                }
                Field::Known(known) if known.kind == Kind::Duration => format!("{number}us"),
                _ => number.to_string(),
            };
            format!("{}:{}{value}", name(field), operator(*compare))
        }
        Term::Has(field) => format!("has:{}", name(field)),
        Term::Is(field, truth) => format!("{}:{truth}", name(field)),
        Term::Text(field, pattern) => {
            let field = name(field);
            match pattern {
                Pattern::Contains(text) => format!("{field}:*{}*", quote(text)),
                Pattern::Ends(text) => format!("{field}:*{}", quote(text)),
                Pattern::Is(text) => format!("{field}:={}", quote(text)),
                Pattern::Starts(text) => format!("{field}:{}*", quote(text)),
            }
        }
        Term::Time(field, compare, moment) => {
            format!("{}:{}{}", name(field), operator(*compare), time::iso_full(*moment))
        }
        Term::Words(words) => quote(words),
    }
}

fn operator(compare: Compare) -> &'static str {
    match compare {
        Compare::Equal => "",
        other => other.sql(),
    }
}
