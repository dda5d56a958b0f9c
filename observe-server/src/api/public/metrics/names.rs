//! What can be measured and grouped by, with the SQL of each: `o` is an observation, `t` its trace, `s` a score.

/// Names and their SQL.
pub(super) type Columns = &'static [(&'static str, &'static str)];

pub(super) const DIMENSIONS: Columns = &[
    ("environment", "coalesce(o.environment, t.environment)"),
    ("type", "coalesce(o.kind, 0)"),
    ("name", "o.name"),
    ("level", "coalesce(o.level, 1)"),
    ("version", "coalesce(o.version, t.version)"),
    ("tags", "(SELECT d.tags FROM detail d WHERE d.rid = t.rid)"),
    ("release", "t.release"),
    ("traceName", "t.name"),
    ("traceRelease", "t.release"),
    ("traceVersion", "t.version"),
    ("providedModelName", "o.model"),
    ("model", "o.model"),
    ("promptName", "o.prompt_name"),
    ("promptVersion", "o.prompt_version"),
    ("isRootObservation", "(o.parent IS NULL OR o.is_app_root)"),
    ("startTimeMonth", "strftime('%Y-%m', o.start / 1000000, 'unixepoch')"),
];

/// Durations are in milliseconds.
pub(super) const MEASURES: Columns = &[
    ("count", "1"),
    ("latency", "(o.end - o.start) / 1000.0"),
    ("streamingLatency", "(o.end - o.completion_start) / 1000.0"),
    ("timeToFirstToken", "(o.completion_start - o.start) / 1000.0"),
    ("inputTokens", "o.input_tokens"),
    ("outputTokens", "o.output_tokens"),
    ("totalTokens", "o.total_tokens"),
    ("tokensPerSecond", "o.total_tokens * 1e6 / nullif(o.end - o.start, 0)"),
    ("outputTokensPerSecond", "o.output_tokens * 1e6 / nullif(o.end - coalesce(o.completion_start, o.start), 0)"),
    ("inputCost", "o.input_cost"),
    ("outputCost", "o.output_cost"),
    ("totalCost", "o.total_cost"),
    ("countScores", "(SELECT count(*) FROM score s WHERE s.trace = t.id AND s.observation = o.id)"),
    ("uniqueUserIds", "t.user"),
    ("uniqueSessionIds", "t.session"),
];

pub(super) const SCORE_DIMENSIONS: Columns = &[
    ("name", "s.name"),
    ("environment", "coalesce(s.environment, 'default')"),
    ("source", "s.source"),
    ("dataType", "s.data_type"),
    ("value", "s.value"),
    ("booleanValue", "CASE WHEN s.data_type = 'BOOLEAN' THEN s.value <> 0 END"),
    ("stringValue", "s.text"),
    ("configId", "s.config"),
    ("timestampMonth", "strftime('%Y-%m', s.time / 1000000, 'unixepoch')"),
    ("timestampDay", "strftime('%Y-%m-%d', s.time / 1000000, 'unixepoch')"),
    ("traceName", "t.name"),
    ("tags", "(SELECT d.tags FROM detail d WHERE d.rid = t.rid)"),
    ("traceRelease", "t.release"),
    ("traceVersion", "t.version"),
    ("observationName", "o.name"),
    ("observationModelName", "o.model"),
    ("observationPromptName", "o.prompt_name"),
    ("observationPromptVersion", "o.prompt_version"),
];

pub(super) const SCORE_MEASURES: Columns = &[("count", "1"), ("value", "s.value")];

/// Scores can be filtered by these besides.
pub(super) const SCORE_SUBJECTS: Columns = &[
    ("id", "s.id"),
    ("traceId", "s.trace"),
    ("observationId", "s.observation"),
    ("sessionId", "coalesce(s.session, t.session)"),
    ("userId", "t.user"),
];

/// Dimensions with a row for nearly everything.
pub(super) const TOO_MANY: &[&str] = &["id", "traceId", "userId", "sessionId", "parentObservationId", "observationId"];
