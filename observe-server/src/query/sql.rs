//! A query to SQL with bound parameters.
//!
//! A condition has two forms. A *probe* is true of the row at hand, `t` or `o`. A *drive* selects the traces that meet it, by
//! an index. The most selective drive leads when it selects few; else the newest traces are looked at one after another, which
//! ends soon because what is not rare is met soon.

use rusqlite::types::Value;

use super::ast::{Compare, Expr, Pattern, Query, Term};
use super::fields::{Field, Kind, Known, Scope};
use crate::time;

/// What is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Observations,
    Traces,
}

/// A piece of SQL and what is bound in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

/// A query's conditions, translated.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) target: Target,
    /// Each must hold.
    pub(crate) probes: Vec<Sql>,
    /// Each alone may lead; together they are fewer than the probes.
    pub(crate) drives: Vec<Drive>,
}

/// A way to begin: `SELECT .. AS trace`.
#[derive(Clone, Debug)]
pub(crate) struct Drive {
    pub(crate) sql: Sql,
    /// What is counted to know how many it selects; the same, or something quicker.
    pub(crate) count: Sql,
    /// For words: only the newest hits, when there are many.
    pub(crate) newest: Option<Sql>,
    /// Which condition it stands for, where what it selects need not be looked at again.
    pub(crate) instead: Option<usize>,
}

impl Drive {
    fn simple(sql: Sql) -> Self {
        Self { count: sql.clone(), sql, newest: None, instead: None }
    }
}

impl Sql {
    pub(crate) fn new(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { text: text.into(), values: values.into_iter().collect() }
    }
}

impl Selection {
    pub(crate) fn of(query: &Query, target: Target) -> Self {
        let conditions: Vec<&Expr> = match &query.expr {
            None => Vec::new(),
            Some(Expr::And(parts)) => parts.iter().collect(),
            Some(one) => vec![one],
        };
        Self {
            target,
            probes: conditions.iter().map(|condition| probe(condition, target)).collect(),
            drives: conditions
                .iter()
                .enumerate()
                .filter_map(|(place, condition)| {
                    let drive = drive(condition).or_else(|| bound(condition, target))?;
                    // Of observations it only says in which traces they are.
                    let is_instead = target == Target::Traces && is_exact(condition);
                    Some(Drive { instead: is_instead.then_some(place), ..drive })
                })
                .collect(),
        }
    }

    /// All probes, but for the one that a drive stands for, as one condition behind `WHERE`.
    pub(crate) fn condition(&self, without: Option<usize>) -> Sql {
        let probes =
            || self.probes.iter().enumerate().filter(|(place, _)| Some(*place) != without).map(|(_, probe)| probe);
        let text: Vec<String> =
            std::iter::once("1".to_owned()).chain(probes().map(|probe| format!("({})", probe.text))).collect();
        Sql::new(text.join(" AND "), probes().flat_map(|probe| probe.values.clone()))
    }
}

/// What to sort by: an expression over `t` or `o` that is never null, and whether its bound value comes along.
pub(crate) fn sort_expression(field: &Field, target: Target) -> Sql {
    match field {
        Field::Known(known) => {
            let sql = match (known.scope, target) {
                (Scope::Either(trace), Target::Traces) => trace.to_owned(),
                (Scope::Observation, Target::Traces) => {
                    format!("(SELECT max({}) FROM obs o WHERE o.trace = t.rid)", known.sql)
                }
                _ => known.sql.to_owned(),
            };
            let nothing = if known.kind == Kind::Text { "''" } else { "-1e300" };
            Sql::new(format!("coalesce({sql}, {nothing})"), [])
        }
        Field::Metadata(key) | Field::Score(key) => Sql::new(
            "coalesce((SELECT avg(s.value) FROM score s WHERE s.trace = t.id AND s.name = ?), -1e300)",
            [key.clone().into()],
        ),
    }
}

