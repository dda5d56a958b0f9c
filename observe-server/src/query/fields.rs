//! What can be asked for: Langfuse's names for columns, and shorter ones.

/// A thing with a value that can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Known(&'static Known),
    /// `metadata.key`
    Metadata(String),
    /// `scores.name`
    Score(String),
}

impl Field {
    /// As it is written in a query.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Known(known) => known.name.to_owned(),
            Self::Metadata(key) => format!("metadata.{}", quoted(key)),
            Self::Score(name) => format!("scores.{}", quoted(name)),
        }
    }

    /// Finds a field by any of its names, in any case.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let known = KNOWN.iter().find(|known| known.names().any(|candidate| candidate.eq_ignore_ascii_case(name)));
        known.map(Self::Known)
    }
}

/// A value or name in quotes, where it needs them.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | '@');
    if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A field of which there is one.
#[derive(Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    short: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(crate) scope: Scope,
    /// What stands for it in SQL: of `t`, a trace, or of `o`, an observation.
    pub(crate) sql: &'static str,
    /// Of observations, as the label that answers for traces.
    pub(crate) label: Option<&'static str>,
}

impl Known {
    /// The name and the shorter ones.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.short.iter().copied())
    }
}

/// Whose value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Observation,
    Trace,
    /// Of an observation when observations are sought, of a trace when traces are: the trace's expression comes first.
    Either(&'static str),
}

/// What its value is, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    /// US dollars.
    Cost,
    Count,
    /// Seconds, stored in microseconds.
    Duration,
    Level,
    /// Words in an input or output, by the index.
    Payload,
    Tags,
    Text,
    Time,
    Type,
}

macro_rules! fields {
    ($($name:literal $(/ $short:literal)*: $kind:ident, $scope:expr, $sql:literal $(, $label:literal)?;)*) => {
        pub(crate) const KNOWN: &[Known] = &[$(Known {
            name: $name, short: &[$($short),*], kind: Kind::$kind, scope: $scope, sql: $sql, label: fields!(@ $($label)?),
        }),*];
    };
    (@) => { None };
    (@ $label:literal) => { Some($label) };
}

use Scope::{Either, Observation, Trace};

fields! {
    "id" / "traceId" / "trace": Text, Trace, "t.id";
    "name" / "traceName": Text, Trace, "t.name";
    "userId" / "user": Text, Trace, "t.user";
    "sessionId" / "session": Text, Trace, "t.session";
    "tags" / "tag" / "traceTags": Tags, Trace, "tag";
    "environment" / "env": Text, Trace, "t.environment";
    "version": Text, Either("t.version"), "o.version";
    "release": Text, Trace, "t.release";
    "level" / "status": Level, Either("t.level"), "coalesce(o.level, 1)";
    "type" / "kind" / "observationType": Type, Observation, "coalesce(o.kind, 0)", "type";
    "observation" / "observationName" / "span": Text, Observation, "o.name", "observation";
    "observationId" / "spanId": Text, Observation, "o.id";
    "parentObservationId" / "parent": Text, Observation, "o.parent";
    "tool" / "toolName" / "calledToolNames" / "toolNames": Text, Observation, "CASE WHEN o.kind = 4 THEN o.name END", "tool";
    "model" / "providedModelName" / "modelId": Text, Observation, "o.model", "model";
    "promptName" / "prompt": Text, Observation, "o.prompt_name", "prompt";
    "promptVersion": Count, Observation, "o.prompt_version";
    "statusMessage" / "message": Text, Observation, "o.status_message";
    "input": Payload, Observation, "input";
    "output": Payload, Observation, "output";
    "latency" / "duration": Duration, Either("t.latency"), "o.end - o.start";
    "timeToFirstToken" / "ttft": Duration, Observation, "o.completion_start - o.start";
    "tokensPerSecond" / "tps": Count, Observation, "o.output_tokens * 1e6 / nullif(o.end - coalesce(o.completion_start, o.start), 0)";
    "totalCost" / "cost": Cost, Either("t.cost"), "o.total_cost";
    "inputCost": Cost, Either("t.input_cost"), "o.input_cost";
    "outputCost": Cost, Either("t.output_cost"), "o.output_cost";
    "totalTokens" / "tokens" / "usage": Count, Either("t.total_tokens"), "o.total_tokens";
    "inputTokens": Count, Either("t.input_tokens"), "o.input_tokens";
    "outputTokens": Count, Either("t.output_tokens"), "o.output_tokens";
    "observations" / "observationCount": Count, Trace, "t.observations";
    "errorCount" / "errors": Count, Trace, "t.errors";
    "warningCount" / "warnings": Count, Trace, "t.warnings";
    "debugCount": Count, Trace, "t.debugs";
    "defaultCount": Count, Trace, "t.observations - t.errors - t.warnings - t.debugs";
    "commentCount" / "comments": Count, Trace, "(SELECT count(*) FROM comment c WHERE c.trace = t.id)";
    "commentContent" / "comment": Text, Trace, "(SELECT group_concat(c.text, char(10)) FROM comment c WHERE c.trace = t.id)";
    "startTime" / "timestamp" / "start" / "time": Time, Either("t.start"), "o.start";
    "endTime" / "end": Time, Either("t.end"), "o.end";
    "public": Bool, Trace, "t.public";
    "bookmarked": Bool, Trace, "t.bookmarked";
    "root" / "isRootObservation": Bool, Observation, "o.parent IS NULL OR o.is_app_root";
}

/// Names that are no columns but mean something.
pub(crate) const SPECIAL: &[&str] = &["since", "until", "has", "sort", "metadata", "scores"];

/// The known name nearest to a mistyped one, if any is near.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let names = KNOWN.iter().flat_map(Known::names).chain(SPECIAL.iter().copied());
    let lower = name.to_lowercase();
    let near = names.map(|known| (distance(&lower, &known.to_lowercase()), known)).min()?;
    (near.0 <= 1 + name.chars().count() / 4).then_some(near.1)
}

/// How many characters to insert, remove, replace or swap.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().take(64).collect(), right.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, from) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in right.iter().enumerate() {
            let mut least = (rows[i][j + 1] + 1).min(row[j] + 1).min(rows[i][j] + usize::from(from != to));
            if i > 0 && j > 0 && *from == right[j - 1] && left[i - 1] == *to {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}
