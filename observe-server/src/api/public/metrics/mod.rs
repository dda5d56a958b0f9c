//! `GET /api/public/v2/metrics`: sums and percentiles over observations and scores, by dimensions and time.

mod filters;
mod names;
mod step;

use std::collections::{BTreeMap, HashSet};

use axum::extract::State;
use axum::http::Uri;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

use self::names::{Columns, DIMENSIONS, MEASURES, SCORE_DIMENSIONS, SCORE_MEASURES, TOO_MANY};
use self::step::Step;
use super::super::App;
use super::answer::{Answer, Refusal, ok};
use super::params::Params;
use crate::query::{Compare, Conditions, Finder, Sql, Target};
use crate::time;

/// What is asked, understood.
struct Asked {
    rows: Sql,
    dimensions: Vec<String>,
    metrics: Vec<(String, Aggregation)>,
    step: Option<Step>,
    order: Option<(String, bool)>,
    limit: usize,
    bins: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Aggregation {
    Average,
    Count,
    Histogram,
    Largest,
    Percentile(f64),
    Smallest,
    Sum,
    Unique,
}

impl Aggregation {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "avg" => Self::Average,
            "count" => Self::Count,
            "histogram" => Self::Histogram,
            "max" => Self::Largest,
            "min" => Self::Smallest,
            "p50" => Self::Percentile(0.5),
            "p75" => Self::Percentile(0.75),
            "p90" => Self::Percentile(0.9),
            "p95" => Self::Percentile(0.95),
            "p99" => Self::Percentile(0.99),
            "sum" => Self::Sum,
            "uniq" => Self::Unique,
            _ => return None,
        })
    }
}

pub(super) async fn current(State(app): State<App>, uri: Uri) -> Answer {
    let params = Params::of(&uri);
    let text = params.filled("query").ok_or_else(|| Refusal::parameter("query is missing: a JSON object"))?;
    let query: Value =
        serde_json::from_str(text).map_err(|error| Refusal::parameter(format!("query is no JSON: {error}")))?;
    let request = Request::read(&query)?;
    let data = app
        .store
        .read(move |db| {
            let asked = request.prepare(db)?;
            asked.run(db)
        })
        .await?;
    ok(json!({"data": data}))
}

