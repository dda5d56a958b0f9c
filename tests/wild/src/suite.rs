//! A crate's own tests, run by `cargo test`, and what became of each.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What became of each test, by the target it stands in and its name.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    tests: BTreeMap<String, Outcome>,
    end: End,
    /// What Cargo said of the tests' processes that a signal ended.
    pub(crate) crashed: Vec<String>,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    ByItself,
    /// Somebody sent Cargo this signal.
    Killed(i32),
    /// It took too long.
    Stopped(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Failed,
    Ignored,
    Passed,
}

impl Outcomes {
    /// Runs `command`, a `cargo test`, for at most `limit`. What it prints goes to `log`.
    pub(crate) fn of(command: &mut Command, log: &Path, limit: Duration) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        // A group of its own: the tests' processes end with it.
        let mut child = command.process_group(0).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
        let until = Instant::now() + limit;
        let end = loop {
            if let Some(status) = child.try_wait()? {
                break status.signal().map_or(End::ByItself, End::Killed);
            }
            if Instant::now() >= until {
                break End::Stopped(limit);
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        if end != End::ByItself {
            // Its tests may outlive it.
            Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).stderr(Stdio::null()).status()?;
            child.wait()?;
        }
        let output = String::from_utf8_lossy(&fs::read(log)?).into_owned();
        Ok(Self { end, ..Self::read(&output) })
    }

    fn read(output: &str) -> Self {
        let crashed = output
            .lines()
            .filter(|line| line.contains("process didn't exit successfully") && line.contains("(signal: "));
        Self { tests: parse(output), end: End::ByItself, crashed: crashed.map(|line| line.trim().to_owned()).collect() }
    }

    /// Why it says nothing of the tests that it did not come to.
    pub(crate) fn cut_off(&self) -> Option<String> {
        match self.end {
            End::ByItself => None,
            End::Killed(signal) => Some(format!("it was ended from outside, by signal {signal}")),
            End::Stopped(limit) => Some(format!("it was stopped after {} s", limit.as_secs())),
        }
    }

    pub(crate) fn passed(&self) -> usize {
        self.tests.values().filter(|outcome| **outcome == Outcome::Passed).count()
    }

    pub(crate) fn failed(&self) -> Vec<&str> {
        let failed = self.tests.iter().filter(|(_, outcome)| **outcome == Outcome::Failed);
        failed.map(|(name, _)| name.as_str()).collect()
    }

    /// Those that passed before and do not now: they failed, or their process died first.
    pub(crate) fn broken_since<'a>(&self, before: &'a Self) -> Vec<&'a str> {
        let passed = before.tests.iter().filter(|(_, outcome)| **outcome == Outcome::Passed);
        passed
            .filter(|(name, _)| self.tests.get(*name) != Some(&Outcome::Passed))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

fn parse(output: &str) -> BTreeMap<String, Outcome> {
    let mut tests = BTreeMap::new();
    let mut target = "";
    for line in output.lines() {
        if let Some(running) = line.trim_start().strip_prefix("Running ") {
            // `unittests src/lib.rs (target/debug/deps/name-0123)`: the hash differs between the copies.
            target = running.split(" (").next().unwrap_or(running);
        } else if line.trim_start().starts_with("Doc-tests ") {
            target = "doc";
        } else if let Some((name, outcome)) = line.strip_prefix("test ").and_then(|line| line.rsplit_once(" ... ")) {
            let outcome = match outcome.split([' ', ',']).next() {
                Some("ok") => Outcome::Passed,
                Some("ignored") => Outcome::Ignored,
                _ => Outcome::Failed,
            };
            // Documentation tests are named by their line, which observing does not move.
            tests.insert(format!("{target}: {name}"), outcome);
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);
    const BEFORE: &str = "     Running unittests src/lib.rs (target/debug/deps/a-01)\n\ntest a ... ok\ntest b ... ok\n\
                          test c - should panic ... ok\ntest d ... ignored, slow\n   Doc-tests a\ntest src/lib.rs - f (line 3) ... ok\n";
    const AFTER: &str = "     Running unittests src/lib.rs (target/debug/deps/a-02)\n\ntest a ... FAILED\ntest b ... ok\n\
                         test d ... ignored, slow\n   Doc-tests a\ntest src/lib.rs - f (line 3) ... ok\n";

    /// A run of a shell's words instead of a crate's tests.
    fn run(words: &str, limit: Duration) -> Outcomes {
        let log = std::env::temp_dir().join(format!("observe-wild-{}-{}", std::process::id(), words.len()));
        let outcomes = Outcomes::of(Command::new("sh").args(["-c", words]), &log, limit).expect("the shell runs");
        fs::remove_file(log).expect("there is a log");
        outcomes
    }

    #[test]
    fn what_failed_and_what_never_ended_is_broken() {
        let (before, after) = (Outcomes::read(BEFORE), Outcomes::read(AFTER));
        assert_eq!((before.passed(), after.passed()), (4, 2));
        assert_eq!(after.failed(), ["unittests src/lib.rs: a"]);
        assert_eq!(after.broken_since(&before), ["unittests src/lib.rs: a", "unittests src/lib.rs: c - should panic"]);
    }

    #[test]
    fn a_run_that_ends_by_itself_is_not_cut_off() {
        let outcomes = run("echo 'test a ... ok'; echo 'test b ... FAILED'; exit 101", LIMIT);
        assert_eq!((outcomes.cut_off(), outcomes.passed()), (None, 1));
        assert!(outcomes.crashed.is_empty());
    }

    #[test]
    fn a_run_that_is_killed_says_so() {
        let outcomes = run("echo 'test a ... ok'; kill -KILL $$; echo 'test b ... ok'", LIMIT);
        assert_eq!(outcomes.passed(), 1);
        assert_eq!(outcomes.cut_off().as_deref(), Some("it was ended from outside, by signal 9"));
    }

    #[test]
    fn a_run_that_takes_too_long_says_so() {
        let outcomes = run("echo 'test a ... ok'; exec sleep 600", Duration::from_secs(1));
        assert_eq!(outcomes.passed(), 1);
        assert_eq!(outcomes.cut_off().as_deref(), Some("it was stopped after 1 s"));
    }

    #[test]
    fn a_process_that_crashes_after_its_tests_is_noticed() {
        let line = "  process didn't exit successfully: `target/debug/deps/a-01` (signal: 11, SIGSEGV: invalid memory reference)";
        let outcomes = Outcomes::read(&format!("{BEFORE}\nCaused by:\n{line}\n"));
        assert_eq!((outcomes.passed(), outcomes.crashed), (4, vec![line.trim().to_owned()]));
    }
}
