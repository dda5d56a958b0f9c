//! Puts `#[observe]` on every function of crates from crates.io, and runs their own tests without and with it.
//!
//! ```sh
//! cargo run --manifest-path tests/wild/Cargo.toml                # every crate of crates.txt
//! cargo run --manifest-path tests/wild/Cargo.toml -- nom 8.0.0   # one crate; further arguments go to `cargo test`
//! ```
//!
//! One row per crate comes out. What does not compile, what is warned of and what fails is listed above it, and the
//! command ends with status 1 if there was any. A run that was cut off, by a signal or for its time, gives no row.

mod compile;
mod functions;
mod package;
mod suite;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::compile::{Complaint, Defect, LeftOut, Said, blame, write_observed};
use crate::functions::Functions;
use crate::package::{Copy, Package};
use crate::suite::Outcomes;

/// A suite that takes longer does not end: deadlocked, most likely.
const LIMIT: Duration = Duration::from_secs(1800);

fn main() -> Result<ExitCode> {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let list = if arguments.is_empty() { fs::read_to_string(home.join("crates.txt"))? } else { arguments.join(" ") };
    let (mut rows, mut is_clean) = (Vec::new(), true);
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, rest @ ..] = words.as_slice() else { continue };
        let (version, flags) = match rest {
            [version, flags @ ..] if !version.starts_with('-') => (Some(*version), flags),
            flags => (None, flags),
        };
        let start = Instant::now();
        match Trial::new(&home, name, version, flags).and_then(|trial| trial.run()) {
            Ok(row) => {
                println!("\n{HEAD}\n{row}\n");
                is_clean &= row.is_clean();
                rows.push(row);
            }
            // The others have rows all the same.
            Err(error) => {
                println!("{name}: {error:#}");
                is_clean = false;
            }
        }
        println!("{name} took {} s", start.elapsed().as_secs());
    }
    if rows.len() > 1 {
        println!("{HEAD}");
        rows.iter().for_each(|row| println!("{row}"));
    }
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One crate under test.
struct Trial {
    package: Package,
    scratch: PathBuf,
    recorder: PathBuf,
    flags: Vec<String>,
}

impl Trial {
    fn new(home: &Path, name: &str, version: Option<&str>, flags: &[&str]) -> Result<Self> {
        let scratch = home.join("target/wild");
        Ok(Self {
            package: Package::fetch(name, version, &scratch)?,
            scratch,
            recorder: home.join("recorder"),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        })
    }

    fn run(&self) -> Result<Row> {
        let name = format!("{}-{}", self.package.name, self.package.version);
        let scratch = self.scratch.join(&name);
        println!("== {name}: as it is");
        let plain = self.package.copy(scratch.join("plain"), &self.recorder)?;
        let before = Said::by(&mut self.build(&plain))?;
        if let Some(error) = before.errors.first() {
            bail!("it does not build as it is: {error}");
        }
        let outcomes_before = Outcomes::of(&mut self.tests(&plain), &scratch.join("before.log"), LIMIT)?;
        if let Some(reason) = outcomes_before.cut_off() {
            bail!("the run of its tests says nothing: {reason}");
        }
        for line in &outcomes_before.crashed {
            println!("crashes without the attribute: {line}");
        }
        for name in outcomes_before.failed() {
            println!("fails without the attribute: {name}");
        }

        println!("== {name}: observed");
        let copy = self.package.copy(scratch.join("observed"), &self.recorder)?;
        let functions = self.functions(&plain)?;
        let mut left_out = LeftOut::new();
        let (defects, unexplained, after) = self.compile(&copy, &functions, &mut left_out)?;
        for Defect { function, complaint } in &defects {
            println!("does not compile: {function}: {complaint}");
        }
        for complaint in &unexplained {
            println!("does not compile, for whatever reason: {complaint}");
        }
        let new_warnings = after.new_warnings(&before);
        for complaint in &new_warnings {
            println!("new warning: {complaint}");
        }

        let record = scratch.join("record");
        if record.exists() {
            fs::remove_dir_all(&record)?;
        }
        fs::create_dir_all(&record)?;
        if !unexplained.is_empty() {
            bail!("its tests cannot run: the errors above blame no observed function");
        }
        let mut tests = self.tests(&copy);
        tests.env("OBSERVE_WILD", &record);
        let outcomes_after = Outcomes::of(&mut tests, &scratch.join("after.log"), LIMIT)?;
        if let Some(reason) = outcomes_after.cut_off() {
            bail!("the run of its observed tests says nothing: {reason}");
        }
        let counts = Counts::read(&record.join("counts"))?;
        let broken = outcomes_after.broken_since(&outcomes_before);
        for name in &broken {
            println!("fails with the attribute: {name}");
        }
        for line in &outcomes_after.crashed {
            println!("crashes with the attribute: {line}");
        }

        let observable: usize = functions.values().map(|functions| functions.observable.len()).sum();
        let refused: usize = functions.values().map(|functions| functions.refused.len()).sum();
        let in_macros: usize = functions.values().map(|functions| functions.in_macros).sum();
        println!("{in_macros} functions inside macros are left alone, {refused} are refused: {}", reasons(&functions));
        println!("{counts}");
        Ok(Row {
            package: name,
            functions: observable + refused,
            observed: observable - left_out.values().map(BTreeSet::len).sum::<usize>(),
            errors: defects.len(),
            warnings: new_warnings.len(),
            before: outcomes_before.passed(),
            after: outcomes_after.passed(),
            broken: broken.len() + outcomes_after.crashed.len().saturating_sub(outcomes_before.crashed.len()),
            recorded: counts.recorded(),
        })
    }

