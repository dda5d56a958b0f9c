//! The thread that indexes words. It follows the sequence numbers of `io`, in small transactions of its own file, so that
//! storing never waits for it; how far it is behind can be seen.

use std::borrow::Cow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, params};

/// Rows a transaction at most, and bytes after which it ends.
const BATCH: i64 = 4_000;
const BYTES: usize = 8 << 20;
/// How much it stands back behind what stores and answers, while there is not enough for all.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;
/// Of one value so much is indexed.
const LONGEST: usize = 1 << 20;
/// Between two moves of the log into its file, when there is nothing else to do.
const MOVE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Nudge(SyncSender<()>);

impl Nudge {
    pub(super) fn nudge(&self) {
        // A nudge that waits already is enough.
        let _ = self.0.try_send(());
    }
}

pub(super) fn start(db: Connection) -> Nudge {
    let (sender, nudges) = sync_channel(1);
    let thread = thread::Builder::new().name("observe-words".to_owned());
    if let Err(error) = thread.spawn(move || run(db, &nudges)) {
        eprintln!("observe: no thread can be started, so new text is not searched: {error}");
    }
    Nudge(sender)
}

/// How many changes are stored whose words are not found yet.
pub(crate) fn backlog(db: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce((SELECT max(seq) FROM io.io), 0) - (SELECT seq FROM fts.progress)";
    db.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

fn run(mut db: Connection, nudges: &Receiver<()>) {
    // Of this thread alone; elsewhere it would be the whole program's. Without it all goes on, only not as well.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
    let (mut is_moved, mut moved) = (true, Instant::now());
    loop {
        match step(&mut db) {
            Ok(true) => {
                is_moved = false;
                // Between two batches somebody may have closed the store.
                if matches!(nudges.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected)) {
                    return;
                }
            }
            Ok(false) | Err(_) => {
                if !is_moved && moved.elapsed() > MOVE {
                    let _ = db.execute_batch("PRAGMA fts.wal_checkpoint(PASSIVE)");
                    (is_moved, moved) = (true, Instant::now());
                }
                match nudges.recv_timeout(Duration::from_secs(5)) {
                    Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }
}

/// Indexes one batch. Says whether there may be more.
pub(super) fn step(db: &mut Connection) -> rusqlite::Result<bool> {
    forget(db)?;
    let rows = next(db)?;
    let Some(reached) = rows.last().map(|row| row.seq) else {
        return Ok(false);
    };
    let transaction = begin(db)?;
    unlearn(&transaction, &rows)?;
    let mut learn =
        transaction.prepare_cached("INSERT INTO fts.words(rowid, input, output, about) VALUES (?, ?, ?, ?)")?;
    for row in &rows {
        learn.execute(params![row.rid, words(&row.input), words(&row.output), row.about])?;
    }
    drop(learn);
    transaction.prepare_cached("UPDATE fts.progress SET seq = ?")?.execute([reached])?;
    transaction.commit()?;
    Ok(true)
}

/// The rows to index next. They are taken along, since the logs of files that are being read only grow.
fn next(db: &Connection) -> rusqlite::Result<Vec<Row>> {
    let seen: i64 = db.prepare_cached("SELECT seq FROM fts.progress")?.query_row([], |row| row.get(0))?;
    let mut select = db.prepare_cached(
        "SELECT io.rid, seq, io.input, io.output, obs.name, status_message, trace.user, trace.session, trace.name
         FROM io.io JOIN obs ON obs.rid = io.rid JOIN trace ON trace.rid = obs.trace WHERE seq > ? ORDER BY seq LIMIT ?",
    )?;
    let mut found = select.query(params![seen, BATCH])?;
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.next()?.filter(|_| bytes < BYTES) {
        let row = Row::read(row)?;
        bytes += [&row.input, &row.output].into_iter().flatten().map(String::len).sum::<usize>();
        rows.push(row);
    }
    Ok(rows)
}

/// A transaction that locks the words' file at once and no other: storing goes on meanwhile.
fn begin(db: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    let transaction = db.transaction()?;
    transaction.prepare_cached("UPDATE fts.progress SET seq = seq")?.execute([])?;
    Ok(transaction)
}

/// Removes the words of rows that have changed, all before the first is learnt: between two rows that are, a removal would
/// make the index write out what it has gathered so far.
fn unlearn(db: &Connection, rows: &[Row]) -> rusqlite::Result<()> {
    let last: i64 =
        db.prepare_cached("SELECT coalesce(max(id), 0) FROM fts.words_docsize")?.query_row([], |row| row.get(0))?;
    let mut forget = db.prepare_cached("DELETE FROM fts.words WHERE rowid = ?")?;
    rows.iter().filter(|row| row.rid <= last).try_for_each(|row| forget.execute([row.rid]).map(drop))
}

/// Removes the words of observations that are gone, and of whose place another may have taken.
fn forget(db: &mut Connection) -> rusqlite::Result<()> {
    let gone: Vec<(i64, i64)> = db
        .prepare_cached("SELECT id, gone.obs FROM gone WHERE id > (SELECT gone FROM fts.progress) ORDER BY id LIMIT ?")?
        .query_map([BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let Some((reached, _)) = gone.last() else { return Ok(()) };
    let transaction = begin(db)?;
    {
        // A place that has been taken is indexed anew by itself.
        let mut delete = transaction.prepare_cached(
            "DELETE FROM fts.words WHERE rowid = ?1 AND NOT EXISTS (SELECT 1 FROM obs WHERE obs.rid = ?1)",
        )?;
        for (_, obs) in &gone {
            delete.execute([obs])?;
        }
        transaction.prepare_cached("UPDATE fts.progress SET gone = ?")?.execute([reached])?;
    }
    transaction.commit()
}

struct Row {
    rid: i64,
    seq: i64,
    input: Option<String>,
    output: Option<String>,
    about: String,
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let mut about = String::new();
        for column in 4..9 {
            if let Some(text) = row.get::<_, Option<String>>(column)? {
                about.push_str(&text);
                about.push('\n');
            }
        }
        Ok(Self { rid: row.get(0)?, seq: row.get(1)?, input: row.get(2)?, output: row.get(3)?, about })
    }
}

fn words(text: &Option<String>) -> Option<Cow<'_, str>> {
    let text = text.as_deref()?;
    Some(unescaped(crate::text::cut(text, LONGEST)))
}

/// JSON's escapes as what they stand for, so that `\nword` is found by `word`.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { break };
        rest = &rest[escape.len_utf8()..];
        match escape {
            'n' | 't' | 'r' | 'b' | 'f' => out.push(' '),
            'u' => {
                let (character, used) = escaped(rest);
                out.push(character);
                rest = &rest[used..];
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character of `XXXX`, or of `XXXX\uXXXX` when that is a pair, and how long it was.
pub(super) fn escaped(text: &str) -> (char, usize) {
    let unit = |text: &str| text.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let Some(first) = unit(text) else { return (' ', 0) };
    let second = text.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(unit);
    let mut decoded = char::decode_utf16([first].into_iter().chain(second));
    match decoded.next() {
        Some(Ok(character)) => (character, if character.len_utf16() == 2 { 10 } else { 4 }),
        _ => (' ', 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_what_they_stand_for() {
        assert_eq!(unescaped("plain"), "plain");
        assert_eq!(unescaped(r#"a\nword \"q\" \\ \u00e9 \ud83d\ude00!"#), "a word \"q\" \\ é 😀!");
        assert_eq!(unescaped(r"\ud83d alone \u12 short \"), "  alone  12 short ");
    }
}
