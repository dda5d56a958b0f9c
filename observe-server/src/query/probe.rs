//! Conditions as probes: true of the row at hand.

use rusqlite::types::Value;

use super::ast::{Compare, Expr, Pattern, Term};
use super::fields::{Field, Kind, Scope};
use super::sql::{Sql, Target};
use super::words::{payload, words_probe};
use crate::time;

pub(super) fn probe(expr: &Expr, target: Target) -> Sql {
    let joined = |parts: &[Expr], word: &str| {
        let parts: Vec<Sql> = parts.iter().map(|part| probe(part, target)).collect();
        let text: Vec<String> = parts.iter().map(|part| format!("({})", part.text)).collect();
        Sql::new(text.join(word), parts.into_iter().flat_map(|part| part.values))
    };
    match expr {
        Expr::And(parts) => joined(parts, " AND "),
        Expr::Or(parts) => joined(parts, " OR "),
        Expr::Not(inner) => {
            let inner = probe(inner, target);
            // What is unknown is not so.
            Sql::new(format!("NOT coalesce(({}), 0)", inner.text), inner.values)
        }
        Expr::Term(term) => term_probe(term, target),
    }
}

fn term_probe(term: &Term, target: Target) -> Sql {
    match term {
        Term::Words(words) => words_probe(words, target),
        Term::Has(field) => has(field, target),
        Term::Is(field, truth) => on(field, target, &|sql| {
            Sql::new(if *truth { format!("({sql}) = 1") } else { format!("coalesce(({sql}), 0) = 0") }, [])
        }),
        Term::Compare(Field::Score(name), compare, number) => score(
            target,
            Sql::new(format!("s.name = ? AND s.value {} ?", compare.sql()), [name.clone().into(), (*number).into()]),
        ),
        Term::Compare(Field::Metadata(key), compare, number) => {
            let value = metadata_value(key, target);
            let text = format!("CAST({} AS REAL) {} ?", value.text, compare.sql());
            Sql::new(text, value.values.into_iter().chain([(*number).into()]))
        }
        Term::Compare(field, compare, number) => {
            on(field, target, &|sql| Sql::new(format!("({sql}) {} ?", compare.sql()), [(*number).into()]))
        }
        Term::Time(field, compare, moment) => on(field, target, &|sql| time_condition(sql, *compare, *moment)),
        Term::Text(Field::Score(name), pattern) => {
            let condition = matches(pattern, "s.text", true);
            let text = format!("s.name = ? AND {}", condition.text);
            score(target, Sql::new(text, std::iter::once(name.clone().into()).chain(condition.values)))
        }
        Term::Text(Field::Metadata(key), pattern) => metadata(key, pattern, target),
        Term::Text(field @ Field::Known(known), pattern) => match (known.kind, pattern) {
            (Kind::Payload, _) => payload(known, pattern, target),
            (Kind::Tags, _) => label_probe("tag", "", pattern, target),
            (_, Pattern::Is(_)) if known.label.is_some() && target == Target::Traces => {
                label_probe(known.label.unwrap_or_default(), "", pattern, target)
            }
            _ => on(field, target, &|sql| matches(pattern, sql, false)),
        },
    }
}

/// A condition on a field's expression, inside an `EXISTS` where a trace is asked for what its observations have.
fn on(field: &Field, target: Target, condition: &dyn Fn(&str) -> Sql) -> Sql {
    let Field::Known(known) = field else { return Sql::new("0", []) };
    match (known.scope, target) {
        (Scope::Either(trace), Target::Traces) => condition(trace),
        (Scope::Observation, Target::Traces) => {
            let inner = condition(known.sql);
            Sql::new(format!("EXISTS (SELECT 1 FROM obs o WHERE o.trace = t.rid AND ({}))", inner.text), inner.values)
        }
        _ => condition(known.sql),
    }
}

fn time_condition(sql: &str, compare: Compare, moment: i64) -> Sql {
    if compare == Compare::Equal {
        // A date means its day, a time its millisecond.
        let length = if moment.rem_euclid(time::DAY) == 0 { time::DAY } else { 1000 };
        return Sql::new(format!("({sql}) >= ? AND ({sql}) < ?"), [moment.into(), (moment + length).into()]);
    }
    Sql::new(format!("({sql}) {} ?", compare.sql()), [moment.into()])
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub(super) fn matches(pattern: &Pattern, sql: &str, ignore_case: bool) -> Sql {
    let like = |text: String| Sql::new(format!("({sql}) LIKE ? ESCAPE '\\'"), [text.into()]);
    match pattern {
        Pattern::Contains(text) => like(format!("%{}%", escaped(text))),
        Pattern::Ends(text) => like(format!("%{}", escaped(text))),
        Pattern::Is(text) if ignore_case => Sql::new(format!("({sql}) = ? COLLATE NOCASE"), [text.clone().into()]),
        Pattern::Is(text) => Sql::new(format!("({sql}) = ?"), [text.clone().into()]),
        Pattern::Starts(text) => like(format!("{}%", escaped(text))),
    }
}

fn trace_rid(target: Target) -> &'static str {
    match target {
        Target::Observations => "o.trace",
        Target::Traces => "t.rid",
    }
}