    /// The functions of the files that the compiler read: those of other systems and features are none of it.
    fn functions(&self, plain: &Copy) -> Result<BTreeMap<PathBuf, Functions>> {
        let read = self.files_read(&plain.root)?;
        let mut functions = BTreeMap::new();
        for (file, source) in plain.sources.iter().filter(|(file, _)| read.contains(*file)) {
            match Functions::of(source) {
                Ok(found) => {
                    functions.insert(file.clone(), found);
                }
                Err(error) => println!("{} is left alone: {error}", file.display()),
            }
        }
        Ok(functions)
    }

    /// The crate's files, relative to its root, that the dependency files of its last build list.
    fn files_read(&self, root: &Path) -> Result<BTreeSet<PathBuf>> {
        let mut read = BTreeSet::new();
        for entry in fs::read_dir(self.target().join("debug/deps"))? {
            let path = entry?.path();
            let is_own = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.rsplit_once('-'))
                .is_some_and(|(stem, _)| stem == self.package.name.replace('-', "_"));
            if !is_own || path.extension().is_none_or(|extension| extension != "d") {
                continue;
            }
            for line in fs::read_to_string(path)?.lines() {
                let Some(file) = line.strip_suffix(':') else { continue };
                let file = Path::new(file);
                read.insert(file.strip_prefix(root).unwrap_or(file).to_owned());
            }
        }
        if read.is_empty() {
            bail!("the build of {} left no dependency file", root.display());
        }
        Ok(read)
    }

    /// Builds the observed copy, leaving out the functions that do not compile until the rest does.
    fn compile(
        &self,
        copy: &Copy,
        functions: &BTreeMap<PathBuf, Functions>,
        left_out: &mut LeftOut,
    ) -> Result<(Vec<Defect>, Vec<Complaint>, Said)> {
        let mut defects = Vec::new();
        write_observed(copy, functions, left_out)?;
        loop {
            let mut said = Said::by(&mut self.build(copy))?;
            if said.errors.is_empty() {
                return Ok((defects, Vec::new(), said));
            }
            let (found, unexplained) = blame(std::mem::take(&mut said.errors), functions, left_out);
            if found.is_empty() {
                return Ok((defects, unexplained, said));
            }
            println!("{} functions do not compile: they are left out", found.len());
            defects.extend(found);
            write_observed(copy, functions, left_out)?;
        }
    }

    fn tests(&self, copy: &Copy) -> Command {
        let mut command = self.cargo(copy);
        command.args(["test", "--no-fail-fast"]).args(&self.flags);
        command
    }

    fn build(&self, copy: &Copy) -> Command {
        let mut command = self.cargo(copy);
        command.args(["test", "--no-run", "--quiet", "--message-format=json"]);
        // Behind `--` stands what the tests are told.
        command.args(self.flags.iter().take_while(|flag| *flag != "--"));
        command
    }

    fn cargo(&self, copy: &Copy) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&copy.root);
        // The crate's tests would read these, which are ours.
        for (variable, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
            command.env_remove(variable);
        }
        command
            .env("CARGO_TARGET_DIR", self.target())
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_TEST_DEBUG", "0")
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    fn target(&self) -> PathBuf {
        self.scratch.join("target")
    }
}

fn reasons(functions: &BTreeMap<PathBuf, Functions>) -> String {
    let mut reasons = BTreeMap::<&str, usize>::new();
    for (reason, _) in functions.values().flat_map(|functions| &functions.refused) {
        *reasons.entry(reason).or_default() += 1;
    }
    let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    reasons.join(", ")
}

/// What became of everything that the processes of an observed suite recorded.
#[derive(Debug, Default)]
struct Counts(BTreeMap<String, u64>);

impl Counts {
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).context("no process of the suite recorded anything")?;
        let mut counts = BTreeMap::<String, u64>::new();
        for entry in text.lines().flat_map(|line| line.split(';')) {
            let (name, count) = entry.split_once('=').with_context(|| format!("`{entry}` is no count"))?;
            *counts.entry(name.to_owned()).or_default() += count.parse::<u64>()?;
        }
        Ok(Self(counts))
    }

    fn recorded(&self) -> u64 {
        self.0.get("recorded").copied().unwrap_or_default()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> = self.0.iter().map(|(name, count)| format!("{count} {name}")).collect();
        f.write_str(&counts.join(", "))
    }
}

const HEAD: &str = "\
| crate | functions | observed | compile errors | new warnings | tests before | tests after | recorded |
|---|--:|--:|--:|--:|--:|--:|--:|";

struct Row {
    package: String,
    functions: usize,
    observed: usize,
    errors: usize,
    warnings: usize,
    before: usize,
    after: usize,
    broken: usize,
    recorded: u64,
}

impl Row {
    fn is_clean(&self) -> bool {
        self.errors + self.warnings + self.broken == 0
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, functions, observed, errors, warnings, before, after, recorded, .. } = self;
        write!(f, "| {package} | {functions} | {observed} | {errors} | {warnings} | {before} | {after} | {recorded} |")
    }
}