fn probe(expr: &Expr, target: Target) -> Sql {
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

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn matches(pattern: &Pattern, sql: &str, ignore_case: bool) -> Sql {
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

const KEY: &str = "(SELECT id FROM key WHERE kind = ? AND name = ?)";

fn label_probe(kind: &str, name: &str, pattern: &Pattern, target: Target) -> Sql {
    let condition = label_condition(pattern);
    let text = format!(
        "EXISTS (SELECT 1 FROM label l WHERE l.trace = {} AND l.key = {KEY} AND {})",
        trace_rid(target),
        condition.text
    );
    Sql::new(text, [kind.to_owned().into(), name.to_owned().into()].into_iter().chain(condition.values))
}

fn label_condition(pattern: &Pattern) -> Sql {
    match pattern {
        // Labels hold the beginnings of long values.
        Pattern::Is(text) => Sql::new("l.value = ?", [crate::store::label_of(text).to_owned().into()]),
        other => matches(other, "l.value", false),
    }
}

/// Whether a key belongs to what came along with an observation.
fn is_surrounding(key: &str) -> bool {
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

/// Text for the word index: each word of it quoted, so that nothing in it is syntax; side by side they are a phrase.
fn match_words(words: &str, column: Option<&str>, is_prefix: bool) -> Option<String> {
    if !words.chars().any(char::is_alphanumeric) {
        return None;
    }
    let phrase = format!("\"{}\"{}", words.replace(['"', '\0'], " "), if is_prefix { "*" } else { "" });
    Some(match column {
        Some(column) => format!("{column} : {phrase}"),
        None => phrase,
    })
}

fn words_match(words: &str) -> Option<String> {
    let (plain, is_prefix) = words.strip_suffix('*').map_or((words, false), |plain| (plain, true));
    match_words(plain, None, is_prefix)
}

/// Words anywhere: in the texts, or as somebody's id.
fn words_probe(words: &str, target: Target) -> Sql {
    let Some(query) = words_match(words) else {
        // Signs only: nothing that the index knows.
        return contains_anywhere(words, target);
    };
    let id = Value::from(words.to_owned());
    match target {
        Target::Observations => Sql::new(
            "EXISTS (SELECT 1 FROM fts.words w WHERE w.words MATCH ? AND w.rowid = o.rid) OR t.id = ? OR o.id = ?",
            [query.into(), id.clone(), id],
        ),
        Target::Traces => Sql::new(
            "EXISTS (SELECT 1 FROM obs o WHERE o.trace = t.rid AND
             EXISTS (SELECT 1 FROM fts.words w WHERE w.words MATCH ? AND w.rowid = o.rid)) OR t.id = ?
             OR EXISTS (SELECT 1 FROM obs o WHERE o.id = ? AND o.trace = t.rid)",
            [query.into(), id.clone(), id],
        ),
    }
}

fn contains_anywhere(text: &str, target: Target) -> Sql {
    let like = Value::from(format!("%{}%", escaped(text)));
    let row = match target {
        Target::Observations => "i.rid = o.rid",
        Target::Traces => "i.rid IN (SELECT o.rid FROM obs o WHERE o.trace = t.rid)",
    };
    Sql::new(
        format!(
            "EXISTS (SELECT 1 FROM io.io i WHERE {row} AND (i.input LIKE ? ESCAPE '\\' OR i.output LIKE ? ESCAPE '\\'))"
        ),
        [like.clone(), like],
    )
}

/// `input:word` by the index, `input:*part*` by looking.
fn payload(known: &Known, pattern: &Pattern, target: Target) -> Sql {
    let indexed = match pattern {
        Pattern::Is(text) => match_words(text, Some(known.sql), false),
        Pattern::Starts(text) => match_words(text, Some(known.sql), true),
        Pattern::Contains(_) | Pattern::Ends(_) => None,
    };
    let condition = match indexed {
        Some(query) => {
            Sql::new("EXISTS (SELECT 1 FROM fts.words w WHERE w.words MATCH ? AND w.rowid = o.rid)", [query.into()])
        }
        None => {
            let condition = matches(pattern, &format!("i.{}", known.sql), false);
            Sql::new(
                format!("EXISTS (SELECT 1 FROM io.io i WHERE i.rid = o.rid AND {})", condition.text),
                condition.values,
            )
        }
    };
    match target {
        Target::Observations => condition,
        Target::Traces => Sql::new(
            format!("EXISTS (SELECT 1 FROM obs o WHERE o.trace = t.rid AND {})", condition.text),
            condition.values,
        ),
    }
}

fn drive(expr: &Expr) -> Option<Drive> {
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
fn is_exact(expr: &Expr) -> bool {
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
fn bound(expr: &Expr, target: Target) -> Option<Drive> {
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

/// The newest hits that are looked at when there are more.
const NEWEST: i64 = 1_000;

fn words_drive(query: &str) -> Drive {
    let hits = |rows: &str| {
        let text = format!("SELECT o.trace AS trace FROM ({rows}) w CROSS JOIN obs o ON o.rid = w.rowid");
        Sql::new(text, [query.to_owned().into()])
    };
    Drive {
        count: Sql::new("SELECT rowid FROM fts.words WHERE words MATCH ?", [query.to_owned().into()]),
        instead: None,
        sql: hits("SELECT rowid FROM fts.words WHERE words MATCH ?"),
        newest: Some(hits(&format!(
            "SELECT rowid FROM fts.words WHERE words MATCH ? ORDER BY rowid DESC LIMIT {NEWEST}"
        ))),
    }
}
