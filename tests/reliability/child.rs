//! Programs under observation: this test binary itself, started again to run one function of `programs.rs`.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::server::Server;

/// A program that is about to be started.
pub(crate) struct Program(Command);

impl Program {
    /// One that delivers to this server.
    pub(crate) fn new(name: &str, server: &Server) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["programs::child", "--exact", "--nocapture", "--test-threads=1"]);
        Self::from(command, server).with("PROGRAM", name)
    }

    /// This executable, which delivers to this server.
    pub(crate) fn of(path: &Path, server: &Server) -> Self {
        Self::from(Command::new(path), server)
    }

    fn from(mut command: Command, server: &Server) -> Self {
        for (variable, _) in std::env::vars() {
            if ["LANGFUSE_", "OTEL_", "OBSERVE_", "HTTP"].iter().any(|prefix| variable.starts_with(prefix)) {
                command.env_remove(variable);
            }
        }
        Self(command)
            .with("LANGFUSE_PUBLIC_KEY", "pk-lf-1234567890")
            .with("LANGFUSE_SECRET_KEY", "sk-lf-very-secret")
            .with("LANGFUSE_BASE_URL", server.url())
    }

    /// Puts a disk of 700 kB where this directory is, for this program alone. Where that is not allowed, its files
    /// cannot be larger than 100 kB.
    pub(crate) fn on_small_disk(self, dir: &Path) -> Self {
        let is_allowed = Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|status| status.success());
        let mut command = Command::new(if is_allowed { "unshare" } else { "sh" });
        let script = if is_allowed {
            command.args(["-rm", "sh"]);
            "mount -t tmpfs -o size=700k none \"$0\" && exec \"$@\""
        } else {
            "trap '' XFSZ; ulimit -f 100; exec \"$@\""
        };
        command.args(["-c", script]).arg(dir).arg(self.0.get_program()).args(self.0.get_args());
        for (variable, value) in self.0.get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
        }
        Self(command)
    }

    pub(crate) fn with(mut self, variable: &str, value: impl AsRef<str>) -> Self {
        self.0.env(variable, value.as_ref());
        self
    }

    pub(crate) fn journal(self, dir: &Path) -> Self {
        let dir = dir.to_str().unwrap();
        self.with("OBSERVE_JOURNAL_DIR", dir)
    }

    pub(crate) fn start(mut self) -> Running {
        let mut child = self.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        Running { child, stdout, stderr: Some(stderr), said: Vec::new() }
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        self.start().end()
    }
}

pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<std::thread::JoinHandle<String>>,
    said: Vec<String>,
}

impl Running {
    /// Reads until the program says this.
    pub(crate) fn wait(&mut self, word: &str) {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).unwrap() > 0 {
            let said = line.trim().to_owned();
            line.clear();
            let is_it = said.contains(word);
            self.said.push(said);
            if is_it {
                return;
            }
        }
        panic!("the program never said `{word}`: {:?}\n{}", self.said, self.stderr.take().unwrap().join().unwrap());
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    pub(crate) fn end(mut self) -> Ended {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        self.said.extend(rest.lines().map(|line| line.trim().to_owned()));
        let status = self.child.wait().unwrap();
        Ended { status, said: self.said, errors: self.stderr.take().unwrap().join().unwrap() }
    }
}

/// What was heard of a program.
pub(crate) struct Ended {
    pub(crate) status: std::process::ExitStatus,
    pub(crate) said: Vec<String>,
    /// Its stderr.
    pub(crate) errors: String,
}

impl Ended {
    /// What it said after `word `.
    pub(crate) fn word(&self, word: &str) -> &str {
        let found = self.said.iter().rev().find_map(|line| after(line, word));
        found.unwrap_or_else(|| panic!("no `{word}` in {:?}\n{}", self.said, self.errors))
    }

    pub(crate) fn number(&self, word: &str) -> usize {
        self.word(word).split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The numbers it said after `word `, each time.
    pub(crate) fn numbers(&self, word: &str) -> Vec<usize> {
        self.said.iter().filter_map(|line| after(line, word)?.parse().ok()).collect()
    }

    pub(crate) fn well(self) -> Self {
        assert!(self.status.success(), "{:?}: {:?}\n{}", self.status, self.said, self.errors);
        self
    }
}

/// What stands after `word `, in a line that the test runner may have begun.
fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let line = line.strip_prefix("test programs::child ... ").unwrap_or(line);
    line.strip_prefix(word)?.strip_prefix(' ')
}

/// A new directory of this name.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("observe-reliability-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
