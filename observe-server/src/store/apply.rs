//! Changes to rows, inside one transaction. A trace's row is read when the transaction first touches it and written once, at
//! the end, with the sums that its observations have changed. A new one has a number until then, but no row.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::labels::Labels;
use super::merge::{Old, merge};
use super::rows::Rows;
use super::scores;
use super::totals::Totals;
use crate::model::{Change, Kind, Observation, Trace};
use crate::price::Prices;
use crate::time;

/// One transaction's work.
pub(super) struct Session<'a> {
    pub(super) db: &'a Connection,
    prices: Arc<Prices>,
    labels: Labels<'a>,
    rows: Rows<'a>,
    traces: HashMap<String, Totals>,
    /// The number of the next new trace, once it has been looked up.
    next_trace: Option<i64>,
    /// Observations, tokens and cost to add to an hour's model.
    hours: HashMap<(i64, String), (i64, i64, f64)>,
    touched: Vec<String>,
    seq: i64,
    now: i64,
}

impl<'a> Session<'a> {
    pub(super) fn begin(db: &'a Connection, prices: Arc<Prices>) -> rusqlite::Result<Self> {
        let seq = db.prepare_cached("SELECT coalesce(max(seq), 0) FROM io.io")?.query_row([], |row| row.get(0))?;
        Ok(Self {
            db,
            prices,
            labels: Labels::begin(db)?,
            rows: Rows::begin(db)?,
            traces: HashMap::new(),
            next_trace: None,
            hours: HashMap::new(),
            touched: Vec::new(),
            seq,
            now: time::now(),
        })
    }

    pub(super) fn apply(&mut self, change: &Change) -> rusqlite::Result<()> {
        match change {
            Change::Observation(observation) => self.observation(observation),
            Change::Score(score) => {
                self.touched.extend(score.trace.clone());
                scores::upsert(self.db, score, self.now)
            }
            Change::Trace(about) => {
                let totals = self.trace(&about.id, about.time.unwrap_or(self.now))?;
                totals.learn(about, true);
                let rid = totals.rid;
                if about.input.is_some() || about.output.is_some() {
                    self.trace_payload(about)?;
                }
                self.trace_labels(rid, about)
            }
        }
    }

    /// Writes what is in hand, and forgets it.
    pub(super) fn settle(&mut self) -> rusqlite::Result<()> {
        self.next_trace = None;
        let mut traces: Vec<(String, Totals)> = self.traces.drain().collect();
        // One after another is what a table is appended to fastest.
        traces.sort_unstable_by_key(|(_, totals)| totals.rid);
        for (id, totals) in traces {
            totals.write(self.db, &id, self.now)?;
            self.touched.push(id);
        }
        let mut add = self.db.prepare_cached(
            "INSERT INTO hour VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET observations = observations + excluded.observations,
             tokens = tokens + excluded.tokens, cost = cost + excluded.cost",
        )?;
        for ((hour, model), (observations, tokens, cost)) in self.hours.drain() {
            add.execute(params![hour, model, observations, tokens, cost])?;
        }
        Ok(())
    }

    /// Writes all, and names the traces that changed.
    pub(super) fn finish(mut self) -> rusqlite::Result<Vec<String>> {
        self.settle()?;
        self.touched.sort_unstable();
        self.touched.dedup();
        Ok(self.touched)
    }

