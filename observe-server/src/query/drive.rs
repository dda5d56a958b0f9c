//! Conditions as drives: what selects the traces that meet them, by an index.

use super::ast::{Compare, Expr, Pattern, Term};
use super::fields::{Field, Kind, Scope};
use super::probe::{KEY, is_surrounding, label_condition, matches};
use super::sql::{Drive, Sql, Target, sort_expression};
use super::words::{match_words, words_drive, words_match};

pub(super) fn drive(expr: &Expr) -> Option<Drive> {
    match expr {
        Expr::And(parts) => parts.iter().find_map(drive),
        Expr::Not(_) => None,
        Expr::Or(parts) => {
            let parts: Vec<Drive> = parts.iter().map(drive).collect::<Option<_>>()?;
            let text: Vec<&str> = parts.iter().map(|part| part.sql.text.as_str()).collect();
            let values = parts.iter().flat_map(|part| part.sql.values.clone());
            Some(Drive::simple(Sql::new(text.join(" UNION "), values)))
        }
        Expr::Term(term) => term_drive(term),
    }
}

/// Whether a drive selects exactly what the condition says: of several that must all hold it stands for one only.
pub(super) fn is_exact(expr: &Expr) -> bool {
    match expr {
        Expr::And(_) | Expr::Not(_) => false,
        Expr::Or(parts) => parts.iter().all(is_exact),
        Expr::Term(_) => true,
    }
}

fn term_drive(term: &Term) -> Option<Drive> {
    let simple = |sql: Sql| Some(Drive::simple(sql));
    match term {
        Term::Words(words) => {
            let hits = words_drive(&words_match(words)?);
            let with_id = |sql: Sql| {
                let ids = "SELECT rid FROM trace WHERE id = ? UNION SELECT trace FROM obs WHERE id = ?";
                let text = format!("{} UNION {ids}", sql.text);
                Sql::new(text, sql.values.into_iter().chain([words.clone().into(), words.clone().into()]))
            };
            Some(Drive { sql: with_id(hits.sql), newest: hits.newest.map(with_id), ..hits })
        }
        Term::Text(Field::Known(known), pattern) => match (known.kind, pattern) {
            (Kind::Payload, Pattern::Is(text)) => Some(words_drive(&match_words(text, Some(known.sql), false)?)),
            (Kind::Payload, Pattern::Starts(text)) => Some(words_drive(&match_words(text, Some(known.sql), true)?)),
            (Kind::Payload, _) => None,
            (Kind::Tags, _) => simple(label_drive("tag", "", pattern)),
            _ if known.label.is_some() => simple(label_drive(known.label?, "", pattern)),
            _ => match known.sql.strip_prefix("t.")? {
                column @ ("id" | "name" | "user" | "session" | "environment") => {
                    let condition = matches(pattern, column, false);
                    simple(Sql::new(
                        format!("SELECT rid AS trace FROM trace WHERE {}", condition.text),
                        condition.values,
                    ))
                }
                _ => None,
            },
        },
        Term::Text(Field::Metadata(key), pattern) if !is_surrounding(key) && !key.contains('.') => {
            simple(label_drive("metadata", key, pattern))
        }
        Term::Text(Field::Score(name), pattern) => {
            let condition = matches(pattern, "s.text", true);
            let text = format!("{SCORED} AND {}", condition.text);
            simple(Sql::new(text, std::iter::once(name.clone().into()).chain(condition.values)))
        }
        Term::Compare(Field::Score(name), compare, number) => {
            let condition = |text: &str| {
                Sql::new(format!("{text} AND s.value {} ?", compare.sql()), [name.clone().into(), (*number).into()])
            };
            Some(Drive {
                count: condition("SELECT 1 FROM score s WHERE s.name = ?"),
                ..Drive::simple(condition(SCORED))
            })
        }
        Term::Has(Field::Score(name)) => simple(Sql::new(SCORED, [name.clone().into()])),
        // Warnings and errors have an index.
        Term::Compare(Field::Known(known), Compare::Equal, code) if known.kind == Kind::Level && *code > 1.5 => {
            simple(Sql::new("SELECT rid AS trace FROM trace WHERE level > 1 AND level = ?", [(*code).into()]))
        }
        Term::Compare(Field::Known(known), Compare::Equal, code) if known.kind == Kind::Type => {
            #[expect(clippy::cast_possible_truncation, reason = "a code of a type")]
            let kind = crate::model::Kind::from_code(*code as i64);
            simple(label_drive("type", "", &Pattern::Is(kind.as_str().to_owned())))
        }
        _ => None,
    }
}

/// By what traces are sorted, and what has an index as [`sort_expression`] puts it.
const SORTED: [&str; 3] = ["t.cost", "t.latency", "t.total_tokens"];

/// Traces of which something is above a bound.
pub(super) fn bound(expr: &Expr, target: Target) -> Option<Drive> {
    let Expr::Term(Term::Compare(
        field @ Field::Known(known),
        compare @ (Compare::Greater | Compare::GreaterOrEqual),
        number,
    )) = expr
    else {
        return None;
    };
    match (known.scope, target) {
        (Scope::Either(column), Target::Traces) if SORTED.contains(&column) => {
            let text = format!(
                "SELECT t.rid AS trace FROM trace t WHERE {} {} ?",
                sort_expression(field, target).text,
                compare.sql()
            );
            Some(Drive::simple(Sql::new(text, [(*number).into()])))
        }
        _ => None,
    }
}

const SCORED: &str = "SELECT t.rid AS trace FROM score s JOIN trace t ON t.id = s.trace WHERE s.name = ?";

fn label_drive(kind: &str, name: &str, pattern: &Pattern) -> Sql {
    let condition = label_condition(pattern);
    let text = format!(
        "SELECT l.trace AS trace FROM label l INDEXED BY label_value WHERE l.key = {KEY} AND {}",
        condition.text
    );
    Sql::new(text, [kind.to_owned().into(), name.to_owned().into()].into_iter().chain(condition.values))
}
