//! Mistakes: ours are named at their token, once each; a user's own are reported as they are without the attribute.

#![expect(clippy::unwrap_used, reason = "a test's helpers may panic, too")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[test]
fn mistakes_in_the_use_of_the_attribute() {
    trybuild::TestCases::new().compile_fail("tests/ui/ours/*.rs");
}

/// Each file is compiled with the attribute and with one of the same name that changes nothing.
#[test]
fn mistakes_of_a_users_own_are_reported_as_without_the_attribute() {
    let cases = cases();
    assert!(cases.len() >= 20, "{}", cases.len());
    let found = diagnostics(&cases);
    let mut differences = Vec::new();
    for case in cases.keys() {
        let reported = |with: &str| found.get(&format!("{case}-{with}")).cloned().unwrap_or_default();
        let (plain, observed) = (reported("plain"), reported("observed"));
        assert!(!plain.is_empty(), "{case} compiles");
        if plain != observed {
            differences.push(format!("{case}\n  plain    {plain:#?}\n  observed {observed:#?}\n"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.concat());
}

/// Names and sources.
fn cases() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/theirs");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&file).unwrap()))
        .collect()
}

/// Level, code, message and places of what the compiler says, by program.
fn diagnostics(cases: &BTreeMap<String, String>) -> BTreeMap<String, Vec<String>> {
    let folder = project(cases);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--keep-going", "--message-format=json"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (Some(target), message) = (line["target"]["name"].as_str(), &line["message"]) else { continue };
        let places: Vec<_> = message["spans"].as_array().into_iter().flatten().filter_map(place).collect();
        if line["reason"] == "compiler-message" && !places.is_empty() {
            let (level, code) = (&message["level"], &message["code"]["code"]);
            let text = format!("{level} {code} {} at {}", message["message"], places.join(", "));
            // The one difference in words: what was an argument is a variable.
            let text = text.replace("assign twice to immutable variable", "assign to immutable argument");
            found.entry(target.to_owned()).or_default().push(text);
        }
    }
    assert!(!found.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    for messages in found.values_mut() {
        messages.sort();
        // The result's type stands in the expansion twice.
        messages.dedup();
    }
    found
}

/// Of a primary span: from where to where.
fn place(span: &Value) -> Option<String> {
    let at = |line: &str, column: &str| format!("{}:{}", span[line], span[column]);
    (span["is_primary"] == true)
        .then(|| format!("{}-{}", at("line_start", "column_start"), at("line_end", "column_end")))
}

/// A package with two programs a case.
fn project(cases: &BTreeMap<String, String>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes");
    let programs = folder.join("src/bin");
    let _ = std::fs::remove_dir_all(folder.join("src"));
    std::fs::create_dir_all(&programs).unwrap();
    let (observe, unobserved) = (root.display(), root.join("tests/parity/unobserved"));
    let manifest = format!(
        "[package]\nname = \"mistakes\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         observe-llm = {{ path = \"{observe}\", default-features = false }}\n\
         unobserved = {{ path = \"{}\" }}\n\n[workspace]\n",
        unobserved.display()
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for (name, source) in cases {
        std::fs::write(programs.join(format!("{name}-observed.rs")), source).unwrap();
        let plain = source.replace("use observe::observe;", "use unobserved::observe;");
        std::fs::write(programs.join(format!("{name}-plain.rs")), plain).unwrap();
    }
    folder
}
