//! A trace as a tree: a line an observation, with a bar where it lies on the time axis.

use std::collections::{HashMap, HashSet};
use std::io;

use serde_json::Value;

use super::{Paint, Screen, escape, number};
use crate::time;
use crate::view::{Observation, Payload, Score, TraceView};

/// Columns of the time axis, on a wide terminal and where nobody counts.
const AXIS: usize = 32;

/// Inputs and outputs, by observation.
pub(crate) type Payloads = HashMap<String, Payload>;

/// Prints a trace: what is known of it as a whole, and its observations.
pub(crate) fn print(screen: &mut Screen, trace: &TraceView, payloads: Option<&Payloads>) -> io::Result<()> {
    head(screen, trace)?;
    let lines = walk(trace);
    let axis = Axis::new(&lines, screen.columns());
    let scores = by_observation(&trace.scores);
    let critical: HashSet<&str> = trace.critical_path.iter().map(String::as_str).collect();
    let width = |line: &Line<'_>| escape::width(&line.branch(screen.is_plain())) + escape::width(&name(line.of));
    let most = screen.columns().map_or(usize::MAX, |columns| (columns * 2 / 5).max(24));
    let names = lines.iter().map(width).max().unwrap_or(0).min(most);
    for line in &lines {
        let branch = line.branch(screen.is_plain());
        let room = names.saturating_sub(escape::width(&branch));
        let shown = if screen.columns().is_some() {
            escape::short(&name(line.of), room)
        } else {
            escape::line(&name(line.of)).into_owned()
        };
        let padding = " ".repeat(room.saturating_sub(escape::width(&shown)));
        let paint = if critical.contains(line.of.id.as_str()) { Paint::Bold } else { Paint::Usual };
        let mut text = format!(
            "{}{}{padding}  {:>8}",
            screen.painted(Paint::Dim, &branch),
            screen.painted(paint, &shown),
            if line.of.running { "running".to_owned() } else { number::duration(time::millis(line.end - line.start)) },
        );
        let bar_paint = match Paint::of(line.of.level) {
            Paint::Usual => Paint::Cyan,
            level => level,
        };
        if !screen.is_plain() {
            text.push_str("  ");
            text.push_str(&screen.painted(bar_paint, &axis.bar(line)));
        }
        // What does not fit beside the bar stands below it.
        let below = line.below(screen.is_plain());
        let columns = names + 10 + axis.columns + 2;
        let mut rest = Rest { screen, columns, line: text, below: &below };
        for (word, paint) in words(line, scores.get(line.of.id.as_str())) {
            rest.add(&word, paint)?;
        }
        rest.end()?;
        if let Some(payload) = payloads.and_then(|payloads| payloads.get(&line.of.id)) {
            io_of(screen, &below, payload)?;
        }
    }
    Ok(())
}

fn head(screen: &mut Screen, trace: &TraceView) -> io::Result<()> {
    let row = &trace.trace.row;
    let title = escape::line(row.name.as_deref().unwrap_or("trace")).into_owned();
    let title = screen.painted(Paint::Bold, &title);
    screen.line(&format!("{title}  {}", escape::line(&row.id)))?;
    let mut facts = vec![number::time(&row.start)];
    facts.push(if row.running { "running".to_owned() } else { number::duration(row.latency) });
    facts.push(counted(row.observations, "observation"));
    if row.tokens.total > 0 {
        facts.push(format!("{} tokens", number::count(row.tokens.total)));
    }
    facts.extend(row.cost.map(number::cost));
    for (key, value) in [
        ("user", row.user.as_deref()),
        ("session", row.session.as_deref()),
        ("environment", Some(row.environment.as_str()).filter(|environment| *environment != "default")),
        ("version", row.version.as_deref()),
        ("release", row.release.as_deref()),
    ] {
        facts.extend(value.filter(|value| !value.is_empty()).map(|value| format!("{key}={}", escape::line(value))));
    }
    if !row.tags.is_empty() {
        facts.push(format!("tags={}", escape::line(&row.tags.join(","))));
    }
    screen.line(&facts.join("  "))?;
    for (level, count) in [("ERROR", row.errors), ("WARNING", row.warnings)] {
        if count > 0 {
            let text = counted(count, if level == "ERROR" { "error" } else { "warning" });
            let text = screen.painted(Paint::of(level), &text);
            screen.line(&text)?;
        }
    }
    for score in trace.scores.iter().filter(|score| score.observation.is_none()) {
        let text = screen.painted(Paint::Green, &scored(score));
        screen.line(&text)?;
    }
    for comment in &trace.comments {
        let author = comment.author.as_deref().map(|author| format!("{}: ", escape::line(author))).unwrap_or_default();
        screen.line(&format!("{author}{}", escape::line(&comment.text)))?;
    }
    screen.line("")
}

