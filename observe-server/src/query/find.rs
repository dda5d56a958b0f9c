//! Finds what a query selects: a page at a time, how many, or all.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::ast::{Query, Sort};
use super::fields::Field;
use super::sql::{Drive, Selection, Sql, Target, sort_expression};

/// Of a condition that selects fewer traces than this, all are taken; of others the newest are looked at first.
const FEW: i64 = 10_000;

/// What was found: row ids in order, and where to go on.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Page {
    pub(crate) rids: Vec<i64>,
    pub(crate) next: Option<String>,
}

/// Where a page starts: behind a row with this value to sort by.
struct Cursor {
    value: Value,
    rid: i64,
}

impl Cursor {
    fn encode(value: &Value, rid: i64) -> String {
        let value = match value {
            Value::Integer(number) => serde_json::json!(number),
            Value::Real(number) => serde_json::json!(number),
            Value::Text(text) => serde_json::json!(text),
            Value::Blob(_) | Value::Null => serde_json::Value::Null,
        };
        URL_SAFE_NO_PAD.encode(serde_json::json!([value, rid]).to_string())
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (value, rid): (serde_json::Value, i64) = serde_json::from_slice(&bytes).ok()?;
        let value = match value {
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(number) => Value::Integer(number),
                None => Value::Real(number.as_f64()?),
            },
            serde_json::Value::String(text) => Value::Text(text),
            _ => return None,
        };
        Some(Self { value, rid })
    }
}

/// A query ready to run.
#[derive(Debug)]
pub(crate) struct Finder {
    selection: Selection,
    sort: Sql,
    descending: bool,
    is_by_start: bool,
}

impl Finder {
    /// The query's own order wins over the given one; without any, the newest come first.
    pub(crate) fn new(query: &Query, target: Target, sort: Option<Sort>) -> Self {
        let selection = Selection::of(query, target);
        let sort = query.sort.clone().or(sort);
        let is_by_start =
            sort.as_ref().is_none_or(|sort| matches!(&sort.field, Field::Known(known) if known.name == "startTime"));
        let start = match target {
            Target::Observations => "o.start",
            Target::Traces => "t.start",
        };
        let descending = sort.as_ref().is_none_or(|sort| sort.descending);
        let sort = match &sort {
            Some(sort) if !is_by_start => sort_expression(&sort.field, target),
            _ => Sql::new(start, []),
        };
        Self { selection, sort, descending, is_by_start }
    }

    fn table(&self) -> (&'static str, &'static str) {
        match self.selection.target {
            Target::Observations => ("o.rid", "obs o CROSS JOIN trace t ON t.rid = o.trace"),
            Target::Traces => ("t.rid", "trace t"),
        }
    }

    /// A page of what is selected, behind a cursor. A cursor that is none is the beginning.
    pub(crate) fn page(&self, db: &Connection, limit: usize, cursor: Option<&str>) -> rusqlite::Result<Page> {
        let cursor = cursor.and_then(Cursor::decode);
        let rows = match self.lead(db)? {
            Lead::All(led) => self.rows(db, &led, limit, 0, cursor.as_ref())?,
            Lead::Newest(led) if cursor.is_none() && self.is_by_start && self.descending => {
                let rows = self.rows(db, &led, limit, 0, None)?;
                if rows.len() > limit { rows } else { self.rows(db, &self.walk(), limit, 0, None)? }
            }
            Lead::Newest(_) | Lead::None => self.rows(db, &self.walk(), limit, 0, cursor.as_ref())?,
        };
        let next = (rows.len() > limit).then(|| &rows[limit - 1]).map(|(rid, value)| Cursor::encode(value, *rid));
        Ok(Page { rids: rows.into_iter().take(limit).map(|(rid, _)| rid).collect(), next })
    }

    /// A page by its number, from 1 on, and how many there are in all.
    pub(crate) fn numbered(&self, db: &Connection, page: usize, limit: usize) -> rusqlite::Result<(Vec<i64>, u64)> {
        let led = match self.lead(db)? {
            Lead::All(led) => led,
            Lead::Newest(_) | Lead::None => self.walk(),
        };
        let offset = (page - 1).saturating_mul(limit);
        let rids = self.rows(db, &led, limit, offset, None)?.into_iter().take(limit).map(|(rid, _)| rid).collect();
        let all = self.all(db)?;
        let total: i64 = db
            .prepare(&format!("SELECT count(*) FROM ({})", all.text))?
            .query_row(params_from_iter(all.values), |row| row.get(0))?;
        Ok((rids, u64::try_from(total).unwrap_or(0)))
    }

    /// How many are selected, where that is quick to say.
    pub(crate) fn total(&self, db: &Connection) -> rusqlite::Result<Option<u64>> {
        let (rid, _) = self.table();
        let sql = match (self.lead(db)?, self.selection.probes.len()) {
            (Lead::All(led), _) => {
                let text = format!("SELECT count(DISTINCT {rid}) FROM {} WHERE {}", led.from.text, led.condition.text);
                Sql::new(text, led.from.values.into_iter().chain(led.condition.values))
            }
            (_, 0) => Sql::new(format!("SELECT count(*) FROM {}", self.bare()), []),
            (Lead::None, 1) if self.selection.target == Target::Traces && self.selection.drives.len() == 1 => {
                let drive = &self.selection.drives[0].sql;
                Sql::new(format!("SELECT count(DISTINCT trace) FROM ({})", drive.text), drive.values.clone())
            }
            _ => return Ok(None),
        };
        let count: i64 = db.prepare(&sql.text)?.query_row(params_from_iter(sql.values), |row| row.get(0))?;
        Ok(u64::try_from(count).ok())
    }

