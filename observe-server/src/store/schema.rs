//! The database's three files and their tables, built by migrations: each file's `user_version` says how many it has seen.
//!
//! - `main`: what lists, filters and sums need. Small, so that it stays in memory.
//! - `io`: payloads: inputs, outputs, metadata, events, media.
//! - `fts`: the index of words over them, which can be deleted and is built again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

const MAIN: &[&str] = &["
    CREATE TABLE setting(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE trace(
        rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        start INTEGER NOT NULL, end INTEGER NOT NULL, latency INTEGER NOT NULL AS (end - start) VIRTUAL,
        name TEXT, is_named INTEGER NOT NULL DEFAULT 0, user TEXT, session TEXT, environment TEXT,
        version TEXT, release TEXT, public INTEGER NOT NULL DEFAULT 0, bookmarked INTEGER NOT NULL DEFAULT 0,
        level INTEGER NOT NULL DEFAULT 1,
        observations INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0, warnings INTEGER NOT NULL DEFAULT 0,
        debugs INTEGER NOT NULL DEFAULT 0,
        input_tokens INTEGER NOT NULL DEFAULT 0, output_tokens INTEGER NOT NULL DEFAULT 0, total_tokens INTEGER NOT NULL DEFAULT 0,
        input_cost REAL NOT NULL DEFAULT 0, output_cost REAL NOT NULL DEFAULT 0, cost REAL,
        root INTEGER, seen INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX trace_start ON trace(start, rid);
    CREATE INDEX trace_name ON trace(name, start);
    CREATE INDEX trace_user ON trace(user, start) WHERE user IS NOT NULL;
    CREATE INDEX trace_session ON trace(session, start) WHERE session IS NOT NULL;
    CREATE INDEX trace_level ON trace(level, start) WHERE level > 1;
    CREATE INDEX trace_environment ON trace(environment, start);
    CREATE TABLE detail(
        rid INTEGER PRIMARY KEY, tags TEXT NOT NULL, metadata TEXT NOT NULL, input TEXT, output TEXT
    ) STRICT;
    CREATE TABLE obs(
        rid INTEGER PRIMARY KEY, id TEXT NOT NULL, trace INTEGER NOT NULL, parent TEXT, kind INTEGER, is_update INTEGER NOT NULL,
        name TEXT, start INTEGER NOT NULL, end INTEGER, completion_start INTEGER, level INTEGER, status_message TEXT, model TEXT,
        input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,
        input_cost REAL NOT NULL, output_cost REAL NOT NULL, total_cost REAL,
        usage TEXT, cost TEXT, prompt_name TEXT, prompt_version INTEGER, version TEXT, environment TEXT,
        is_app_root INTEGER NOT NULL, said INTEGER NOT NULL, seen INTEGER NOT NULL, input_size INTEGER, output_size INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX obs_id ON obs(id, trace);
    CREATE INDEX obs_trace ON obs(trace, start);
    CREATE INDEX obs_start ON obs(start, rid);
    CREATE TABLE score(
        rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, trace TEXT, observation TEXT, session TEXT, dataset_run TEXT,
        name TEXT NOT NULL, data_type TEXT NOT NULL, value REAL, text TEXT, comment TEXT, metadata TEXT NOT NULL,
        source TEXT NOT NULL, environment TEXT, config TEXT, queue TEXT, author TEXT,
        time INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX score_trace ON score(trace, name, value) WHERE trace IS NOT NULL;
    CREATE INDEX score_name ON score(name, value, trace);
    CREATE INDEX score_session ON score(session) WHERE session IS NOT NULL;
    CREATE INDEX score_time ON score(time);
    CREATE TABLE comment(
        rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, trace TEXT NOT NULL, observation TEXT, text TEXT NOT NULL, author TEXT,
        time INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX comment_trace ON comment(trace);
    CREATE TABLE key(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(kind, name)) STRICT;
    CREATE TABLE label(
        trace INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY(trace, key, value)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX label_value ON label(key, value, trace);
    CREATE TABLE hour(
        hour INTEGER NOT NULL, model TEXT NOT NULL, observations INTEGER NOT NULL, tokens INTEGER NOT NULL, cost REAL NOT NULL,
        PRIMARY KEY(hour, model)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE file(path TEXT PRIMARY KEY, read INTEGER NOT NULL) STRICT, WITHOUT ROWID;
", "
    CREATE TABLE gone(id INTEGER PRIMARY KEY AUTOINCREMENT, obs INTEGER NOT NULL) STRICT;
",
    // What was sent on, and where to, by trace and observation or score.
    "CREATE TABLE pushed(destination TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(destination, id)) STRICT, WITHOUT ROWID;",
    // What is counted over all traces stands in an index, and so does what they are sorted by.
    "
    DROP INDEX trace_start;
    CREATE INDEX trace_start ON trace(start, rid, errors);
    DROP INDEX trace_level;
    CREATE INDEX trace_level ON trace(level, start);
    CREATE INDEX trace_latency ON trace(coalesce(latency, -1e300));
    CREATE INDEX trace_cost ON trace(coalesce(cost, -1e300));
    CREATE INDEX trace_tokens ON trace(coalesce(total_tokens, -1e300));
",
];

const IO: &[&str] = &["
    CREATE TABLE io(
        rid INTEGER PRIMARY KEY, seq INTEGER NOT NULL, input TEXT, output TEXT, metadata TEXT, surroundings TEXT, parameters TEXT,
        events TEXT
    ) STRICT;
    CREATE INDEX io_seq ON io(seq);
    CREATE TABLE trace_io(rid INTEGER PRIMARY KEY, input TEXT, output TEXT) STRICT;
    CREATE TABLE media(
        id TEXT PRIMARY KEY, content_type TEXT NOT NULL, length INTEGER NOT NULL, sha256 TEXT NOT NULL, uploaded INTEGER,
        status INTEGER, error TEXT, bytes BLOB, seen INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE media_use(
        media TEXT NOT NULL, trace TEXT NOT NULL, observation TEXT NOT NULL, field TEXT NOT NULL,
        PRIMARY KEY(trace, media, observation, field)
    ) STRICT, WITHOUT ROWID;
"];

const FTS: &[&str] = &[
    "
    CREATE TABLE progress(id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
    INSERT INTO progress VALUES (1, 0);
    CREATE VIRTUAL TABLE words USING fts5(
        input, output, about, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
    );
",
    "
    ALTER TABLE progress ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
",
];

/// Where the three files are.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) main: PathBuf,
    pub(crate) io: PathBuf,
    pub(crate) fts: PathBuf,
}

impl Files {
    pub(crate) fn at(main: &Path) -> Self {
        let beside = |suffix: &str| {
            let stem = main.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            main.with_file_name(format!("{stem}-{suffix}.db"))
        };
        Self { main: main.to_owned(), io: beside("io"), fts: beside("fts") }
    }

    /// The size of all, with what is not yet moved from the logs beside them.
    pub(crate) fn bytes(&self) -> u64 {
        let with_log = |path: &PathBuf| {
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            [path.clone(), log.into()]
                .iter()
                .filter_map(|path| path.metadata().ok())
                .map(|file| file.len())
                .sum::<u64>()
        };
        [&self.main, &self.io, &self.fts].into_iter().map(with_log).sum()
    }
}

/// Why a database cannot be used.
#[derive(Debug)]
pub(crate) enum OpenError {
    Newer(PathBuf),
    Other(PathBuf, rusqlite::Error),
    ReadOnly(PathBuf),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(path) => write!(
                f,
                "{} was written by a newer version of observe: update this one, or choose another file with --db",
                path.display()
            ),
            Self::Other(path, error) => write!(f, "{} cannot be opened as a database: {error}", path.display()),
            Self::ReadOnly(path) => write!(
                f,
                "{} cannot be written to: change its permissions or its directory's, or choose another file with --db",
                path.display()
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// Brings every file to what this version needs.
pub(crate) fn migrate(files: &Files) -> Result<(), OpenError> {
    if let Some(dir) = files.main.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(|_| OpenError::ReadOnly(dir.to_owned()))?;
    }
    for (path, steps) in [(&files.main, MAIN), (&files.io, IO), (&files.fts, FTS)] {
        migrate_file(path, steps)?;
    }
    Ok(())
}

fn migrate_file(path: &Path, steps: &[&str]) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            OpenError::ReadOnly(path.to_owned())
        }
        _ => OpenError::Other(path.to_owned(), error),
    };
    let mut db = Connection::open(path).map_err(failed)?;
    db.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    let version = |db: &Connection| db.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0));
    let seen = version(&db).map_err(failed)? as usize;
    if seen > steps.len() {
        return Err(OpenError::Newer(path.to_owned()));
    }
    if seen == 0 {
        // Room is given back in small steps when old traces go.
        db.execute_batch("PRAGMA auto_vacuum = INCREMENTAL").map_err(failed)?;
    }
    db.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    let seen = version(&transaction).map_err(failed)?;
    for step in steps.iter().skip(seen as usize) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", u32::try_from(steps.len()).unwrap_or(u32::MAX)).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Only looks.
    Read,
    /// Writes `fts`.
    Words,
    /// Writes `main` and `io`. With the flag, nothing is acknowledged that a power cut could take.
    Write { durable: bool },
}

/// A connection to the files, which [`migrate`] has seen.
pub(crate) fn connect(files: &Files, purpose: Use) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if purpose == Use::Read {
        flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    }
    let db = Connection::open_with_flags(&files.main, flags)?;
    db.busy_timeout(Duration::from_secs(10))?;
    db.execute("ATTACH ? AS io", [files.io.to_string_lossy()])?;
    let mut names = vec!["main", "io"];
    // An immediate transaction locks every file that is attached, so the writer knows nothing of the words.
    if !matches!(purpose, Use::Write { .. }) {
        db.execute("ATTACH ? AS fts", [files.fts.to_string_lossy()])?;
        names.push("fts");
    }
    let (cache, synchronous) = match purpose {
        Use::Read => (8, "NORMAL"),
        Use::Words => (16, "NORMAL"),
        Use::Write { durable: true } => (48, "FULL"),
        Use::Write { durable: false } => (48, "NORMAL"),
    };
    for name in names {
        // Who writes payloads only appends them.
        let cache = if name == "io" { 8 } else { cache };
        db.execute_batch(&format!(
            "PRAGMA {name}.synchronous = {synchronous}; PRAGMA {name}.cache_size = -{}; PRAGMA {name}.wal_autocheckpoint = 4000;",
            cache * 1024
        ))?;
    }
    db.execute_batch("PRAGMA temp_store = MEMORY")?;
    if purpose != Use::Read {
        // Else a statement is planned anew whenever other values are bound to it, which costs more than running it.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    }
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}
