//! What is too old goes, and the oldest while there is too much: in small steps, so that nobody waits for it.

use std::time::Duration;

use rusqlite::Connection;

use super::delete::delete_trace;
use super::{Store, read};
use crate::time;

/// Traces that go in one transaction.
const STEP: i64 = 100;
/// Pages that are given back to the file system in one transaction.
const PAGES: u32 = 2_000;
const PERIOD: Duration = Duration::from_secs(30);
/// Between two steps others may write.
const PAUSE: Duration = Duration::from_millis(20);

/// What is kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Microseconds since a trace ended.
    pub(crate) age: Option<i64>,
    pub(crate) bytes: Option<u64>,
}

/// Keeps a store within its limits, as long as the program runs.
pub(crate) async fn keep(store: Store, limits: Limits) {
    if limits.age.is_none() && limits.bytes.is_none() {
        return;
    }
    loop {
        if let Err(error) = once(&store, limits).await {
            eprintln!("observe: old traces could not be removed: {error}");
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Removes what is beyond the limits now.
async fn once(store: &Store, limits: Limits) -> Result<(), String> {
    loop {
        let oldest = store.read(move |db| beyond(db, limits)).await;
        let ids = oldest.map_err(|error: read::Ended| error.to_string())?;
        let is_last = ids.is_empty();
        store
            .run(move |db| {
                ids.iter().try_for_each(|id| delete_trace(db, id))?;
                ["main", "io"].iter().try_for_each(|schema| give_back(db, schema))
            })
            .await?;
        if is_last {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Each step of the pragma gives a page back.
fn give_back(db: &Connection, schema: &str) -> rusqlite::Result<()> {
    let mut pragma = db.prepare(&format!("PRAGMA {schema}.incremental_vacuum({PAGES})"))?;
    let mut rows = pragma.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// Ids of some traces that should go, the oldest first.
fn beyond(db: &Connection, limits: Limits) -> rusqlite::Result<Vec<String>> {
    let is_too_large = match limits.bytes {
        Some(bytes) => used(db)? > bytes,
        None => false,
    };
    let until = match limits.age {
        _ if is_too_large => i64::MAX,
        Some(age) => time::now() - age,
        None => return Ok(Vec::new()),
    };
    db.prepare_cached("SELECT id FROM trace WHERE start < ?1 AND (?1 = ?3 OR end < ?1) ORDER BY start, rid LIMIT ?2")?
        .query_map((until, STEP, i64::MAX), |row| row.get(0))?
        .collect()
}

/// Bytes of the pages that hold something. Words go later than what they stand for, so they are not counted.
fn used(db: &Connection) -> rusqlite::Result<u64> {
    let mut bytes = 0;
    for schema in ["main", "io"] {
        let number = |name: &str| db.query_row(&format!("PRAGMA {schema}.{name}"), [], |row| row.get::<_, i64>(0));
        bytes += (number("page_count")? - number("freelist_count")?) * number("page_size")?;
    }
    Ok(u64::try_from(bytes).unwrap_or(0))
}