    fn trace(&mut self, id: &str, start: i64) -> rusqlite::Result<&mut Totals> {
        if !self.traces.contains_key(id) {
            let totals = match Totals::read(self.db, id)? {
                Some(totals) => totals,
                None => Totals::new(self.new_trace()?, start),
            };
            self.traces.insert(id.to_owned(), totals);
        }
        self.traces.get_mut(id).ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn new_trace(&mut self) -> rusqlite::Result<i64> {
        let next = match self.next_trace {
            Some(next) => next,
            None => self
                .db
                .prepare_cached("SELECT coalesce(max(rid), 0) + 1 FROM trace")?
                .query_row([], |row| row.get(0))?,
        };
        self.next_trace = Some(next + 1);
        Ok(next)
    }

    fn observation(&mut self, new: &Observation) -> rusqlite::Result<()> {
        let trace = if new.trace.is_empty() { self.trace_of(&new.id)? } else { new.trace.clone() };
        let start = new.start.unwrap_or(new.said);
        let totals = self.trace(&trace, start)?;
        let trace_rid = totals.rid;
        let old = self.old(&new.id, trace_rid)?;
        let is_moved = old.as_ref().is_some_and(|old| old.trace != trace_rid);
        let row = merge(old.as_ref(), new, &self.prices);
        self.seq += 1;
        let rid = self.rows.write(&row, trace_rid, old.as_ref().map(|old| old.rid), self.seq, self.now)?;
        self.hour(old.as_ref().map(|old| &old.sums), -1);
        self.hour(Some(&row.sums), 1);
        if is_moved {
            self.moved(&new.id, old.as_ref())?;
        }
        let totals = self.trace(&trace, start)?;
        if let Some(old) = old.as_ref().filter(|_| !is_moved) {
            totals.add(&old.sums, -1);
        }
        totals.add(&row.sums, 1);
        totals.learn(&new.about, false);
        if row.is_root() {
            totals.root(rid, &row);
        }
        self.trace_labels(trace_rid, &new.about)?;
        let labels = &mut self.labels;
        let kind = row.sums.kind.as_str();
        labels.put(trace_rid, "type", "", kind)?;
        if let Some(name) = &row.name {
            labels.put(trace_rid, "observation", "", name)?;
            if row.sums.kind == Kind::Tool {
                labels.put(trace_rid, "tool", "", name)?;
            }
        }
        if let Some(model) = &row.sums.model {
            labels.put(trace_rid, "model", "", model)?;
        }
        if let Some((prompt, _)) = &new.prompt {
            labels.put(trace_rid, "prompt", "", prompt)?;
        }
        for (key, value) in &new.metadata {
            labels.put_value(trace_rid, key, value)?;
        }
        Ok(())
    }

    /// An observation's trace has been named now. The one of its own goes, unless it has become one.
    fn moved(&mut self, id: &str, old: Option<&Old>) -> rusqlite::Result<()> {
        let Some(old) = old else { return Ok(()) };
        let has_others: bool = self
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM obs WHERE trace = ?)")?
            .query_row([old.trace], |row| row.get(0))?;
        if has_others {
            self.trace(id, old.sums.start)?.add(&old.sums, -1);
            return Ok(());
        }
        self.traces.remove(id);
        super::delete::forget_trace(self.db, old.trace)
    }

    /// The observation of that id in a trace, or where nobody had named its trace: there it is its own trace's.
    fn old(&mut self, id: &str, trace: i64) -> rusqlite::Result<Option<Old>> {
        let places = self.rows.places(id)?;
        if places.is_empty() {
            return Ok(None);
        }
        let is_in = |wanted: i64| places.iter().find(|(_, trace)| *trace == wanted);
        let rid = match is_in(trace) {
            Some((rid, _)) => *rid,
            None => {
                let own = match self.traces.get(id) {
                    Some(totals) => Some(totals.rid),
                    None => self
                        .db
                        .prepare_cached("SELECT rid FROM trace WHERE id = ?")?
                        .query_row([id], |row| row.get(0))
                        .optional()?,
                };
                let Some((rid, _)) = own.and_then(is_in) else { return Ok(None) };
                *rid
            }
        };
        Old::read(self.db, rid)
    }

    /// An update may come without its trace's id. What nobody has named is a trace of its own.
    fn trace_of(&mut self, observation: &str) -> rusqlite::Result<String> {
        let Some((_, rid)) = self.rows.places(observation)?.first().copied() else { return Ok(observation.to_owned()) };
        if let Some((id, _)) = self.traces.iter().find(|(_, totals)| totals.rid == rid) {
            return Ok(id.clone());
        }
        self.db.prepare_cached("SELECT id FROM trace WHERE rid = ?")?.query_row([rid], |row| row.get(0))
    }

    fn trace_labels(&mut self, rid: i64, about: &Trace) -> rusqlite::Result<()> {
        for tag in &about.tags {
            self.labels.put(rid, "tag", "", tag)?;
        }
        for (key, value) in &about.metadata {
            self.labels.put_value(rid, key, value)?;
        }
        Ok(())
    }

    fn trace_payload(&mut self, about: &Trace) -> rusqlite::Result<()> {
        let Some(totals) = self.traces.get_mut(&about.id) else { return Ok(()) };
        totals.payload(about);
        self.db
            .prepare_cached(
                "INSERT INTO io.trace_io VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
                 input = coalesce(excluded.input, input), output = coalesce(excluded.output, output)",
            )?
            .execute(params![totals.rid, about.input, about.output])?;
        Ok(())
    }

    fn hour(&mut self, sums: Option<&super::totals::Sums>, sign: i64) {
        let Some((sums, model)) = sums.and_then(|sums| Some((sums, sums.model.clone()?))) else { return };
        let sum = self.hours.entry((sums.start / time::HOUR, model)).or_default();
        sum.0 += sign;
        sum.1 += sign * sums.total_tokens;
        sum.2 += time::float(sign) * sums.total_cost.unwrap_or(0.0);
    }
}
