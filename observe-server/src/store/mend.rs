//! The files commit one after the other, `main` before `io`, so a kill between the two leaves rows without their payloads. None
//! of them was acknowledged: who sent them sends them again. Only local files count as read then; they are read again.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// Looks at the newest rows, and mends what a kill left of them.
pub(super) fn mend(db: &mut Connection) -> rusqlite::Result<()> {
    if first(db)?.is_none() {
        return Ok(());
    }
    // Another process may just be between its commits: once it lets go there is nothing to mend.
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some(first) = first(&transaction)? else { return Ok(()) };
    let seq: i64 = transaction.query_row("SELECT coalesce(max(seq), 0) FROM io.io", [], |row| row.get(0))?;
    transaction.execute(
        "INSERT INTO io.io(rid, seq) SELECT rid, ?2 + row_number() OVER (ORDER BY rid) FROM obs WHERE rid >= ?1",
        (first, seq),
    )?;
    transaction.execute("DELETE FROM file", [])?;
    transaction.commit()
}

/// The first row behind all that have payloads.
fn first(db: &Connection) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT rid FROM obs WHERE rid > (SELECT coalesce(max(rid), 0) FROM io.io) ORDER BY rid LIMIT 1";
    db.query_row(sql, [], |row| row.get(0)).optional()
}
