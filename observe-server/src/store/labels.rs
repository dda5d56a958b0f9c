//! Labels: a trace's tags, metadata, models, types, names of observations. One table answers "which traces have it".

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

/// Values are cut, so that a long one costs no index. Whoever looks for a longer one looks for its beginning.
pub(crate) const LONGEST: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Labels {
    keys: HashMap<(&'static str, String), i64>,
    put: HashSet<(i64, i64, String)>,
}

impl Labels {
    pub(super) fn put(
        &mut self,
        db: &Connection,
        trace: i64,
        kind: &'static str,
        name: &str,
        value: &str,
    ) -> rusqlite::Result<()> {
        let key = self.key(db, kind, name)?;
        let label = (trace, key, cut(value).to_owned());
        if self.put.contains(&label) {
            return Ok(());
        }
        db.prepare_cached("INSERT OR IGNORE INTO label VALUES (?, ?, ?)")?.execute((trace, key, &label.2))?;
        self.put.insert(label);
        Ok(())
    }

    /// Metadata: a list's items one by one, anything deeper as its JSON.
    pub(super) fn put_value(&mut self, db: &Connection, trace: i64, name: &str, value: &Value) -> rusqlite::Result<()> {
        match value {
            Value::Array(list) if list.len() <= 50 && list.iter().all(|item| !item.is_object() && !item.is_array()) => {
                list.iter().try_for_each(|item| self.put(db, trace, "metadata", name, &text(item)))
            }
            other => self.put(db, trace, "metadata", name, &text(other)),
        }
    }

    fn key(&mut self, db: &Connection, kind: &'static str, name: &str) -> rusqlite::Result<i64> {
        if let Some(key) = self.keys.get(&(kind, name.to_owned())) {
            return Ok(*key);
        }
        let find = |db: &Connection| {
            db.prepare_cached("SELECT id FROM key WHERE kind = ? AND name = ?")?
                .query_row((kind, name), |row| row.get(0))
                .optional()
        };
        let key = match find(db)? {
            Some(key) => key,
            None => {
                db.execute("INSERT INTO key(kind, name) VALUES (?, ?)", (kind, name))?;
                db.last_insert_rowid()
            }
        };
        self.keys.insert((kind, name.to_owned()), key);
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