    /// SQL that selects the row ids of everything, unordered, to be put into other queries: `SELECT .. AS rid`.
    pub(crate) fn all(&self, db: &Connection) -> rusqlite::Result<Sql> {
        let led = match self.lead(db)? {
            Lead::All(led) => led,
            Lead::Newest(_) | Lead::None => {
                Led { from: Sql::new(self.table().1, []), condition: self.selection.condition(None) }
            }
        };
        let text = format!("SELECT {} AS rid FROM {} WHERE {}", self.table().0, led.from.text, led.condition.text);
        Ok(Sql::new(text, led.from.values.into_iter().chain(led.condition.values)))
    }

    /// Whether everything is selected.
    pub(crate) fn is_everything(&self) -> bool {
        self.selection.probes.is_empty()
    }

    fn bare(&self) -> &'static str {
        match self.selection.target {
            Target::Observations => "obs",
            Target::Traces => "trace",
        }
    }

    fn from(&self, drive: Option<&Sql>) -> Sql {
        match (drive, self.selection.target) {
            (Some(drive), Target::Traces) => Sql::new(
                format!("(SELECT DISTINCT trace FROM ({})) d CROSS JOIN trace t ON t.rid = d.trace", drive.text),
                drive.values.clone(),
            ),
            (Some(drive), Target::Observations) => Sql::new(
                format!(
                    "(SELECT DISTINCT trace FROM ({})) d CROSS JOIN obs o ON o.trace = d.trace CROSS JOIN trace t ON t.rid = d.trace",
                    drive.text
                ),
                drive.values.clone(),
            ),
            (None, Target::Traces) if self.is_by_start => Sql::new("trace t INDEXED BY trace_start", []),
            (None, Target::Observations) if self.is_by_start => {
                Sql::new("obs o INDEXED BY obs_start CROSS JOIN trace t ON t.rid = o.trace", [])
            }
            (None, _) => Sql::new(self.table().1, []),
        }
    }

    /// The condition that selects the fewest, if it selects few.
    fn lead(&self, db: &Connection) -> rusqlite::Result<Lead> {
        let mut best: Option<(i64, &Drive)> = None;
        let mut newest = None;
        for drive in &self.selection.drives {
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM ({}) LIMIT {FEW})", drive.count.text);
            let count: i64 =
                db.prepare_cached(&sql)?.query_row(params_from_iter(&drive.count.values), |row| row.get(0))?;
            if count >= FEW {
                newest = newest.or(drive.newest.as_ref().map(|sql| (sql, drive.instead)));
            } else if best.is_none_or(|(least, _)| count < least) {
                best = Some((count, drive));
            }
        }
        let led = |sql: &Sql, instead: Option<usize>| Led {
            from: self.from(Some(sql)),
            condition: self.selection.condition(instead),
        };
        Ok(match (best, newest) {
            (Some((_, drive)), _) => Lead::All(led(&drive.sql, drive.instead)),
            (None, Some((newest, instead))) => Lead::Newest(led(newest, instead)),
            (None, None) => Lead::None,
        })
    }

    /// One after another, in order.
    fn walk(&self) -> Led {
        Led { from: self.from(None), condition: self.selection.condition(None) }
    }

    fn rows(
        &self,
        db: &Connection,
        led: &Led,
        limit: usize,
        offset: usize,
        cursor: Option<&Cursor>,
    ) -> rusqlite::Result<Vec<(i64, Value)>> {
        let Led { from, condition } = led;
        let (rid, _) = self.table();
        let sort = &self.sort;
        let (direction, beyond) = if self.descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut values = sort.values.clone();
        values.extend(from.values.iter().cloned());
        values.extend(condition.values.iter().cloned());
        let mut behind = String::new();
        if let Some(cursor) = cursor {
            behind = format!(" AND ({}, {rid}) {beyond} (?, ?)", sort.text);
            values.extend(sort.values.iter().cloned());
            values.extend([cursor.value.clone(), cursor.rid.into()]);
        }
        values.extend(sort.values.iter().cloned());
        let text = format!(
            "SELECT {rid}, {sort} FROM {} WHERE {}{behind} ORDER BY {sort} {direction}, {rid} {direction} LIMIT {} OFFSET {offset}",
            from.text,
            condition.text,
            limit + 1,
            sort = sort.text
        );
        db.prepare_cached(&text)?.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }
}

/// Where to look, and what remains to be looked at there.
struct Led {
    from: Sql,
    condition: Sql,
}

enum Lead {
    /// Few enough to take them all.
    All(Led),
    /// Too many, but the newest can be had.
    Newest(Led),
    None,
}