/// `1 error`, `2 errors`
pub(crate) fn counted(count: i64, what: &str) -> String {
    format!("{} {what}{}", number::count(count), if count == 1 { "" } else { "s" })
}

fn name(observation: &Observation) -> String {
    let name = observation.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("(no name)");
    if observation.kind == "SPAN" { name.to_owned() } else { format!("{name} [{}]", observation.kind.to_lowercase()) }
}

/// What is said of an observation beside its bar.
fn words(line: &Line<'_>, scores: Option<&Vec<&Score>>) -> Vec<(String, Paint)> {
    let of = line.of;
    let mut words = Vec::new();
    if let Some(model) = of.model.as_deref().filter(|model| !model.is_empty()) {
        words.push((escape::line(model).into_owned(), Paint::Usual));
    }
    words.extend(tokens(of).map(|tokens| (tokens, Paint::Usual)));
    words.extend(of.cost_total.map(|cost| (number::cost(cost), Paint::Usual)));
    if of.level != "DEFAULT" {
        let why = of.status_message.as_deref().filter(|message| !message.is_empty());
        let text = why.map_or_else(|| of.level.to_owned(), |why| format!("{} {}", of.level, escape::line(why)));
        words.push((text, Paint::of(of.level)));
    }
    for score in scores.into_iter().flatten() {
        words.push((scored(score), Paint::Green));
    }
    words
}

/// `44 → 23 tokens`
fn tokens(of: &Observation) -> Option<String> {
    let sum = |side: &str| {
        let buckets = of.usage.iter().filter(|(bucket, _)| bucket.contains(side));
        buckets.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count))
    };
    let (input, output) = (sum("input"), sum("output"));
    let total = of.usage.get("total").copied().unwrap_or(input + output);
    match (input, output) {
        _ if total == 0 => None,
        (0, _) | (_, 0) => Some(format!("{} tokens", number::count(total))),
        _ => Some(format!("{} → {} tokens", number::count(input), number::count(output))),
    }
}

/// `helpfulness = 0.92 (answered at once)`
fn scored(score: &Score) -> String {
    let value = score.value.as_str().map_or_else(|| score.value.to_string(), str::to_owned);
    let comment = score.comment.as_deref().filter(|comment| !comment.is_empty()).map(|comment| format!(" ({comment})"));
    escape::line(&format!("{} = {value}{}", score.name, comment.unwrap_or_default())).into_owned()
}

fn by_observation(scores: &[Score]) -> HashMap<&str, Vec<&Score>> {
    let mut by: HashMap<&str, Vec<&Score>> = HashMap::new();
    for score in scores {
        if let Some(observation) = &score.observation {
            by.entry(observation).or_default().push(score);
        }
    }
    by
}

fn io_of(screen: &mut Screen, indent: &str, payload: &Payload) -> io::Result<()> {
    let indent = &screen.painted(Paint::Dim, indent);
    for (title, value) in [("input", &payload.input), ("output", &payload.output)] {
        let text = match value {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => serde_json::to_string_pretty(other).unwrap_or_default(),
        };
        let title = screen.painted(Paint::Dim, title);
        screen.line(&format!("{indent}{title}"))?;
        for line in escape::block(&text).lines() {
            screen.line(&format!("{indent}  {line}"))?;
        }
    }
    Ok(())
}

/// An observation in its place.
struct Line<'a> {
    of: &'a Observation,
    /// For each ancestor and itself, whether it is the last of its siblings.
    last: Vec<bool>,
    /// Microseconds since 1970.
    start: i64,
    end: i64,
}

impl Line<'_> {
    /// What stands before further lines of this observation: `│     `
    fn below(&self, is_plain: bool) -> String {
        let levels = self.last.get(1..).unwrap_or_default();
        if is_plain {
            return "  ".repeat(levels.len() + 1);
        }
        levels.iter().map(|last| if *last { "   " } else { "│  " }).chain(["  "]).collect()
    }

    /// `│  └─ `, or blanks alone for other programs.
    fn branch(&self, is_plain: bool) -> String {
        let Some((own, above)) = self.last.get(1..).and_then(<[bool]>::split_last) else { return String::new() };
        if is_plain {
            return "  ".repeat(self.last.len() - 1);
        }
        let mut branch: String = above.iter().map(|last| if *last { "   " } else { "│  " }).collect();
        branch.push_str(if *own { "└─ " } else { "├─ " });
        branch
    }
}

