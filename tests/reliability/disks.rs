//! Disks that are full, directories that cannot be written, files that are damaged.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::child::{Program, scratch};
use crate::crashes::missing;
use crate::server::{Answer, Server};
use crate::table::row;

#[test]
fn a_full_disk_or_a_directory_that_cannot_be_written_stops_nothing() {
    let dir = scratch("full");
    // A disk of its own that has room for one segment, and a little.
    let (server, small) = (Server::new(|_| Answer::Ok), dir.join("small"));
    std::fs::create_dir(&small).unwrap();
    let program = Program::new("calls", &server).journal(&small).with("CALLS", "5000").with("LASTING", "500");
    let ended = program.with("EXIT", "120000").on_small_disk(&small).run().well();
    assert_eq!((ended.number("delivered"), ended.number("lost")), (5000, 0), "{}", ended.word("stats"));
    let said: Vec<_> = ended.errors.lines().filter(|line| line.contains("cannot write to")).collect();
    assert_eq!(said.len(), 1, "said once: {}", ended.errors);
    assert!(said[0].contains("kept in memory only until that works again"), "{said:?}");

    std::fs::write(dir.join("file"), "").unwrap();
    let below = dir.join("file").join("below");
    let program = Program::new("calls", &server).journal(&below).with("CALLS", "100").with("LASTING", "10");
    let ended = program.with("EXIT", "120000").run().well();
    assert_eq!((ended.number("delivered"), ended.number("lost")), (100, 0), "{}", ended.word("stats"));
    assert!(
        ended.errors.contains("cannot use the journal directory") && ended.errors.contains("below"),
        "{}",
        ended.errors
    );
    let cause =
        |line: &str| line.split(": ").nth(2).unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
    row(
        "disk full, directory not writable",
        &format!("5,000 and 100 of as many arrive; said once: `{}`", cause(said[0])),
    );
    std::fs::remove_dir_all(dir).unwrap();
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(segments(&path));
        } else if path.to_string_lossy().ends_with("-segment") {
            found.push(path);
        }
    }
    found
}

#[test]
fn damaged_segments_cost_what_is_damaged() {
    let dir = scratch("damaged");
    let mut server = Server::new(|_| Answer::Ok);
    server.close();
    // All at once: a later one would take over what an earlier one left.
    let start = |from: usize| {
        let program = Program::new("killed", &server).journal(&dir).with("FROM", (from * 1_000_000).to_string());
        let mut running = program.start();
        running.wait("called");
        running
    };
    let mut killed = (1..=3).map(start).collect::<Vec<_>>().into_iter().map(|mut running| {
        std::thread::sleep(Duration::from_millis(200));
        running.kill();
        let home = format!("/{}-", running.child.id());
        let calls: HashSet<usize> = running.end().numbers("called").into_iter().collect();
        let files = segments(&dir).into_iter().filter(|path| path.to_string_lossy().contains(&home));
        (calls, files.collect::<Vec<_>>())
    });
    let mut next = || killed.next().unwrap();
    let ((cut, cut_files), (noise, noise_files), (whole, _)) = (next(), next(), next());
    for path in &cut_files {
        // In the middle of what was written.
        let bytes = std::fs::read(path).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
        std::fs::write(path, &bytes[..end / 2]).unwrap();
    }
    for path in &noise_files {
        let mut state = 7_u64;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        });
        std::fs::write(path, noise.take(512 << 10).collect::<Vec<u8>>()).unwrap();
    }
    server.open();
    let ended = Program::new("recover", &server).journal(&dir).with("EXIT", "120000").run().well();
    assert_eq!(missing(&server, &whole).0, 0, "{}", ended.word("stats"));
    let (lost_of_cut, _) = missing(&server, &cut);
    assert!(lost_of_cut > 0 && lost_of_cut < cut.len(), "{lost_of_cut} of {}", cut.len());
    assert_eq!(missing(&server, &noise).0, noise.len());
    assert!(ended.word("stats").contains("unreadable in the journal"), "{}", ended.word("stats"));
    row(
        "segment files truncated or filled with random bytes",
        &format!(
            "all {} of the whole file arrive, {} of {} of the one cut in half, none of the random one, which is counted; 10,000 damaged inputs in a unit test, no panic",
            whole.len(),
            cut.len() - lost_of_cut,
            cut.len(),
        ),
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn over_the_limit_of_the_directory_the_oldest_are_given_up() {
    const CALLS: usize = 10_000;
    let dir = scratch("limit");
    let mut server = Server::new(|_| Answer::Ok);
    server.close();
    let program = Program::new("calls", &server).journal(&dir).with("CALLS", CALLS.to_string()).with("LASTING", "1000");
    let ended = program.with("OBSERVE_JOURNAL_LIMIT", "1000000").with("EXIT", "1000").run().well();
    let (pending, lost) = (ended.number("pending"), ended.number("lost"));
    assert!(lost > 0 && pending > 0 && pending + lost == CALLS, "{}", ended.word("stats"));
    assert!(ended.word("stats").contains("too much waited for the server"), "{}", ended.word("stats"));
    server.open();
    let next = Program::new("recover", &server).journal(&dir).with("EXIT", "120000").run().well();
    assert_eq!(next.number("delivered"), pending, "{}", next.word("stats"));
    assert_eq!(missing(&server, &HashSet::from([CALLS - 1])), (0, 0), "the newest is there");
    assert_eq!(missing(&server, &HashSet::from([0])).0, 1, "the oldest is not");
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_waited_in_the_directory_for_too_long_is_given_up() {
    let dir = scratch("age");
    let mut server = Server::new(|_| Answer::Ok);
    server.close();
    // Its end takes longer than what it leaves may wait.
    let program = Program::new("calls", &server).journal(&dir).with("CALLS", "500").with("LASTING", "10");
    let ended = program.with("EXIT", "2000").run().well();
    assert_eq!((ended.number("pending"), ended.number("lost")), (500, 0), "{}", ended.word("stats"));
    let program = Program::new("recover", &server).journal(&dir).with("OBSERVE_MAX_AGE", "1");
    let next = program.with("EXIT", "3000").run().well();
    assert_eq!((next.number("pending"), next.number("lost")), (0, 500), "{}", next.word("stats"));
    assert!(next.word("stats").contains("older than max_age"), "{}", next.word("stats"));
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_another_version_left_stays_for_it() {
    let (server, dir) = (Server::new(|_| Answer::Stall), scratch("version"));
    let mut running = Program::new("killed", &server).journal(&dir).with("FROM", "0").start();
    running.wait("called 20");
    running.kill();
    let calls: HashSet<usize> = running.end().numbers("called").into_iter().collect();
    server.set(|_| Answer::Ok);
    let home = segments(&dir)[0].parent().unwrap().to_owned();
    let about = std::fs::read(home.join("about")).unwrap();
    let other = [b"observe~", &about[8..]].concat();
    std::fs::write(home.join("about"), other).unwrap();
    let recover = || Program::new("recover", &server).journal(&dir).with("EXIT", "120000").run().well();
    let ended = recover();
    assert_eq!(ended.number("recovered"), 0);
    assert!(ended.errors.contains("another version"), "{}", ended.errors);
    std::fs::write(home.join("about"), about).unwrap();
    recover();
    assert_eq!(missing(&server, &calls), (0, 0));
    std::fs::remove_dir_all(dir).unwrap();
}
