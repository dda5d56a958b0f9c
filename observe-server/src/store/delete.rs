//! Traces that go: on demand, and when they are too old or too many. Their words go later, by the thread that indexes.

use rusqlite::{Connection, OptionalExtension};

use crate::time;

/// Removes a trace and all that belongs to it. One that is not there is gone already.
pub(crate) fn delete_trace(db: &Connection, id: &str) -> rusqlite::Result<()> {
    let rid: Option<i64> =
        db.prepare_cached("SELECT rid FROM trace WHERE id = ?")?.query_row([id], |row| row.get(0)).optional()?;
    let Some(rid) = rid else { return Ok(()) };
    db.prepare_cached(&format!(
        "INSERT INTO hour SELECT start / {}, model, -count(*), -sum(total_tokens), -total(total_cost) FROM obs
         WHERE trace = ? AND model IS NOT NULL GROUP BY 1, 2
         ON CONFLICT DO UPDATE SET observations = observations + excluded.observations, tokens = tokens + excluded.tokens,
         cost = cost + excluded.cost",
        time::HOUR
    ))?
    .execute([rid])?;
    for sql in [
        "INSERT INTO gone(obs) SELECT rid FROM obs WHERE trace = ?",
        "DELETE FROM io.io WHERE rid IN (SELECT rid FROM obs WHERE trace = ?)",
        "DELETE FROM io.trace_io WHERE rid = ?",
        "DELETE FROM obs WHERE trace = ?",
        "DELETE FROM label WHERE trace = ?",
        "DELETE FROM detail WHERE rid = ?",
        "DELETE FROM trace WHERE rid = ?",
    ] {
        db.prepare_cached(sql)?.execute([rid])?;
    }
    for sql in [
        "DELETE FROM score WHERE trace = ?",
        "DELETE FROM comment WHERE trace = ?",
        "DELETE FROM io.media WHERE id IN (SELECT media FROM io.media_use WHERE trace = ?1)
         AND NOT EXISTS (SELECT 1 FROM io.media_use u WHERE u.media = media.id AND u.trace <> ?1)",
        "DELETE FROM io.media_use WHERE trace = ?",
    ] {
        db.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

/// Removes a trace whose observations have gone elsewhere.
pub(super) fn forget_trace(db: &Connection, rid: i64) -> rusqlite::Result<()> {
    for sql in
        ["DELETE FROM label WHERE trace = ?", "DELETE FROM detail WHERE rid = ?", "DELETE FROM trace WHERE rid = ?"]
    {
        db.prepare_cached(sql)?.execute([rid])?;
    }
    Ok(())
}
