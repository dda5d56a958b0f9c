//! A crate of crates.io, copied twice: as it is, and to be observed.
//!
//! Both copies depend on the recorder, so that they are built with the same dependencies: what differs is the attribute.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

/// The released files of a crate.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    root: PathBuf,
}

/// A copy that is built and tested.
#[derive(Debug)]
pub(crate) struct Copy {
    pub(crate) root: PathBuf,
    /// Rust files under `src/`, relative to the root, with their text.
    pub(crate) sources: BTreeMap<PathBuf, String>,
}

impl Package {
    /// Has Cargo fetch the crate, as a dependency of a crate that is made for it in `scratch`.
    pub(crate) fn fetch(name: &str, version: Option<&str>, scratch: &Path) -> Result<Self> {
        let consumer = scratch.join("fetch").join(name);
        fs::create_dir_all(consumer.join("src"))?;
        fs::write(consumer.join("src/lib.rs"), "")?;
        let requirement = version.map_or_else(|| "*".to_owned(), |version| format!("={version}"));
        let manifest = format!(
            "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies.{name}]\nversion = \"{requirement}\"\ndefault-features = false\n\n[workspace]\n"
        );
        fs::write(consumer.join("Cargo.toml"), manifest)?;
        let metadata = MetadataCommand::new().manifest_path(consumer.join("Cargo.toml")).exec()?;
        let Some(package) = metadata.packages.iter().find(|package| *package.name == name) else {
            bail!("Cargo did not fetch {name} {requirement}");
        };
        let root = package.manifest_path.parent().context("the manifest stands in a directory")?;
        Ok(Self { name: name.to_owned(), version: package.version.to_string(), root: root.into() })
    }

    pub(crate) fn copy(&self, root: PathBuf, recorder: &Path) -> Result<Copy> {
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        copy_directory(&self.root, &root)?;
        let manifest = root.join("Cargo.toml");
        let mut text = fs::read_to_string(&manifest)?;
        text.push_str(&format!(
            "\n[dependencies.observe]\npackage = \"observe-wild-recorder\"\npath = {recorder:?}\n\n[workspace]\n"
        ));
        fs::write(manifest, text)?;
        let mut sources = BTreeMap::new();
        read_sources(&root, Path::new("src"), &mut sources)?;
        Ok(Copy { root, sources })
    }
}

fn copy_directory(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_directory(&from, &to)?;
        // Without its own lock file it gets the newest dependencies, which are built once for all crates.
        } else if entry.file_name() != "Cargo.lock" {
            // Not `fs::copy`: the registry's files may be read-only.
            fs::write(to, fs::read(&from)?)?;
        }
    }
    Ok(())
}

fn read_sources(root: &Path, directory: &Path, sources: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    for entry in fs::read_dir(root.join(directory))? {
        let entry = entry?;
        let path = directory.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read_sources(root, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}