/// Parents before children, older before younger. What has no parent here stands at the top, and what begins a circle does.
fn walk(trace: &TraceView) -> Vec<Line<'_>> {
    let mut sorted: Vec<&Observation> = trace.observations.iter().collect();
    sorted.sort_by_key(|of| (of.times.0, of.times.1.unwrap_or(i64::MAX), &of.id));
    let parents = parents(&sorted);
    let mut by_parent: HashMap<Option<&str>, Vec<&Observation>> = HashMap::new();
    for of in &sorted {
        by_parent.entry(parents.get(of.id.as_str()).copied()).or_default().push(of);
    }
    let now = time::now();
    let mut lines: Vec<Line<'_>> = Vec::with_capacity(sorted.len());
    let mut waiting: Vec<(&Observation, Vec<bool>)> = Vec::new();
    let roots = by_parent.remove(&None).unwrap_or_default();
    let count = roots.len();
    waiting.extend(roots.into_iter().enumerate().rev().map(|(at, of)| (of, vec![at + 1 == count])));
    while let Some((of, last)) = waiting.pop() {
        let children = by_parent.remove(&Some(of.id.as_str())).unwrap_or_default();
        let count = children.len();
        let below = |at: usize| last.iter().copied().chain([at + 1 == count]).collect::<Vec<bool>>();
        waiting.extend(children.into_iter().enumerate().rev().map(|(at, child)| (child, below(at))));
        let (start, end) = of.times;
        let end = end.unwrap_or(if of.running { now } else { start });
        lines.push(Line { of, last, start, end: end.max(start) });
    }
    lines
}

/// Who is whose parent. Of what leads to no root the first is one.
fn parents<'a>(sorted: &[&'a Observation]) -> HashMap<&'a str, &'a str> {
    let known: HashSet<&str> = sorted.iter().map(|of| of.id.as_str()).collect();
    let named = |of: &&'a Observation| {
        let parent = of.parent.as_deref().filter(|parent| known.contains(parent) && *parent != of.id)?;
        Some((of.id.as_str(), parent))
    };
    let mut parents: HashMap<&str, &str> = sorted.iter().filter_map(named).collect();
    let mut safe: HashSet<&str> = HashSet::new();
    for of in sorted {
        let mut path = HashSet::new();
        let mut at = Some(of.id.as_str());
        while let Some(id) = at.filter(|id| !safe.contains(id)) {
            if !path.insert(id) {
                break;
            }
            at = parents.get(id).copied();
        }
        if at.is_none_or(|id| safe.contains(id)) {
            safe.extend(path);
        } else {
            parents.remove(of.id.as_str());
            safe.insert(&of.id);
        }
    }
    parents
}

/// From times to columns.
struct Axis {
    start: i64,
    /// Microseconds, at least one.
    length: i64,
    columns: usize,
}

impl Axis {
    fn new(lines: &[Line<'_>], columns: Option<usize>) -> Self {
        let start = lines.iter().map(|line| line.start).min().unwrap_or(0);
        let end = lines.iter().map(|line| line.end).max().unwrap_or(0);
        Self { start, length: (end - start).max(1), columns: columns.map_or(AXIS, |all| (all / 4).clamp(10, AXIS)) }
    }

    /// A bar that is at least a thin line. Its ends are whole columns.
    fn bar(&self, line: &Line<'_>) -> String {
        let from = self.column(line.start).min(self.columns - 1);
        let (glyph, width) = match self.column(line.end).saturating_sub(from) {
            0 => ("▏", 1),
            wide if line.of.running => ("▒", wide),
            wide => ("█", wide),
        };
        format!("{}{}{}", " ".repeat(from), glyph.repeat(width), " ".repeat(self.columns - from - width))
    }

    /// The nearest border between columns.
    fn column(&self, time: i64) -> usize {
        let columns = i128::try_from(self.columns).unwrap_or(0);
        let twice = 2 * i128::from(time - self.start) * columns / i128::from(self.length);
        usize::try_from((twice + 1) / 2).unwrap_or(0).min(self.columns)
    }
}

/// The rest of a line, continued below when a terminal is too narrow.
struct Rest<'a> {
    screen: &'a mut Screen,
    line: String,
    columns: usize,
    /// What a line below begins with.
    below: &'a str,
}

impl Rest<'_> {
    fn add(&mut self, word: &str, paint: Paint) -> io::Result<()> {
        let width = escape::width(word) + 2;
        let is_full = self.screen.columns().is_some_and(|all| self.columns + width > all);
        let indent = escape::width(self.below);
        if is_full && self.columns > indent {
            let below = self.screen.painted(Paint::Dim, self.below);
            let line = std::mem::replace(&mut self.line, below);
            self.screen.line(&line)?;
            self.columns = indent;
        }
        let word = self.screen.painted(paint, word);
        self.line.push_str("  ");
        self.line.push_str(&word);
        self.columns += width;
        Ok(())
    }

    fn end(self) -> io::Result<()> {
        self.screen.line(&self.line)
    }
}
