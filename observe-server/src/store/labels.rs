//! Labels: a trace's tags, metadata, models, types, names of observations. One table answers "which traces have it".

use std::collections::{HashMap, HashSet};

use rusqlite::{CachedStatement, Connection, OptionalExtension};
use serde_json::Value;

/// Values are cut, so that a long one costs no index. Whoever looks for a longer one looks for its beginning.
pub(crate) const LONGEST: usize = 200;

/// The labels of one transaction.
pub(super) struct Labels<'a> {
    db: &'a Connection,
    insert: CachedStatement<'a>,
    keys: HashMap<&'static str, HashMap<String, i64>>,
    /// What has been put already, by trace and key.
    put: HashMap<(i64, i64), HashSet<String>>,
}

impl<'a> Labels<'a> {
    pub(super) fn begin(db: &'a Connection) -> rusqlite::Result<Self> {
        let insert = db.prepare_cached("INSERT OR IGNORE INTO label VALUES (?, ?, ?)")?;
        Ok(Self { db, insert, keys: HashMap::new(), put: HashMap::new() })
    }

    pub(super) fn put(&mut self, trace: i64, kind: &'static str, name: &str, value: &str) -> rusqlite::Result<()> {
        let key = self.key(kind, name)?;
        let value = cut(value);
        let put = self.put.entry((trace, key)).or_default();
        if !put.contains(value) {
            self.insert.execute((trace, key, value))?;
            put.insert(value.to_owned());
        }
        Ok(())
    }

    /// Metadata: a list's items one by one, anything deeper as its JSON.
    pub(super) fn put_value(&mut self, trace: i64, name: &str, value: &Value) -> rusqlite::Result<()> {
        match value {
            Value::Array(list) if list.len() <= 50 && list.iter().all(|item| !item.is_object() && !item.is_array()) => {
                list.iter().try_for_each(|item| self.put(trace, "metadata", name, &text(item)))
            }
            other => self.put(trace, "metadata", name, &text(other)),
        }
    }

    fn key(&mut self, kind: &'static str, name: &str) -> rusqlite::Result<i64> {
        let keys = self.keys.entry(kind).or_default();
        if let Some(key) = keys.get(name) {
            return Ok(*key);
        }
        let found = self
            .db
            .prepare_cached("SELECT id FROM key WHERE kind = ? AND name = ?")?
            .query_row((kind, name), |row| row.get(0))
            .optional()?;
        let key = match found {
            Some(key) => key,
            None => {
                self.db.execute("INSERT INTO key(kind, name) VALUES (?, ?)", (kind, name))?;
                self.db.last_insert_rowid()
            }
        };
        keys.insert(name.to_owned(), key);
        Ok(key)
    }
}

/// A text as it is, the rest as JSON.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// As much of a value as a label holds.
pub(crate) fn cut(text: &str) -> &str {
    crate::text::cut(text, LONGEST)
}
