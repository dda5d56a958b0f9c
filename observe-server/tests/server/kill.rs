//! `kill -9` while it receives: what was acknowledged is there afterwards.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::http::{try_send, until};
use super::program::Scratch;
use super::spans::{encoded, request};

const ROUNDS: u64 = 20;

#[test]
fn nothing_acknowledged_is_lost() {
    let scratch = Scratch::new("kill");
    let next = Arc::new(AtomicU64::new(1));
    let acknowledged: Arc<Mutex<Vec<u64>>> = Arc::default();
    for round in 0..ROUNDS {
        let server = scratch.serve(&["--watch", "none"]);
        let over = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..2)
            .map(|_| {
                let (address, over) = (server.address.clone(), over.clone());
                let (next, acknowledged) = (next.clone(), acknowledged.clone());
                thread::spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let first = next.fetch_add(50, Ordering::Relaxed);
                        let spans: Vec<Vec<u8>> = (first..first + 50)
                            .map(|id| encoded(id / 10 + 1, id, b"work", "langfuse.observation.input", &[b'x'; 500]))
                            .collect();
                        let headers = [("content-type", "application/x-protobuf")];
                        let answer = try_send(&address, "POST", "/v1/traces", &headers, &request(&spans));
                        if answer.is_some_and(|answer| answer.status == 200) {
                            acknowledged.lock().unwrap().extend(first..first + 50);
                        }
                    }
                })
            })
            .collect();
        let before = acknowledged.lock().unwrap().len();
        let enough = 100 + usize::try_from(round % 5).unwrap() * 150;
        until("some requests are acknowledged", || acknowledged.lock().unwrap().len() >= before + enough);
        // Dropping it is a `kill -9`.
        drop(server);
        over.store(true, Ordering::Relaxed);
        for sender in senders {
            sender.join().unwrap();
        }
    }
    let server = scratch.serve(&["--watch", "none"]);
    server.until_indexed();
    let db = rusqlite::Connection::open(scratch.path().join(".observe/observe.db")).unwrap();
    for (schema, file) in [("io", "observe-io.db"), ("fts", "observe-fts.db")] {
        let path = scratch.path().join(".observe").join(file);
        db.execute(&format!("ATTACH ? AS {schema}"), [path.to_string_lossy()]).unwrap();
    }
    let sql = "SELECT obs.id FROM obs JOIN io.io ON io.rid = obs.rid WHERE length(io.input) = 500";
    let stored: HashSet<u64> = db
        .prepare(sql)
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(|id| u64::from_str_radix(&id.unwrap(), 16).unwrap())
        .collect();
    let acknowledged = acknowledged.lock().unwrap();
    let lost: Vec<&u64> = acknowledged.iter().filter(|id| !stored.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {} are lost, such as {}", lost.len(), acknowledged.len(), lost[0]);
    let (counted, rows): (i64, i64) = db
        .query_row("SELECT (SELECT sum(observations) FROM trace), (SELECT count(*) FROM obs)", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(counted, rows, "the sums on the traces are what the rows add up to");
    // A kill between the commits of two files may have taken payloads of what was not acknowledged, but no row its place.
    let (indexed, with_place): (i64, i64) = db
        .query_row(
            "SELECT (SELECT count(*) FROM fts.words WHERE words MATCH 'work'),
             (SELECT count(*) FROM obs JOIN io.io ON io.rid = obs.rid)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((indexed, with_place), (rows, rows), "every observation is found by its words");
}
