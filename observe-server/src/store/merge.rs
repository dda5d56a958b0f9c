//! An observation's row: what is stored, joined with what is said now. Of two values the one said later wins; a start and an
//! environment stay as they were first said; what is missing takes nothing away.

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Map, Value};

use super::totals::{Sums, merge_maps};
use crate::model::{Kind, Level, Observation};
use crate::price::{Prices, Used};

/// A row as it is to be stored.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) is_update: bool,
    pub(super) name: Option<String>,
    pub(super) level: Option<Level>,
    pub(super) completion_start: Option<i64>,
    pub(super) status_message: Option<String>,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
    pub(super) parameters: Map<String, Value>,
    pub(super) usage: Vec<(String, u64)>,
    pub(super) cost: Vec<(String, f64)>,
    pub(super) prompt: Option<(String, i64)>,
    pub(super) version: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) metadata: Map<String, Value>,
    pub(super) surroundings: Map<String, Value>,
    pub(super) events: Vec<Value>,
    pub(super) is_app_root: bool,
    pub(super) said: i64,
    pub(super) sums: Sums,
}

/// A row as it was stored.
#[derive(Debug)]
pub(super) struct Old {
    pub(super) rid: i64,
    pub(super) trace: i64,
    start: i64,
    end: Option<i64>,
    model: Option<String>,
    row: Merged,
    pub(super) sums: Sums,
}

impl Old {
    pub(super) fn read(db: &Connection, rid: i64) -> rusqlite::Result<Option<Self>> {
        db.prepare_cached(
            "SELECT obs.rid, obs.trace, id, parent, kind, is_update, name, start, end, completion_start, level, status_message, model,
             input_tokens, output_tokens, total_tokens, input_cost, output_cost, total_cost, usage, cost, prompt_name,
             prompt_version, version, environment, is_app_root, said, io.input, io.output, metadata, surroundings, parameters,
             events FROM obs LEFT JOIN io.io ON io.rid = obs.rid WHERE obs.rid = ?",
        )?
        .query_row([rid], Self::from_row)
        .optional()
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind = row.get::<_, Option<i64>>("kind")?.map(Kind::from_code);
        let level = row.get::<_, Option<i64>>("level")?.map(Level::from_code);
        let (start, end, model): (i64, Option<i64>, Option<String>) =
            (row.get("start")?, row.get("end")?, row.get("model")?);
        let sums = Sums {
            kind: kind.unwrap_or(Kind::Span),
            start,
            end,
            level: level.unwrap_or(Level::Default),
            model: model.clone(),
            input_tokens: row.get("input_tokens")?,
            output_tokens: row.get("output_tokens")?,
            total_tokens: row.get("total_tokens")?,
            input_cost: row.get("input_cost")?,
            output_cost: row.get("output_cost")?,
            total_cost: row.get("total_cost")?,
        };
        let prompt = row.get::<_, Option<String>>("prompt_name")?.zip(row.get("prompt_version")?);
        let merged = Merged {
            id: row.get("id")?,
            parent: row.get("parent")?,
            kind,
            is_update: row.get("is_update")?,
            name: row.get("name")?,
            level,
            completion_start: row.get("completion_start")?,
            status_message: row.get("status_message")?,
            input: row.get("input")?,
            output: row.get("output")?,
            parameters: json(row, "parameters")?,
            usage: json::<Map<String, Value>>(row, "usage")?
                .into_iter()
                .filter_map(|(key, count)| Some((key, count.as_u64()?)))
                .collect(),
            cost: json::<Map<String, Value>>(row, "cost")?
                .into_iter()
                .filter_map(|(key, cost)| Some((key, cost.as_f64()?)))
                .collect(),
            prompt,
            version: row.get("version")?,
            environment: row.get("environment")?,
            metadata: json(row, "metadata")?,
            surroundings: json(row, "surroundings")?,
            events: json(row, "events")?,
            is_app_root: row.get("is_app_root")?,
            said: row.get("said")?,
            sums: sums.clone(),
        };
        Ok(Self { rid: row.get("rid")?, trace: row.get("trace")?, start, end, model, row: merged, sums })
    }
}

fn json<T: serde::de::DeserializeOwned + Default>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