/// What is asked, before the database has been looked at.
struct Request {
    /// The types of the scores, if it is about scores.
    scores: Option<&'static str>,
    of_scores: Sql,
    finder: Finder,
    from: i64,
    to: i64,
    dimensions: Vec<(String, &'static str)>,
    metrics: Vec<(String, &'static str, Aggregation)>,
    step: Option<Step>,
    order: Option<(String, bool)>,
    limit: usize,
    bins: usize,
}

impl Request {
    fn read(query: &Value) -> Result<Self, Refusal> {
        let text = |key: &str| query.get(key).and_then(Value::as_str);
        let scores = match text("view") {
            Some("observations") => None,
            Some("scores-numeric") => Some("'NUMERIC', 'BOOLEAN'"),
            Some("scores-boolean") => Some("'BOOLEAN'"),
            Some("scores-categorical") => Some("'CATEGORICAL'"),
            other => {
                let views = "observations, scores-numeric, scores-boolean or scores-categorical";
                return Err(Refusal::parameter(format!("view is {}: it must be {views}", other.unwrap_or("missing"))));
            }
        };
        let (known_dimensions, known_measures) =
            if scores.is_some() { (SCORE_DIMENSIONS, SCORE_MEASURES) } else { (DIMENSIONS, MEASURES) };
        let find = |columns: Columns, name: &str, what: &str| {
            let found = columns.iter().find(|(known, _)| *known == name).map(|(_, sql)| *sql);
            found.ok_or_else(|| {
                let names: Vec<&str> = columns.iter().map(|(known, _)| *known).collect();
                Refusal::parameter(format!("there is no {what} {name}: choose from {}", names.join(", ")))
            })
        };
        let list = |key: &str| query.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut dimensions = Vec::new();
        for dimension in list("dimensions") {
            let name = dimension.get("field").and_then(Value::as_str).unwrap_or("");
            if TOO_MANY.contains(&name) {
                let message = format!("the dimension {name} has too many values to group by: filter by it instead");
                return Err(Refusal::parameter(message));
            }
            dimensions.push((name.to_owned(), find(known_dimensions, name, "dimension")?));
        }
        let mut metrics = Vec::new();
        for metric in list("metrics") {
            let part = |key: &str| metric.get(key).and_then(Value::as_str).unwrap_or("");
            let (measure, name) = (part("measure"), part("aggregation"));
            let aggregation = Aggregation::parse(name)
                .ok_or_else(|| Refusal::parameter(format!("there is no aggregation {name}")))?;
            metrics.push((format!("{name}_{measure}"), find(known_measures, measure, "measure")?, aggregation));
        }
        if metrics.is_empty() {
            return Err(Refusal::parameter(
                "metrics is missing: at least one, as {\"measure\":\"count\",\"aggregation\":\"count\"}",
            ));
        }
        let moment = |key: &str| {
            let found = text(key).and_then(time::parse);
            found.ok_or_else(|| Refusal::parameter(format!("{key} must be a time in ISO 8601")))
        };
        let (from, to) = (moment("fromTimestamp")?, moment("toTimestamp")?);
        let mut conditions = Conditions::default();
        conditions.time("startTime", Compare::GreaterOrEqual, from).time("startTime", Compare::Less, to);
        let filters = list("filters");
        let of_scores =
            if scores.is_some() { filters::conditions(&filters).map_err(Refusal::parameter)? } else { Sql::default() };
        if !filters.is_empty() && scores.is_none() {
            conditions.filter(&Value::from(filters).to_string()).map_err(Refusal::parameter)?;
        }
        let granularity = query.get("timeDimension").and_then(|time| time.get("granularity")).and_then(Value::as_str);
        let step = granularity.map(|name| Step::parse(name, to.saturating_sub(from))).transpose()?;
        let order = list("orderBy").first().and_then(|order| {
            let field = order.get("field")?.as_str()?.to_owned();
            Some((field, order.get("direction").and_then(Value::as_str) == Some("desc")))
        });
        let config = |key: &str, usual: u64, most: u64| {
            let given = query.get("config").and_then(|config| config.get(key)).and_then(Value::as_u64);
            usize::try_from(given.unwrap_or(usual).clamp(1, most)).unwrap_or(100)
        };
        Ok(Self {
            scores,
            of_scores,
            finder: Finder::new(&conditions.query(), Target::Observations, None),
            from,
            to,
            dimensions,
            metrics,
            step,
            order,
            limit: config("row_limit", 100, 1000),
            bins: config("bins", 10, 100),
        })
    }

    fn prepare(self, db: &Connection) -> rusqlite::Result<Asked> {
        let mut columns: Vec<&str> = self.dimensions.iter().map(|(_, sql)| *sql).collect();
        columns.extend(self.metrics.iter().map(|(_, sql, _)| *sql));
        let columns = columns.join(", ");
        let rows = match self.scores {
            Some(kinds) => {
                let text = format!(
                    "SELECT s.time, {columns} FROM score s LEFT JOIN trace t ON t.id = s.trace
                     LEFT JOIN obs o ON o.id = s.observation AND o.trace = t.rid
                     WHERE s.data_type IN ({kinds}) AND s.time >= ? AND s.time < ? AND {}",
                    self.of_scores.text
                );
                let times = [self.from.into(), self.to.into()];
                Sql::new(text, times.into_iter().chain(self.of_scores.values))
            }
            None => {
                let all = self.finder.all(db)?;
                let text = format!(
                    "SELECT o.start, {columns} FROM ({}) found CROSS JOIN obs o ON o.rid = found.rid CROSS JOIN trace t ON t.rid = o.trace",
                    all.text
                );
                Sql::new(text, all.values)
            }
        };
        Ok(Asked {
            rows,
            dimensions: self.dimensions.into_iter().map(|(name, _)| name).collect(),
            metrics: self.metrics.into_iter().map(|(name, _, aggregation)| (name, aggregation)).collect(),
            step: self.step,
            order: self.order,
            limit: self.limit,
            bins: self.bins,
        })
    }
}

/// A group's values: numbers, and texts for what is only counted.
#[derive(Default)]
struct Group {
    numbers: Vec<Vec<f64>>,
    texts: Vec<HashSet<String>>,
}

impl Asked {
    fn run(&self, db: &Connection) -> rusqlite::Result<Vec<Value>> {
        let mut groups: BTreeMap<Vec<Option<String>>, Group> = BTreeMap::new();
        let mut statement = db.prepare(&self.rows.text)?;
        let mut rows = statement.query(params_from_iter(&self.rows.values))?;
        while let Some(row) = rows.next()? {
            let mut key = Vec::with_capacity(self.dimensions.len() + 1);
            if let Some(step) = self.step {
                key.push(Some(step.bin(row.get(0)?)));
            }
            for (place, name) in self.dimensions.iter().enumerate() {
                key.push(dimension(name, row.get_ref(place + 1)?));
            }
            let group = groups.entry(key).or_default();
            group.numbers.resize_with(self.metrics.len(), Vec::new);
            group.texts.resize_with(self.metrics.len(), HashSet::new);
            for place in 0..self.metrics.len() {
                match row.get_ref(place + 1 + self.dimensions.len())? {
                    ValueRef::Integer(number) => group.numbers[place].push(time::float(number)),
                    ValueRef::Real(number) => group.numbers[place].push(number),
                    ValueRef::Text(text) => {
                        group.texts[place].insert(String::from_utf8_lossy(text).into_owned());
                    }
                    ValueRef::Null | ValueRef::Blob(_) => {}
                }
            }
        }
        let mut out: Vec<Map<String, Value>> = groups.into_iter().map(|(key, group)| self.row(key, group)).collect();
        if let Some((field, descending)) = &self.order {
            let number = |row: &Map<String, Value>| row.get(field).and_then(Value::as_f64).unwrap_or(f64::NEG_INFINITY);
            let text = |row: &Map<String, Value>| row.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
            out.sort_by(|left, right| {
                number(left).total_cmp(&number(right)).then_with(|| text(left).cmp(&text(right)))
            });
            if *descending {
                out.reverse();
            }
        }
        out.truncate(self.limit);
        Ok(out.into_iter().map(Value::Object).collect())
    }

    fn row(&self, key: Vec<Option<String>>, mut group: Group) -> Map<String, Value> {
        let mut out = Map::new();
        let names = self.step.iter().map(|_| "time_dimension").chain(self.dimensions.iter().map(String::as_str));
        for (name, value) in names.zip(key) {
            let value = match (name, value.as_deref()) {
                ("isRootObservation" | "booleanValue", Some(truth)) => json!(truth == "1"),
                ("tags", Some(list)) => serde_json::from_str(list).unwrap_or_default(),
                _ => value.into(),
            };
            out.insert(name.to_owned(), value);
        }
        for (place, (name, aggregation)) in self.metrics.iter().enumerate() {
            let numbers = &mut group.numbers[place];
            let value = if group.texts[place].is_empty() {
                aggregate(*aggregation, numbers, self.bins)
            } else {
                json!(group.texts[place].len())
            };
            out.insert(name.clone(), value);
        }
        out
    }
}

fn dimension(name: &str, value: ValueRef<'_>) -> Option<String> {
    match (name, value) {
        ("type", ValueRef::Integer(code)) => Some(crate::model::Kind::from_code(code).as_str().to_owned()),
        ("level", ValueRef::Integer(code)) => Some(crate::model::Level::from_code(code).as_str().to_owned()),
        (_, ValueRef::Integer(number)) => Some(number.to_string()),
        (_, ValueRef::Real(number)) => Some(number.to_string()),
        (_, ValueRef::Text(text)) => Some(String::from_utf8_lossy(text).into_owned()),
        (_, ValueRef::Null | ValueRef::Blob(_)) => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list"
)]
fn aggregate(aggregation: Aggregation, numbers: &mut [f64], bins: usize) -> Value {
    if aggregation == Aggregation::Count {
        return numbers.len().into();
    }
    numbers.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (numbers.first().copied(), numbers.last().copied()) else { return Value::Null };
    let sum = || numbers.iter().sum::<f64>();
    match aggregation {
        Aggregation::Average => json!(sum() / numbers.len() as f64),
        Aggregation::Count => Value::Null,
        Aggregation::Histogram => {
            let width = ((most - least) / bins as f64).max(f64::MIN_POSITIVE);
            let mut counts = vec![0_u64; bins];
            for number in numbers.iter() {
                counts[(((number - least) / width) as usize).min(bins - 1)] += 1;
            }
            let bin = |(place, count): (usize, u64)| {
                json!([least + place as f64 * width, least + (place + 1) as f64 * width, count])
            };
            counts.into_iter().enumerate().filter(|(_, count)| *count > 0).map(bin).collect()
        }
        Aggregation::Largest => json!(most),
        Aggregation::Percentile(part) => {
            // Between two values in proportion.
            let place = part * (numbers.len() - 1) as f64;
            let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
            json!(low + (high - low) * place.fract())
        }
        Aggregation::Smallest => json!(least),
        Aggregation::Sum => json!(sum()),
        Aggregation::Unique => json!(numbers.iter().map(|number| number.to_bits()).collect::<HashSet<u64>>().len()),
    }
}
