//! What the compiler says of programs, each compiled with the attribute and with one of the same name that changes nothing.

#![expect(clippy::unwrap_used, reason = "a test's helpers may panic, too")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Something that the compiler says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Message {
    pub(crate) level: String,
    /// The name of a lint, the number of an error.
    pub(crate) code: String,
    pub(crate) text: String,
    /// Of the primary spans: from where to where.
    pub(crate) places: Vec<Place>,
}

/// Lines and columns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) from: (u64, u64),
    pub(crate) to: (u64, u64),
}

/// What is said of a program, plain and observed.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) plain: Vec<Message>,
    pub(crate) observed: Vec<Message>,
}

/// Says it of each file in a folder below `tests`, by its name. `command` is cargo's, with its flags.
pub(crate) fn said(folder: &str, command: &[&str]) -> BTreeMap<String, Said> {
    let cases = cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder));
    let project = project(folder, &cases);
    let output = Command::new(env!("CARGO"))
        .args(command.iter().take(1))
        .args(["--offline", "--quiet", "--keep-going", "--message-format=json"])
        .args(command.iter().skip(1))
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let mut said: BTreeMap<String, Said> = cases.keys().map(|case| (case.clone(), Said::default())).collect();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some((case, with)) = line["target"]["name"].as_str().and_then(|target| target.rsplit_once('-')) else {
            continue;
        };
        let (Some(said), Some(message)) = (said.get_mut(case), message(&line["message"])) else { continue };
        if with == "plain" { said.plain.push(message) } else { said.observed.push(message) }
    }
    let is_nothing_said = said.values().all(|said| said.plain.is_empty() && said.observed.is_empty());
    assert!(!is_nothing_said, "{}", String::from_utf8_lossy(&output.stderr));
    for Said { plain, observed } in said.values_mut() {
        plain.sort();
        observed.sort();
    }
    said
}

fn message(said: &Value) -> Option<Message> {
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    let places: Vec<_> = said["spans"].as_array().into_iter().flatten().filter_map(place).collect();
    let code = said["code"]["code"].as_str().unwrap_or_default().to_owned();
    (!places.is_empty()).then(|| Message { level: text("level"), code, text: text("message"), places })
}

fn place(span: &Value) -> Option<Place> {
    let at = |line: &str, column: &str| Some((span[line].as_u64()?, span[column].as_u64()?));
    let from = at("line_start", "column_start").filter(|_| span["is_primary"] == true)?;
    Some(Place { from, to: at("line_end", "column_end")? })
}

/// Names and sources.
fn cases(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap()))
        .collect()
}

/// A package with two programs a case.
fn project(name: &str, cases: &BTreeMap<String, String>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let programs = folder.join("src/bin");
    let _ = fs::remove_dir_all(folder.join("src"));
    fs::create_dir_all(&programs).unwrap();
    let (observe, unobserved) = (root.display(), root.join("tests/parity/unobserved"));
    let manifest = format!(
        "[package]\nname = \"compiled\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         observe-llm = {{ path = \"{observe}\", default-features = false }}\n\
         unobserved = {{ path = \"{}\" }}\n\n[workspace]\n",
        unobserved.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for (name, source) in cases {
        fs::write(programs.join(format!("{name}-observed.rs")), source).unwrap();
        let plain = source.replace("use observe::observe;", "use unobserved::observe;");
        fs::write(programs.join(format!("{name}-plain.rs")), plain).unwrap();
    }
    folder
}