pub(super) fn merge(old: Option<&Old>, new: &Observation, prices: &Prices) -> Merged {
    let is_later = old.is_none_or(|old| new.said >= old.row.said);
    // The later one where both say something.
    fn pick<T: Clone>(is_later: bool, old: Option<&T>, new: Option<&T>) -> Option<T> {
        if is_later { new.or(old).cloned() } else { old.or(new).cloned() }
    }
    fn pick_list<T: Clone>(is_later: bool, old: Option<&Vec<T>>, new: &[T]) -> Vec<T> {
        let old = old.filter(|old| !old.is_empty());
        match old {
            Some(old) if new.is_empty() || !is_later => old.clone(),
            _ => new.to_vec(),
        }
    }
    let row = old.map(|old| &old.row);
    let joined = |of: fn(&Merged) -> &Map<String, Value>, new: &Map<String, Value>| {
        let mut map = row.map(of).cloned().unwrap_or_default();
        if is_later {
            merge_maps(&mut map, new);
            return map;
        }
        let mut earlier = new.clone();
        merge_maps(&mut earlier, &map);
        earlier
    };
    let (kind, is_update) = match row.and_then(|row| Some((row.kind?, row.is_update))) {
        Some((kind, is_update)) if new.kind.is_none() || (new.is_update && !is_update) => (Some(kind), is_update),
        _ => (new.kind, new.is_update),
    };
    let start = match (old, new.start) {
        (Some(old), Some(start)) if !is_later || old.row.is_update => start,
        (Some(old), _) => old.start,
        (None, start) => start.unwrap_or(new.said),
    };
    let end = pick(is_later, old.and_then(|old| old.end.as_ref()), new.end.as_ref()).map(|end| end.max(start));
    let level = pick(is_later, row.and_then(|row| row.level.as_ref()), new.level.as_ref());
    let model = pick(is_later, old.and_then(|old| old.model.as_ref()), new.model.as_ref());
    let usage = pick_list(is_later, row.map(|row| &row.usage), &new.usage);
    let cost = pick_list(is_later, row.map(|row| &row.cost), &new.cost);
    let parameters = joined(|row| &row.parameters, &new.parameters);
    let metadata = joined(|row| &row.metadata, &new.metadata);
    let costs = prices.cost(&Used {
        model: model.as_deref(),
        usage: &usage,
        provided: &cost,
        parameters: &parameters,
        metadata: &metadata,
    });
    let paid = |side: &str| costs.buckets.iter().filter(|(key, _)| key.contains(side)).map(|(_, cost)| cost).sum();
    let tokens = |side: &str| {
        let of_side = usage.iter().filter(|(key, _)| key.contains(side)).map(|(_, count)| *count);
        i64::try_from(of_side.fold(0, u64::saturating_add)).unwrap_or(i64::MAX)
    };
    let sums = Sums {
        kind: kind.unwrap_or(Kind::Span),
        start,
        end,
        level: level.unwrap_or(Level::Default),
        input_tokens: tokens("input"),
        output_tokens: tokens("output"),
        total_tokens: tokens("total"),
        input_cost: paid("input"),
        output_cost: paid("output"),
        total_cost: costs.total,
        model,
    };
    let text = |of: fn(&Merged) -> &Option<String>, new: &Option<String>| {
        pick(is_later, row.and_then(|row| of(row).as_ref()), new.as_ref())
    };
    Merged {
        id: new.id.clone(),
        parent: text(|row| &row.parent, &new.parent),
        kind,
        is_update,
        name: text(|row| &row.name, &new.name),
        level,
        completion_start: pick(
            is_later,
            row.and_then(|row| row.completion_start.as_ref()),
            new.completion_start.as_ref(),
        ),
        status_message: text(|row| &row.status_message, &new.status_message),
        input: text(|row| &row.input, &new.input),
        output: text(|row| &row.output, &new.output),
        parameters,
        usage,
        cost,
        prompt: pick(is_later, row.and_then(|row| row.prompt.as_ref()), new.prompt.as_ref()),
        version: text(|row| &row.version, &new.version),
        environment: row.and_then(|row| row.environment.clone()).or_else(|| new.environment.clone()),
        metadata,
        surroundings: joined(|row| &row.surroundings, &new.surroundings),
        events: pick_list(is_later, row.map(|row| &row.events), &new.events),
        is_app_root: new.is_app_root || row.is_some_and(|row| row.is_app_root),
        said: old.map_or(new.said, |old| old.row.said.max(new.said)),
        sums,
    }
}

impl Merged {
    pub(super) fn is_root(&self) -> bool {
        self.parent.is_none()
    }
}
