//! Builds of a copy: what the compiler said, and which functions it blames.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

use crate::functions::Functions;
use crate::package::Copy;

/// What the compiler said about a copy, each thing once.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) errors: BTreeSet<Complaint>,
    pub(crate) warnings: BTreeSet<Complaint>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    /// Where, likeliest first: what it points at, then what it mentions.
    places: Vec<(PathBuf, usize)>,
    code: String,
    message: String,
}

/// A function that does not compile with the attribute.
#[derive(Debug)]
pub(crate) struct Defect {
    pub(crate) function: String,
    pub(crate) complaint: Complaint,
}

/// Bytes, by file, of the functions that stay without the attribute.
pub(crate) type LeftOut = BTreeMap<PathBuf, BTreeSet<usize>>;

impl Complaint {
    fn of(diagnostic: &Diagnostic) -> Self {
        let mut places = Vec::new();
        let mut add = |diagnostic: &Diagnostic, is_primary: bool| {
            for span in diagnostic.spans.iter().filter(|span| span.is_primary == is_primary) {
                let place = (PathBuf::from(&span.file_name), span.line_start);
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        };
        add(diagnostic, true);
        add(diagnostic, false);
        for child in &diagnostic.children {
            add(child, true);
        }
        let code = diagnostic.code.as_ref().map_or_else(String::new, |code| code.code.clone());
        Self { places, code, message: diagnostic.message.clone() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line)) = self.places.first() {
            write!(f, "{}:{line}: ", file.display())?;
        }
        if !self.code.is_empty() {
            write!(f, "[{}] ", self.code)?;
        }
        f.write_str(&self.message)
    }
}

impl Said {
    /// Runs a build with `--message-format=json` and keeps what is said about the copy.
    pub(crate) fn by(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("Cargo does not start")?;
        let stdout = child.stdout.take().context("Cargo has an output")?;
        let (mut said, mut nowhere) = (Self::default(), String::new());
        for message in Message::parse_stream(BufReader::new(stdout)) {
            let Message::CompilerMessage(message) = message? else { continue };
            let complaint = Complaint::of(&message.message);
            if complaint.places.is_empty() {
                // "aborting due to 3 previous errors", or the linker's own words.
                nowhere = complaint.message;
                continue;
            }
            match message.message.level {
                DiagnosticLevel::Error | DiagnosticLevel::Ice => _ = said.errors.insert(complaint),
                DiagnosticLevel::Warning => _ = said.warnings.insert(complaint),
                _ => {}
            }
        }
        let status = child.wait()?;
        if !status.success() && said.errors.is_empty() {
            anyhow::bail!("Cargo failed ({status}), and no line of the crate is to blame: {nowhere}");
        }
        Ok(said)
    }

    /// Warnings that `before` did not have: at the same place, of the same kind.
    pub(crate) fn new_warnings(&self, before: &Self) -> Vec<&Complaint> {
        let key = |complaint: &Complaint| (complaint.places.first().cloned(), complaint.code.clone());
        let known: BTreeSet<_> = before.warnings.iter().map(key).collect();
        self.warnings.iter().filter(|complaint| !known.contains(&key(complaint))).collect()
    }
}

/// The observed functions that the errors blame, which are left out from now on; and the errors that blame none.
pub(crate) fn blame(
    errors: BTreeSet<Complaint>,
    functions: &BTreeMap<PathBuf, Functions>,
    left_out: &mut LeftOut,
) -> (Vec<Defect>, Vec<Complaint>) {
    let (mut defects, mut unexplained) = (Vec::new(), Vec::new());
    let before = left_out.clone();
    let is_observed =
        |left_out: &LeftOut, file: &Path, at: &usize| !left_out.get(file).is_some_and(|places| places.contains(at));
    for complaint in errors {
        let blamed = complaint.places.iter().find_map(|(file, line)| {
            let function = functions.get(file)?.on_line(*line)?;
            is_observed(&before, file, &function.at).then_some((file, function))
        });
        match blamed {
            Some((file, function)) if is_observed(left_out, file, &function.at) => {
                left_out.entry(file.clone()).or_default().insert(function.at);
                defects.push(Defect { function: function.name.clone(), complaint });
            }
            // The second error of one function.
            Some(_) => {}
            None => unexplained.push(complaint),
        }
    }
    (defects, unexplained)
}

/// Writes the copy's sources with the attribute on everything that is not left out.
pub(crate) fn write_observed(copy: &Copy, functions: &BTreeMap<PathBuf, Functions>, left_out: &LeftOut) -> Result<()> {
    let none = BTreeSet::new();
    for (file, functions) in functions {
        let source = &copy.sources[file];
        let observed = functions.observed(source, left_out.get(file).unwrap_or(&none));
        std::fs::write(copy.root.join(file), observed)?;
    }
    Ok(())
}
