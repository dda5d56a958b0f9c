//! Scores: rows of their own, found by the id of what they judge, whichever came first.

use rusqlite::{Connection, params};

use crate::model::Score;

/// Inserts a score. The same id again is an update.
pub(super) fn upsert(db: &Connection, score: &Score, now: i64) -> rusqlite::Result<()> {
    let metadata = serde_json::to_string(&score.metadata).unwrap_or_default();
    db.prepare_cached(
        "INSERT INTO score(id, trace, observation, session, dataset_run, name, data_type, value, text, comment, metadata, source,
         environment, config, queue, time, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
         ?15, ?16, ?17, ?17)
         ON CONFLICT(id) DO UPDATE SET trace = coalesce(excluded.trace, trace), observation = coalesce(excluded.observation, observation),
         session = coalesce(excluded.session, session), name = excluded.name, data_type = excluded.data_type,
         value = excluded.value, text = excluded.text, comment = coalesce(excluded.comment, comment), metadata = excluded.metadata,
         source = excluded.source, environment = coalesce(excluded.environment, environment),
         config = coalesce(excluded.config, config), queue = coalesce(excluded.queue, queue), updated = excluded.updated",
    )?
    .execute(params![
        score.id,
        score.trace,
        score.observation,
        score.session,
        score.dataset_run,
        score.name,
        score.data_type,
        score.value,
        score.text,
        score.comment,
        metadata,
        score.source,
        score.environment,
        score.config,
        score.queue,
        score.time,
        now
    ])?;
    Ok(())
}
