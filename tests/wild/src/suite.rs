//! A crate's own tests, run by `cargo test`, and what became of each.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What became of each test, by the target it stands in and its name.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    tests: BTreeMap<String, Outcome>,
    /// It was stopped because it took too long.
    pub(crate) is_stopped: bool,
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
        let is_stopped = loop {
            if child.try_wait()?.is_some() {
                break false;
            }
            if Instant::now() >= until {
                Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status()?;
                child.wait()?;
                break true;
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        let output = String::from_utf8_lossy(&fs::read(log)?).into_owned();
        Ok(Self { tests: parse(&output), is_stopped })
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

    const BEFORE: &str = "     Running unittests src/lib.rs (target/debug/deps/a-01)\n\ntest a ... ok\ntest b ... ok\n\
                          test c - should panic ... ok\ntest d ... ignored, slow\n   Doc-tests a\ntest src/lib.rs - f (line 3) ... ok\n";
    const AFTER: &str = "     Running unittests src/lib.rs (target/debug/deps/a-02)\n\ntest a ... FAILED\ntest b ... ok\n\
                         test d ... ignored, slow\n   Doc-tests a\ntest src/lib.rs - f (line 3) ... ok\n";

    fn outcomes(output: &str) -> Outcomes {
        Outcomes { tests: parse(output), is_stopped: false }
    }

    #[test]
    fn what_failed_and_what_never_ended_is_broken() {
        let (before, after) = (outcomes(BEFORE), outcomes(AFTER));
        assert_eq!((before.passed(), after.passed()), (4, 2));
        assert_eq!(after.failed(), ["unittests src/lib.rs: a"]);
        assert_eq!(after.broken_since(&before), ["unittests src/lib.rs: a", "unittests src/lib.rs: c - should panic"]);
    }
}