fn score(target: Target, condition: Sql) -> Sql {
    let own = if target == Target::Observations { " AND (s.observation IS NULL OR s.observation = o.id)" } else { "" };
    Sql::new(
        format!("EXISTS (SELECT 1 FROM score s WHERE s.trace = t.id AND {}{own})", condition.text),
        condition.values,
    )
}

pub(super) const KEY: &str = "(SELECT id FROM key WHERE kind = ? AND name = ?)";

fn label_probe(kind: &str, name: &str, pattern: &Pattern, target: Target) -> Sql {
    let condition = label_condition(pattern);
    let text = format!(
        "EXISTS (SELECT 1 FROM label l WHERE l.trace = {} AND l.key = {KEY} AND {})",
        trace_rid(target),
        condition.text
    );
    Sql::new(text, [kind.to_owned().into(), name.to_owned().into()].into_iter().chain(condition.values))
}

pub(super) fn label_condition(pattern: &Pattern) -> Sql {
    match pattern {
        // Labels hold the beginnings of long values.
        Pattern::Is(text) => Sql::new("l.value = ?", [crate::store::label_of(text).to_owned().into()]),
        other => matches(other, "l.value", false),
    }
}

/// Whether a key belongs to what came along with an observation.
pub(super) fn is_surrounding(key: &str) -> bool {
    ["attributes.", "resourceAttributes.", "scope."].iter().any(|prefix| key.starts_with(prefix))
}

fn metadata(key: &str, pattern: &Pattern, target: Target) -> Sql {
    let is_plain = !is_surrounding(key) && !key.contains('.');
    if is_plain && target == Target::Traces {
        return label_probe("metadata", key, pattern, target);
    }
    let value = metadata_value(key, target);
    let condition = matches(pattern, &value.text, false);
    let deep = Sql::new(condition.text, value.values.into_iter().chain(condition.values));
    if is_surrounding(key) || target == Target::Observations {
        return deep;
    }
    let label = label_probe("metadata", key, pattern, target);
    Sql::new(format!("{} OR {}", label.text, deep.text), label.values.into_iter().chain(deep.values))
}

/// The value at a key, looked up in JSON: as one name, or as a path.
fn metadata_value(key: &str, target: Target) -> Sql {
    let quoted = |part: &str| serde_json::Value::from(part).to_string();
    let name = format!("$.{}", quoted(key));
    let path = format!("$.{}", key.split('.').map(quoted).collect::<Vec<_>>().join("."));
    let within = |column: &str| format!("coalesce({column} ->> ?, {column} ->> ?)");
    let two = [Value::from(name), Value::from(path)];
    let of_trace = format!("(SELECT {} FROM detail d WHERE d.rid = {})", within("d.metadata"), trace_rid(target));
    if is_surrounding(key) {
        let row = match target {
            Target::Observations => "i.rid = o.rid",
            Target::Traces => "i.rid = t.root",
        };
        return Sql::new(format!("(SELECT {} FROM io.io i WHERE {row})", within("i.surroundings")), two);
    }
    match target {
        Target::Traces => Sql::new(of_trace, two),
        Target::Observations => {
            let own = format!("(SELECT {} FROM io.io i WHERE i.rid = o.rid)", within("i.metadata"));
            Sql::new(format!("coalesce({own}, {of_trace})"), two.clone().into_iter().chain(two))
        }
    }
}

fn has(field: &Field, target: Target) -> Sql {
    match field {
        Field::Metadata(key) => {
            let value = metadata_value(key, target);
            Sql::new(format!("{} IS NOT NULL", value.text), value.values)
        }
        Field::Score(name) => score(target, Sql::new("s.name = ?", [name.clone().into()])),
        Field::Known(known) => match known.kind {
            Kind::Tags => Sql::new(
                format!("EXISTS (SELECT 1 FROM label l WHERE l.trace = {} AND l.key = {KEY})", trace_rid(target)),
                ["tag".to_owned().into(), String::new().into()],
            ),
            Kind::Payload => {
                let size = format!("o.{}_size", known.sql);
                match target {
                    Target::Observations => Sql::new(format!("{size} > 0"), []),
                    Target::Traces => {
                        Sql::new(format!("EXISTS (SELECT 1 FROM obs o WHERE o.rid = t.root AND {size} > 0)"), [])
                    }
                }
            }
            Kind::Count | Kind::Cost => on(field, target, &|sql| Sql::new(format!("({sql}) > 0"), [])),
            _ => on(field, target, &|sql| Sql::new(format!("({sql}) IS NOT NULL AND ({sql}) <> ''"), [])),
        },
    }
}
